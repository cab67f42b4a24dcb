package io.blockgraph.bench;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.driver.quorum.QuorumDriver.Together;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Measures a quorum of three files that asks its children one after the other, at the same time,
/// and as it finds best, in turns, and prints a table of microseconds per request.
///
/// One client. The files are in the page cache; a slow child waits before it does what it is asked.
public final class QuorumBench {
  private static final int KIB = 1024;
  private static final int DISK_BYTES = 64 * KIB * KIB;
  private static final int CHILDREN = 3;
  private static final long WARM_UP_NANOS = 1_500_000_000L;

  private final Bench bench;
  private final int rounds;
  private final long roundNanos;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(0, 32, 10, TimeUnit.SECONDS, new SynchronousQueue<>());

  private QuorumBench(Bench bench, boolean quick) {
    this.bench = bench;
    this.rounds = quick ? 5 : 15;
    this.roundNanos = quick ? 100_000_000L : 300_000_000L;
  }

  /// What is done again and again.
  private interface Work {
    void on(BlockIo disk, long offset, MemorySegment buffer);
  }

  /// A row of the table.
  private record Row(String name, int bytes, long waitNanos, Work work) {}

  /// Prints the table.
  ///
  /// @param args `--quick` for fewer and shorter rounds
  public static void main(String[] args) throws IOException {
    try (Bench bench = new Bench()) {
      QuorumBench quorums = new QuorumBench(bench, List.of(args).contains("--quick"));
      quorums.run();
      quorums.threads.shutdown();
    }
  }

  private static List<Row> rows() {
    Work read = BlockIo::read;
    Work write = BlockIo::write;
    return List.of(
        new Row("4 KiB read", 4 * KIB, 0, read),
        new Row("4 KiB write", 4 * KIB, 0, write),
        new Row("64 KiB read", 64 * KIB, 0, read),
        new Row("64 KiB write", 64 * KIB, 0, write),
        new Row("256 KiB read", 256 * KIB, 0, read),
        new Row("256 KiB write", 256 * KIB, 0, write),
        new Row("1 MiB read", KIB * KIB, 0, read),
        new Row("1 MiB write", KIB * KIB, 0, write),
        new Row("4 KiB read, each child waits 50 us", 4 * KIB, 50_000, read),
        new Row("4 KiB read, each child waits 100 us", 4 * KIB, 100_000, read),
        new Row("4 KiB read, each child waits 1 ms", 4 * KIB, 1_000_000, read),
        new Row("4 KiB write, each child waits 1 ms", 4 * KIB, 1_000_000, write),
        new Row("flush after a 4 KiB write", 4 * KIB, 0, QuorumBench::writeAndFlush));
  }

  private static void writeAndFlush(BlockIo disk, long offset, MemorySegment buffer) {
    disk.write(offset, buffer);
    disk.flush();
  }

  private void run() throws IOException {
    List<BlockIo> files = new ArrayList<>();
    for (int i = 0; i < CHILDREN; i++) {
      Path file = bench.directory().resolve("child" + i);
      Files.write(file, new byte[DISK_BYTES]);
      files.add(bench.open(new FileDriver(), Map.of("filename", file.toString()), Map.of()).disk());
    }
    System.out.println(
        "| request | one after the other | at the same time | as the service does |"
            + "\n|---|---|---|---|");
    for (Row row : rows()) {
      List<BlockIo> children =
          files.stream().<BlockIo>map(f -> row.waitNanos() == 0 ? f : new Slow(f, row)).toList();
      System.out.println(
          measured(
              row,
              List.of(
                  quorum(new QuorumDriver(), children),
                  quorum(new QuorumDriver(threads, Together.ALWAYS), children),
                  quorum(new QuorumDriver(threads, Together.WHERE_IT_PAYS), children))));
    }
  }

  private static final class Slow extends FilterDisk {
    private final long waitNanos;

    Slow(BlockIo child, Row row) {
      super(child);
      this.waitNanos = row.waitNanos();
    }

    @Override
    public void read(long offset, MemorySegment into) {
      LockSupport.parkNanos(waitNanos);
      super.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      LockSupport.parkNanos(waitNanos);
      super.write(offset, from);
    }
  }

  private BlockIo quorum(QuorumDriver driver, List<BlockIo> disks) {
    List<String> names = IntStream.range(0, CHILDREN).mapToObj(i -> "d" + i).toList();
    NodeSpec spec = Bench.spec(driver, Map.of("children", names, "voteThreshold", 2));
    Map<ChildName, BlockIo> byName = new LinkedHashMap<>();
    IntStream.range(0, CHILDREN).forEach(i -> byName.put(ChildName.indexed(i), disks.get(i)));
    Children children = new Children(byName);
    Opening.Services services =
        new Opening.Services(bench.services().files(), bench.events(), new Clock());
    return driver.open(new Opening(spec, Bench.WRITER, children, services)).bind(children);
  }

  private static final class Clock implements Opening.Ticker {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public void sleep(long nanos) {
      LockSupport.parkNanos(nanos);
    }
  }

  private String measured(Row row, List<BlockIo> quorums) {
    List<List<Double>> micros = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    try (Arena arena = Arena.ofShared()) {
      MemorySegment buffer = arena.allocate(row.bytes(), 4 * KIB);
      quorums.forEach(quorum -> micros(row, quorum, buffer, WARM_UP_NANOS));
      for (int i = 0; i < rounds; i++) {
        for (int turn = 0; turn < quorums.size(); turn++) {
          int side = (i + turn) % quorums.size();
          micros.get(side).add(micros(row, quorums.get(side), buffer, roundNanos));
        }
      }
    }
    List<String> cells = micros.stream().map(QuorumBench::cell).toList();
    return "| " + row.name() + " | " + String.join(" | ", cells) + " |";
  }

  private static double micros(Row row, BlockIo quorum, MemorySegment buffer, long nanos) {
    long places = DISK_BYTES / row.bytes();
    long begin = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - begin < nanos) {
      row.work().on(quorum, count * 40503 % places * row.bytes(), buffer);
      count++;
    }
    return (System.nanoTime() - begin) / 1e3 / count;
  }

  /// The median, with the lowest and the highest.
  private static String cell(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return String.format(
        Locale.ROOT,
        "%.0f (%.0f-%.0f)",
        sorted.get(sorted.size() / 2),
        sorted.getFirst(),
        sorted.getLast());
  }
}
