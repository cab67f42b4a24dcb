package io.blockgraph.bench.nbd;

import io.blockgraph.bench.Bed;
import io.blockgraph.bench.Service;
import io.blockgraph.bench.nbd.NbdLoad.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Shows how near to its limits a throttle keeps NBD clients that would be faster, and prints a
/// table. `--quick` for shorter looks.
final class ThrottleBench {
  private static final int KIB = 1024;
  private static final long DISK = 256L << 20;
  private static final byte PATTERN = 0x5a;

  private final Path images;
  private final Path data;
  private final Service service;
  private final double seconds;

  private ThrottleBench(Bed bed) {
    this.images = bed.images();
    this.data = bed.data();
    this.service = bed.service();
    this.seconds = bed.quick() ? 2 : 10;
  }

  /// A limit, and who runs into it.
  ///
  /// @param perRequest how much of the limit a request takes
  private record Row(String option, long limit, int requestBytes, int depth, long perRequest) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("iopsTotal", 100, 4 * KIB, 4, 1),
          new Row("iopsTotal", 2_000, 4 * KIB, 1, 1),
          new Row("iopsTotal", 2_000, 4 * KIB, 16, 1),
          new Row("iopsTotal", 20_000, 4 * KIB, 16, 1),
          new Row("bpsTotal", 10 << 20, 4 * KIB, 16, 4 * KIB),
          new Row("bpsTotal", 100 << 20, 64 * KIB, 8, 64 * KIB));

  public static void main(String[] args) throws Exception {
    try (Bed bed = Bed.of(args)) {
      new ThrottleBench(bed).run();
    }
  }

  private void run() throws IOException, InterruptedException {
    byte[] content = new byte[(int) DISK];
    Arrays.fill(content, PATTERN);
    Files.write(images.resolve("disk.raw"), content);
    System.out.println("| limit | requests | seen | off by |\n|---|---|---|---|");
    for (Row row : ROWS) {
      double seen = seen(row);
      System.out.printf(
          Locale.ROOT,
          "| %s %,d | reads of %d KiB, depth %d | %,.0f | %.2f %% |%n",
          row.option(),
          row.limit(),
          row.requestBytes() / KIB,
          row.depth(),
          seen,
          100 * Math.abs(seen / row.limit() - 1));
    }
  }

  private double seen(Row row) throws IOException, InterruptedException {
    service.ask(
        "POST",
        "nodes",
        ("{\"nodeName\":\"held\",\"driver\":\"throttle\",\"%s\":%d,"
                + "\"file\":{\"driver\":\"file\",\"filename\":\"disk.raw\"}}")
            .formatted(row.option(), row.limit()));
    service.ask("POST", "exports", "{\"id\":\"held-nbd\",\"type\":\"nbd\",\"nodeName\":\"held\"}");
    NbdLoad load = new NbdLoad(Kind.RANDOM_READ, row.requestBytes(), row.depth(), 1, DISK);
    String address = "unix:" + data.resolve("nbd.sock").toAbsolutePath();
    Process clients = NbdClients.start(address, "held-nbd", 2, seconds, load);
    double rate = NbdClients.counted(clients).perSecond();
    service.ask("DELETE", "exports/held-nbd", "");
    service.ask("DELETE", "nodes/held", "");
    return rate * row.perRequest();
  }
}
