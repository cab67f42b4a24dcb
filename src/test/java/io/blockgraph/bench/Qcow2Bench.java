package io.blockgraph.bench;

import static io.blockgraph.bench.Load.Kind.ALLOCATING_WRITE;
import static io.blockgraph.bench.Load.Kind.FLUSHED_ALLOCATING_WRITE;
import static io.blockgraph.bench.Load.Kind.FLUSHED_WRITE;
import static io.blockgraph.bench.Load.Kind.OVERWRITE;
import static io.blockgraph.bench.Load.Kind.READ;
import static io.blockgraph.bench.Load.Kind.ZLIB_READ;
import static io.blockgraph.bench.Load.Kind.ZSTD_READ;

import io.blockgraph.bench.Load.Span;
import io.blockgraph.driver.Bench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;

/// Measures a qcow2 node and `qemu-img bench` in turns on images of the same bytes, and prints a
/// table.
///
/// An image of its own for each side holds the same bytes; both are written once, stay in the page
/// cache, and have nothing waiting for the disk when a measurement begins. A round measures each
/// side once; a ratio is that of two measurements of the same round.
public final class Qcow2Bench {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final double WARM_UP_SECONDS = 3;

  private final Bench bench;
  private final BlockgraphSide blockgraph;
  private final boolean quick;
  private final boolean compressed;

  private Qcow2Bench(Bench bench, List<String> arguments) {
    this.bench = bench;
    this.blockgraph = new BlockgraphSide(bench);
    this.quick = arguments.contains("--quick");
    this.compressed = arguments.contains("--compressed");
  }

  /// What one round saw, in requests per second.
  private record Round(double blockgraph, double threads, double ring) {
    double toThreads() {
      return blockgraph / threads;
    }

    double toRing() {
      return blockgraph / ring;
    }
  }

  /// Prints the table.
  ///
  /// @param args `--quick` for fewer and shorter rounds, `--compressed` for compressed images
  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    try (Bench bench = new Bench()) {
      new Qcow2Bench(bench, List.of(args)).run();
    }
  }

  private List<Load> loads() {
    // 40503 / 65536 and 10127 / 16384 are near the golden ratio, which spreads the places evenly.
    long far = 40503L * 4 * KIB;
    long farCluster = 10127L * 64 * KIB;
    long disk = 256L * MIB;
    Span small = new Span(disk, quick ? 16384 : 65536, 4);
    Span big = new Span(disk, quick ? 512 : 4096, 1);
    Span fresh = new Span(1024L * MIB, quick ? 4096 : 16384, 1);
    Span freshFlushed = new Span(1024L * MIB, quick ? 1024 : 4096, 1);
    Span flushed = new Span(disk, quick ? 2048 : 16384, 1);
    return List.of(
        new Load("4 KiB random read, depth 1", READ, 4 * KIB, far, 1, small),
        new Load("4 KiB random read, depth 16", READ, 4 * KIB, far, 16, small),
        new Load("4 KiB random overwrite, depth 1", OVERWRITE, 4 * KIB, far, 1, small),
        new Load("4 KiB random overwrite, depth 16", OVERWRITE, 4 * KIB, far, 16, small),
        new Load(
            "4 KiB allocating write, depth 1", ALLOCATING_WRITE, 4 * KIB, farCluster, 1, fresh),
        new Load(
            "4 KiB allocating write, depth 16", ALLOCATING_WRITE, 4 * KIB, farCluster, 16, fresh),
        new Load("1 MiB sequential read, depth 1", READ, MIB, MIB, 1, big),
        new Load("1 MiB sequential write, depth 1", OVERWRITE, MIB, MIB, 1, big),
        new Load("4 KiB write, flush every 64, depth 1", FLUSHED_WRITE, 4 * KIB, far, 1, flushed),
        new Load(
            "4 KiB allocating write, flush every 64, depth 1",
            FLUSHED_ALLOCATING_WRITE,
            4 * KIB,
            farCluster,
            1,
            freshFlushed));
  }

  private List<Load> compressedLoads() {
    int cluster = 64 * KIB;
    Span pieces = new Span(128L * MIB, 2048, 1);
    Span whole = new Span(128L * MIB, 256, 1);
    return List.of(
        new Load("zlib: 64 KiB sequential read, depth 1", ZLIB_READ, cluster, cluster, 1, pieces),
        new Load("zlib: 1 MiB sequential read, depth 1", ZLIB_READ, MIB, MIB, 1, whole),
        new Load("zstd: 64 KiB sequential read, depth 1", ZSTD_READ, cluster, cluster, 1, pieces),
        new Load("zstd: 1 MiB sequential read, depth 1", ZSTD_READ, MIB, MIB, 1, whole));
  }

  private void run() throws IOException, InterruptedException, ExecutionException {
    System.out.println(
        "| load | Blockgraph, ops/s | QEMU threads, ops/s | QEMU io_uring, ops/s | ratio to threads"
            + " (min-max) | ratio to io_uring (min-max) |\n|---|---|---|---|---|---|");
    for (Load load : compressed ? compressedLoads() : loads()) {
      warmUp(load);
      List<Round> rounds = new ArrayList<>();
      for (int i = 0; i < (quick ? 3 : 5); i++) {
        rounds.add(round(load));
      }
      System.out.println(row(load, rounds));
    }
  }

  private void warmUp(Load load) throws IOException, InterruptedException, ExecutionException {
    long start = System.nanoTime();
    do {
      ours(load);
    } while (System.nanoTime() - start < WARM_UP_SECONDS * 1e9);
    theirs(load, "threads");
    theirs(load, "io_uring");
  }

  private Round round(Load load) throws IOException, InterruptedException, ExecutionException {
    return new Round(ours(load), theirs(load, "threads"), theirs(load, "io_uring"));
  }

  private double ours(Load load) throws IOException, InterruptedException, ExecutionException {
    Path image = ready(load, "blockgraph");
    double speed = blockgraph.requestsPerSecond(load, image);
    QemuSide.check(image);
    return speed;
  }

  private double theirs(Load load, String aio) throws IOException, InterruptedException {
    return QemuSide.requestsPerSecond(load, ready(load, "qemu"), aio);
  }

  /// The image of one side, with nothing waiting for the disk.
  private Path ready(Load load, String side) throws IOException, InterruptedException {
    boolean fresh = load.kind().allocates();
    String flavour = load.kind().compression().map(c -> "-" + c).orElse(fresh ? "-fresh" : "");
    Path image = bench.directory().resolve(side + flavour + ".qcow2");
    if (fresh) {
      Files.deleteIfExists(image);
    }
    if (!Files.exists(image) && load.kind().compression().isPresent()) {
      QemuSide.compress(image, load.span().diskBytes(), load.kind().compression().get());
    } else if (!Files.exists(image)) {
      QemuSide.create(image, load.span().diskBytes());
      if (!fresh) {
        QemuSide.fill(image, load.span().diskBytes());
      }
    }
    QemuSide.run(List.of("sync", image.toString()));
    return image;
  }

  private static String row(Load load, List<Round> rounds) {
    return String.format(
        Locale.ROOT,
        "| %s | %,.0f | %,.0f | %,.0f | %s | %s |",
        load.name(),
        median(values(rounds, Round::blockgraph)),
        median(values(rounds, Round::threads)),
        median(values(rounds, Round::ring)),
        spread(values(rounds, Round::toThreads)),
        spread(values(rounds, Round::toRing)));
  }

  private static String spread(List<Double> ratios) {
    return String.format(
        Locale.ROOT,
        "**%.2f** (%.2f-%.2f)",
        median(ratios),
        Collections.min(ratios),
        Collections.max(ratios));
  }

  private static List<Double> values(List<Round> rounds, ToDoubleFunction<Round> of) {
    return rounds.stream().map(of::applyAsDouble).toList();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
