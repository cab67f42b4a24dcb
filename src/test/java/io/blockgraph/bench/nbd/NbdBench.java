package io.blockgraph.bench.nbd;

import io.blockgraph.bench.Bed;
import io.blockgraph.bench.nbd.NbdLoad.Kind;
import io.blockgraph.bench.nbd.Server.Format;
import io.blockgraph.bench.nbd.Server.Image;
import io.blockgraph.bench.nbd.Server.Serving;
import io.blockgraph.bench.nbd.Server.Transport;
import io.blockgraph.block.ResidentMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Compares NBD servers, in turns, and prints tables: the median of the ratios of all rounds.
///
/// `--quick` for fewer rounds; `--only=TEXT` for the rows that have it in their name.
final class NbdBench {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final long DISK = 512L * MIB;
  private static final long FRESH_DISK = 4096L * MIB;

  private final Path images;
  private final BlockgraphServer blockgraph;
  private final List<Server> servers = new ArrayList<>();
  private final int rounds;
  private final double seconds;

  private NbdBench(Bed bed) {
    this.images = bed.images();
    this.blockgraph = new BlockgraphServer(bed.service(), bed.data());
    this.servers.add(blockgraph);
    this.servers.addAll(Peer.all());
    this.rounds = bed.quick() ? 3 : 5;
    this.seconds = 0.7;
  }

  /// A row of a table.
  private record Row(String table, Format format, Transport transport, NbdLoad load, boolean cold) {
    String inWords() {
      return load.inWords();
    }
  }

  /// What one measurement saw.
  ///
  /// @param rate requests per second
  /// @param cpu microseconds of the server's processor time per request
  private record Seen(double rate, double cpu) {}

  public static void main(String[] args) throws Exception {
    try (Bed bed = Bed.of(args)) {
      new NbdBench(bed).run(bed.only());
    }
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (Format format : List.of(Format.RAW, Format.QCOW2)) {
      hot("unix, " + format + ", page cache hot", format, Transport.UNIX, rows);
    }
    rows.add(allocating(1));
    rows.add(allocating(16));
    NbdLoad cold = new NbdLoad(Kind.RANDOM_READ, 4 * KIB, 64, 1, DISK);
    rows.add(new Row("unix, RAW, cold", Format.RAW, Transport.UNIX, cold, true));
    hot("tcp, RAW, page cache hot", Format.RAW, Transport.TCP, rows);
    quorum(rows);
    return rows;
  }

  private static void quorum(List<Row> rows) {
    List.of(
            new NbdLoad(Kind.RANDOM_READ, 4 * KIB, 1, 1, DISK),
            new NbdLoad(Kind.RANDOM_READ, 4 * KIB, 16, 1, DISK),
            new NbdLoad(Kind.RANDOM_WRITE, 4 * KIB, 1, 1, DISK),
            new NbdLoad(Kind.RANDOM_WRITE, 4 * KIB, 16, 1, DISK),
            new NbdLoad(Kind.SEQUENTIAL_READ, MIB, 8, 1, DISK),
            new NbdLoad(Kind.SEQUENTIAL_WRITE, MIB, 8, 1, DISK))
        .forEach(
            load ->
                rows.add(
                    new Row(
                        "unix, QUORUM of three raw images, page cache hot",
                        Format.QUORUM,
                        Transport.UNIX,
                        load,
                        false)));
  }

  private static void hot(String table, Format format, Transport transport, List<Row> rows) {
    List<NbdLoad> loads = new ArrayList<>();
    for (int depth : new int[] {1, 16, 64}) {
      loads.add(new NbdLoad(Kind.RANDOM_READ, 4 * KIB, depth, 1, DISK));
    }
    loads.add(new NbdLoad(Kind.RANDOM_READ, 4 * KIB, 16, 4, DISK));
    for (int depth : new int[] {1, 16, 64}) {
      loads.add(new NbdLoad(Kind.RANDOM_WRITE, 4 * KIB, depth, 1, DISK));
    }
    loads.add(new NbdLoad(Kind.SEQUENTIAL_READ, MIB, 8, 1, DISK));
    loads.add(new NbdLoad(Kind.SEQUENTIAL_WRITE, MIB, 8, 1, DISK));
    loads.forEach(load -> rows.add(new Row(table, format, transport, load, false)));
  }

  private static Row allocating(int depth) {
    NbdLoad load = new NbdLoad(Kind.ALLOCATING_WRITE, 4 * KIB, depth, 1, FRESH_DISK);
    return new Row("unix, fresh qcow2", Format.QCOW2, Transport.UNIX, load, false);
  }

  private void run(String only) throws IOException, InterruptedException {
    String table = "";
    for (Row row : rows()) {
      if ((row.table() + " " + row.inWords()).contains(only)) {
        if (!row.table().equals(table)) {
          table = row.table();
          System.out.println("\n**" + table + "**\n\n" + head());
        }
        System.out.println(line(row));
      }
    }
    System.out.println(
        "\nRSS of the service in the end: "
            + (ResidentMemory.bytes(blockgraph.service().pid()) >> 20)
            + " MiB");
  }

  private String head() {
    StringBuilder names = new StringBuilder("| load |");
    StringBuilder rule = new StringBuilder("|---|");
    for (Server server : servers) {
      names.append(' ').append(server.name()).append(" |");
      rule.append("---|");
    }
    return names + " CPU per request, us: Blockgraph / first peer |\n" + rule + "---|";
  }

  private String line(Row row) throws IOException, InterruptedException {
    Map<String, List<Seen>> seen = new LinkedHashMap<>();
    warmUp(row);
    for (int round = 0; round < rounds; round++) {
      for (Server server : servers) {
        if (server.can(row.format())) {
          seen.computeIfAbsent(server.name(), _ -> new ArrayList<>()).add(measure(server, row));
        }
      }
    }
    StringBuilder line = new StringBuilder("| " + row.inWords() + " |");
    List<Seen> ours = seen.get(blockgraph.name());
    for (Server server : servers) {
      List<Seen> theirs = seen.get(server.name());
      line.append(' ').append(theirs == null ? "-" : cell(ours, theirs)).append(" |");
    }
    return line
        + String.format(
            Locale.ROOT,
            " %.1f / %.1f |",
            median(ours.stream().map(Seen::cpu).toList()),
            median(first(seen).stream().map(Seen::cpu).toList()));
  }

  /// What was seen of the first peer that can do it.
  private List<Seen> first(Map<String, List<Seen>> seen) {
    return servers.stream()
        .skip(1)
        .map(server -> seen.getOrDefault(server.name(), List.of()))
        .filter(their -> !their.isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /// How many requests per second, and how many times as many are ours.
  private static String cell(List<Seen> ours, List<Seen> theirs) {
    String rate =
        String.format(Locale.ROOT, "%,.0f", median(theirs.stream().map(Seen::rate).toList()));
    if (ours.equals(theirs)) {
      return rate;
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      ratios.add(ours.get(i).rate() / theirs.get(i).rate());
    }
    return rate + String.format(Locale.ROOT, " (**%.1f**)", median(ratios));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /// The service's code is compiled while it runs.
  private void warmUp(Row row) throws IOException, InterruptedException {
    for (int i = 0; i < 2; i++) {
      measure(blockgraph, row);
    }
  }

  private Seen measure(Server server, Row row) throws IOException, InterruptedException {
    Image image = image(row, server);
    for (Path file : image.files()) {
      run("sync", file.toString());
      if (row.cold()) {
        run("dd", "if=" + file, "iflag=nocache", "count=0", "status=none");
      }
    }
    boolean fresh = row.load().kind() == Kind.ALLOCATING_WRITE;
    try (Serving serving = server.serve(image, row.transport())) {
      double before = cpuMicros(serving.pid());
      NbdClients.Counted counted = clients(serving, row.load(), fresh ? 0 : 0.3);
      double rate = counted.perSecond();
      double all = fresh ? counted.requests() : rate * (seconds + 0.3);
      return new Seen(rate, (cpuMicros(serving.pid()) - before) / all);
    } finally {
      if (fresh) {
        Files.delete(image.file());
      }
    }
  }

  private Image image(Row row, Server server) throws IOException, InterruptedException {
    boolean fresh = row.load().kind() == Kind.ALLOCATING_WRITE;
    String kind = row.format().name().toLowerCase(Locale.ROOT);
    String name = server.name().replace(' ', '-') + (fresh ? "-fresh." : ".") + kind;
    Image image = new Image(images.resolve(name), row.format());
    for (Path file : image.files()) {
      if (!Files.exists(file)) {
        make(file, image.fileFormat(), row.load().diskBytes(), fresh);
      }
    }
    return image;
  }

  private static void make(Path file, String format, long size, boolean fresh)
      throws IOException, InterruptedException {
    run("qemu-img", "create", "-q", "-f", format, file.toString(), Long.toString(size));
    if (!fresh) {
      // In clusters: one huge write would leave huge folios in the page cache.
      String fill = "qemu-img bench -f %s -w -d 1 --pattern=90 -s 65536 -S 65536 -c %d %s";
      run(fill.formatted(format, size / 65536, file).split(" "));
    }
  }

  private NbdClients.Counted clients(Serving serving, NbdLoad load, double before)
      throws IOException, InterruptedException {
    return NbdClients.counted(
        NbdClients.start(serving.address(), serving.export(), before, seconds, load));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + said);
    }
    return said;
  }

  /// The processor time of a process and its threads so far.
  private static double cpuMicros(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    // A tick is 10 ms on every Linux that Java runs on.
    return (Double.parseDouble(fields[11]) + Double.parseDouble(fields[12])) * 10_000;
  }
}
