package io.blockgraph.bench.nbd;

import io.blockgraph.bench.Bed;
import io.blockgraph.bench.Service;
import io.blockgraph.bench.nbd.NbdLoad.Kind;
import io.blockgraph.bench.nbd.Server.Format;
import io.blockgraph.bench.nbd.Server.Image;
import io.blockgraph.bench.nbd.Server.Serving;
import io.blockgraph.bench.nbd.Server.Transport;
import io.blockgraph.block.ResidentMemory;
import io.blockgraph.strangers.StorageDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Shows how much memory the service takes with 100 exports of qcow2 images: idle, while a client
/// of each writes all over its disk, and after that. The storage daemon stands beside it.
///
/// Each disk has 4 GiB and its tables are made, so that the caches of tables fill as they do on
/// disks in use; the writes fill them with data. `--quick` for a shorter load.
final class Footprint {
  private static final int EXPORTS = 100;
  private static final long DISK = 4L << 30;
  private static final int SETTLE_MS = 3000;

  private final Path images;
  private final Service service;
  private final Path data;
  private final double seconds;

  private Footprint(Bed bed) {
    this.images = bed.images();
    this.service = bed.service();
    this.data = bed.data();
    this.seconds = bed.quick() ? 5 : 20;
  }

  public static void main(String[] args) throws Exception {
    try (Bed bed = Bed.of(args)) {
      new Footprint(bed).run();
    }
  }

  private void run() throws Exception {
    List<Image> disks = new ArrayList<>();
    for (int i = 0; i < EXPORTS; i++) {
      Path file = images.resolve("disk" + i + ".qcow2");
      program("qemu-img create -q -f qcow2 -o preallocation=metadata %s %d".formatted(file, DISK));
      disks.add(new Image(file, Format.QCOW2));
    }
    System.out.println(
        "| MiB of RSS with "
            + EXPORTS
            + " qcow2 exports of 4 GiB | empty | idle | most under load | after it | requests/s |"
            + "\n|---|---|---|---|---|---|");
    System.out.println("| Blockgraph |" + ours(disks));
    System.out.println("| storage daemon |" + theirs(disks));
  }

  private String ours(List<Image> disks) throws Exception {
    BlockgraphServer server = new BlockgraphServer(service, data);
    long empty = rss(service.pid());
    List<Serving> servings = new ArrayList<>();
    for (Image disk : disks) {
      servings.add(server.serve(disk, Transport.UNIX));
    }
    String names = servings.stream().map(Serving::export).collect(Collectors.joining(","));
    String row = measured(service.pid(), servings.getFirst().address(), names);
    for (Serving serving : servings) {
      serving.close();
    }
    return " " + empty + " |" + row;
  }

  private String theirs(List<Image> disks) throws Exception {
    Path folder = Files.createTempDirectory(images, "daemon");
    Path socket = folder.resolve("nbd.sock");
    try (StorageDaemon daemon =
        StorageDaemon.start(
            folder, "--nbd-server", "addr.type=unix,addr.path=" + socket + ",max-connections=0")) {
      long empty = rss(daemon.pid());
      List<String> names = new ArrayList<>();
      for (Image disk : disks) {
        String name = "disk" + names.size();
        daemon.execute(
            "blockdev-add",
            Map.of(
                "node-name",
                name,
                "driver",
                "qcow2",
                "file",
                Map.of("driver", "file", "filename", disk.file().toString())));
        daemon.execute(
            "block-export-add",
            Map.of("type", "nbd", "id", name, "node-name", name, "name", name, "writable", true));
        names.add(name);
      }
      String row = measured(daemon.pid(), "unix:" + socket, String.join(",", names));
      return " " + empty + " |" + row;
    }
  }

  /// Idle, under load, and after it.
  private String measured(long pid, String address, String exports) throws Exception {
    Thread.sleep(SETTLE_MS);
    long idle = rss(pid);
    NbdLoad load = new NbdLoad(Kind.RANDOM_WRITE, 4096, 16, EXPORTS, DISK);
    Process clients = NbdClients.start(address, exports, 1, seconds, load);
    long most = idle;
    while (!clients.waitFor(50, TimeUnit.MILLISECONDS)) {
      most = Math.max(most, rss(pid));
    }
    double rate = NbdClients.counted(clients).perSecond();
    Thread.sleep(SETTLE_MS);
    return " %d | %d | %d | %,.0f |".formatted(idle, most, rss(pid), rate);
  }

  private static void program(String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command.split(" ")).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command);
    }
  }

  private static long rss(long pid) throws IOException {
    return ResidentMemory.bytes(pid) >> 20;
  }
}
