package io.blockgraph.job.mirror;

import io.blockgraph.block.ByteRange;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What a mark costs a client, and the search for marks a copier: a disk of 1 TiB in parts of 64
/// KiB.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DirtyBitmapBenchmark {
  private static final long SIZE = 1L << 40;
  private static final long STEP = 40503L << 12;

  private final DirtyBitmap sparse = new DirtyBitmap(SIZE, 65_536);
  private final DirtyBitmap written = new DirtyBitmap(SIZE, 65_536);
  private long at;

  /// One mark, in the middle.
  @Setup
  public void mark() {
    sparse.set(new ByteRange(SIZE / 2, 1));
  }

  /// A client writes 4 KiB somewhere, a copier takes it.
  @Benchmark
  public long setsAndClears() {
    at = (at + STEP) % SIZE;
    ByteRange range = new ByteRange(at, 4096);
    return written.set(range) + written.clear(range);
  }

  /// From the start of the disk to a mark 512 GiB away.
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public ByteRange findsOneMark() {
    return sparse.nextDirty(0, 1 << 20);
  }
}
