package io.blockgraph.driver.qcow2;

import io.blockgraph.block.ScratchBuffers;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/// What it takes to find where guest bytes are, with all tables in the cache.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LookUpBenchmark {
  private static final long SIZE = 256L << 20;
  private static final long STEP = 40503L << 12;

  /// Of one cluster, or with `extended_l2` of one part in 32.
  @Param({"standard", "extended"})
  public String entries = "standard";

  private Disks disks;
  private ClusterMapping mapping;

  /// Where a thread looks.
  @State(Scope.Thread)
  public static class Place {
    private long at;

    long next() {
      at = (at + STEP) % SIZE;
      return at;
    }
  }

  /// Makes an image in which every cluster has its place.
  @Setup
  public void make() {
    SparseDisk file = new SparseDisk(0);
    boolean extended = entries.equals("extended");
    CreateOptions.Format format =
        new CreateOptions.Format(3, 65_536, 16, extended, false, Compression.ZLIB);
    Qcow2Creator.create(
        file, CreateOptions.of(SIZE).with(format).with(CreateOptions.Preallocation.METADATA));
    disks = new Disks(file, null, null, this);
    Qcow2Header header = Qcow2Header.read(file);
    ScratchBuffers buffers = ScratchBuffers.shared(TableWrite.MAX_BYTES);
    long[] l1 =
        WordReader.read(file, header.tables().l1Offset(), header.tables().l1Entries(), buffers);
    ImageState state = new ImageState(header, l1, Settings.DEFAULT, CorruptionListener.NOBODY);
    mapping = new ClusterMapping(state, new Corruption(state));
  }

  /// 4 KiB anywhere.
  @Benchmark
  public Mapping findsAlone(Place place) {
    return mapping.find(disks, place.next(), 4096);
  }

  /// The same beside another thread.
  @Benchmark
  @Threads(2)
  public Mapping findsBesideAnother(Place place) {
    return mapping.find(disks, place.next(), 4096);
  }
}
