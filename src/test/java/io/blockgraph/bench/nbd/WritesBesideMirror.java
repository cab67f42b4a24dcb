package io.blockgraph.bench.nbd;

import io.blockgraph.bench.Bed;
import io.blockgraph.bench.Service;
import io.blockgraph.bench.nbd.NbdLoad.Kind;
import io.blockgraph.strangers.StorageDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Shows what a mirror job that is ready costs the clients of its source: how many writes they get
/// done beside it, and without one, here and with the storage daemon, in turns. `--quick` for fewer
/// and shorter rounds.
final class WritesBesideMirror {
  private static final int DISK = 256 << 20;

  private final Service service;
  private final Path images;
  private final String ours;
  private final int rounds;
  private final double seconds;

  private WritesBesideMirror(Bed bed) {
    this.service = bed.service();
    this.images = bed.images();
    this.ours = "unix:" + bed.data().resolve("nbd.sock").toAbsolutePath();
    this.rounds = bed.quick() ? 3 : 5;
    this.seconds = bed.quick() ? 0.7 : 2;
  }

  /// What is beside the clients.
  private enum Beside {
    NOTHING,
    BACKGROUND,
    WRITE_BLOCKING;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// One that can mirror.
  private interface Side {
    void begin(Beside mode) throws IOException, InterruptedException;

    void end() throws IOException, InterruptedException;

    String address();
  }

  public static void main(String[] args) throws Exception {
    try (Bed bed = Bed.of(args)) {
      new WritesBesideMirror(bed).run();
    }
  }

  private void run() throws IOException, InterruptedException {
    for (String name : List.of("s", "t", "ds", "dt")) {
      byte[] content = new byte[DISK];
      Arrays.fill(content, (byte) 0x5a);
      Files.write(images.resolve(name + ".raw"), content);
    }
    Path socket = images.resolve("daemon.sock");
    try (StorageDaemon daemon = StorageDaemon.start(Files.createTempDirectory(images, "qsd"))) {
      Side here = blockgraph();
      Side there = daemon(daemon, socket);
      System.out.println(
          "| load | beside the clients | Blockgraph, requests/s (of those without a job) | storage"
              + " daemon (of those without) | ratio |\n|---|---|---|---|---|");
      for (int depth : List.of(1, 16)) {
        row(new NbdLoad(Kind.RANDOM_WRITE, 4096, depth, 1, DISK), here, there);
      }
    }
  }

  private void row(NbdLoad load, Side here, Side there) throws IOException, InterruptedException {
    Map<Beside, List<Double>> mine = new EnumMap<>(Beside.class);
    Map<Beside, List<Double>> others = new EnumMap<>(Beside.class);
    for (Beside mode : Beside.values()) {
      measure(here, mode, load);
    }
    for (int round = 0; round < rounds; round++) {
      for (Beside mode : Beside.values()) {
        add(mine, mode, measure(here, mode, load));
        add(others, mode, measure(there, mode, load));
      }
    }
    for (Beside mode : Beside.values()) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %,.0f (%.2f) | %,.0f (%.2f) | **%.1f** |%n",
          load.inWords(),
          mode.word(),
          median(mine.get(mode)),
          median(ratios(mine.get(mode), mine.get(Beside.NOTHING))),
          median(others.get(mode)),
          median(ratios(others.get(mode), others.get(Beside.NOTHING))),
          median(ratios(mine.get(mode), others.get(mode))));
    }
  }

  private static void add(Map<Beside, List<Double>> seen, Beside mode, double rate) {
    seen.computeIfAbsent(mode, _ -> new ArrayList<>()).add(rate);
  }

  private static List<Double> ratios(List<Double> of, List<Double> to) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < of.size(); i++) {
      ratios.add(of.get(i) / to.get(i));
    }
    return ratios;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private double measure(Side side, Beside mode, NbdLoad load)
      throws IOException, InterruptedException {
    side.begin(mode);
    Process clients = NbdClients.start(side.address(), "x", 0.5, seconds, load);
    double rate = NbdClients.counted(clients).perSecond();
    if (mode != Beside.NOTHING) {
      side.end();
    }
    return rate;
  }

  private Side blockgraph() throws IOException, InterruptedException {
    for (String name : List.of("s", "t")) {
      String node =
          "{\"nodeName\":\"%s\",\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"%s.raw\"}}";
      service.ask("POST", "nodes", node.formatted(name, name));
    }
    service.ask(
        "POST", "exports", "{\"id\":\"x\",\"type\":\"nbd\",\"nodeName\":\"s\",\"writable\":true}");
    return new Side() {
      @Override
      public void begin(Beside mode) throws IOException, InterruptedException {
        if (mode == Beside.NOTHING) {
          return;
        }
        String job =
            "{\"jobId\":\"j\",\"source\":\"s\",\"target\":\"t\",\"sync\":\"full\",\"copyMode\":\"%s\"}";
        service.ask("POST", "mirror-jobs", job.formatted(mode.word()));
        String status = "";
        while (!status.contains("\"status\":\"ready\"")) {
          status = service.ask("GET", "jobs/j?wait=60", "");
        }
      }

      @Override
      public void end() throws IOException, InterruptedException {
        service.ask("POST", "jobs/j/cancel?wait=60", "{\"mode\":\"force\"}");
        service.ask("DELETE", "jobs/j", "");
      }

      @Override
      public String address() {
        return ours;
      }
    };
  }

  private Side daemon(StorageDaemon daemon, Path socket) {
    for (String name : List.of("s", "t")) {
      Map<String, Object> file =
          Map.of("driver", "file", "filename", images.resolve("d" + name + ".raw").toString());
      daemon.execute("blockdev-add", Map.of("driver", "raw", "node-name", name, "file", file));
    }
    daemon.execute(
        "nbd-server-start",
        Map.of("addr", Map.of("type", "unix", "data", Map.of("path", socket.toString()))));
    daemon.execute(
        "block-export-add",
        Map.of("type", "nbd", "id", "x", "node-name", "s", "name", "x", "writable", true));
    return new Side() {
      @Override
      public void begin(Beside mode) {
        if (mode == Beside.NOTHING) {
          return;
        }
        daemon.execute(
            "blockdev-mirror",
            Map.of(
                "job-id",
                "j",
                "device",
                "s",
                "target",
                "t",
                "sync",
                "full",
                "copy-mode",
                mode.word()));
        daemon.awaitEvent("BLOCK_JOB_READY");
      }

      @Override
      public void end() {
        daemon.execute("block-job-cancel", Map.of("device", "j", "force", true));
        daemon.awaitEvent("BLOCK_JOB_CANCELLED");
      }

      @Override
      public String address() {
        return "unix:" + socket;
      }
    };
  }
}
