package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// A freed cluster goes to somebody else only when nobody can still read or write it for its former
/// owner.
final class Qcow2ReuseTest {
  private static final long SEED = Seeds.first();
  private static final int CLUSTER = 4096;
  private static final int AREA = 64 * CLUSTER;

  /// A disk that is slow now and then, so that requests hold what they looked up for long.
  private record SlowDisk(SparseDisk disk) implements BlockIo, Resizable, Discardable {
    private void linger(long offset) {
      if ((offset / CLUSTER) % 7 == 3) {
        LockSupport.parkNanos(300_000);
      }
    }

    @Override
    public void read(long offset, MemorySegment into) {
      linger(offset);
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      linger(offset);
      disk.write(offset, from);
    }

    @Override
    public void flush() {
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }

    @Override
    public void resize(long sizeBytes) {
      disk.resize(sizeBytes);
    }

    @Override
    public void discard(ByteRange range) {
      disk.discard(range);
    }
  }

  @Test
  void neverShowsNorOverwritesForeignBytes() throws Exception {
    System.out.println("seed " + SEED);
    SparseDisk file = new SparseDisk(0);
    Format format = new Format(3, CLUSTER, 16, false, false, Compression.ZLIB);
    Qcow2Creator.create(file, CreateOptions.of(4L * AREA).with(format));
    SlowDisk slow = new SlowDisk(file);
    Qcow2Image image = Qcow2Image.open(slow, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    Qcow2Io io = image.bind(slow, null, null);
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Callable<Void>> work =
          List.of(
              () -> change(io, 0),
              () -> change(io, 1),
              () -> change(io, 2),
              () -> watch(io, 0),
              () -> watch(io, 1),
              () -> watch(io, 2));
      for (Future<Void> done : threads.invokeAll(work, 120, TimeUnit.SECONDS)) {
        done.get();
      }
    }
    image.close(slow, null);
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
  }

  /// Writes the owner's byte over its area and lets parts of it go again, all the time.
  private static Void change(Qcow2Io io, int owner) {
    Random random = new Random(SEED + owner);
    byte[] own = new byte[3 * CLUSTER];
    Arrays.fill(own, (byte) (owner + 1));
    for (int i = 0; i < 3000; i++) {
      long at = (long) owner * AREA + random.nextInt(60) * (long) CLUSTER;
      switch (random.nextInt(6)) {
        case 0, 1 -> io.discard(new ByteRange(at, 3 * CLUSTER));
        case 2 -> io.flush();
        case 3 -> ImageUnderTest.putCompressed(io, at + random.nextInt(2) * 100, own);
        default -> ImageUnderTest.put(io, at, own);
      }
    }
    return null;
  }

  /// Reads the owner's area: it holds the owner's byte and zeroes.
  private static Void watch(Qcow2Io io, int owner) {
    Random random = new Random(SEED - owner);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(4 * CLUSTER);
      for (int i = 0; i < 6000; i++) {
        long at = (long) owner * AREA + random.nextInt(60) * (long) CLUSTER;
        io.read(at, into);
        for (byte b : into.toArray(ValueLayout.JAVA_BYTE)) {
          if (b != 0 && b != owner + 1) {
            throw new AssertionError("foreign byte " + b + " at " + at);
          }
        }
      }
    }
    return null;
  }

  /// A disk that lets something happen before it discards, once.
  private static final class HookedDisk implements BlockIo, Resizable, Discardable {
    private final SparseDisk disk;
    private Runnable beforeDiscard = () -> {};

    HookedDisk(SparseDisk disk) {
      this.disk = disk;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      disk.write(offset, from);
    }

    @Override
    public void flush() {
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }

    @Override
    public void resize(long sizeBytes) {
      disk.resize(sizeBytes);
    }

    @Override
    public void discard(ByteRange range) {
      Runnable now = beforeDiscard;
      beforeDiscard = () -> {};
      now.run();
      disk.discard(range);
    }
  }

  @Test
  void nothingIsPutBehindACompressedClusterThatIsAboutToBeDiscarded() {
    SparseDisk file = new SparseDisk(0);
    Format format = new Format(3, CLUSTER, 16, false, false, Compression.ZLIB);
    Qcow2Creator.create(file, CreateOptions.of(AREA).with(format));
    HookedDisk hooked = new HookedDisk(file);
    Qcow2Image image = Qcow2Image.open(hooked, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    Qcow2Io io = image.bind(hooked, null, null);
    byte[] bytes = CompressedImage.compressible(CLUSTER, 3);
    ImageUnderTest.putCompressed(io, 0, bytes);
    io.flush();
    boolean[] written = new boolean[1];
    hooked.beforeDiscard =
        () -> {
          ImageUnderTest.putCompressed(io, CLUSTER, bytes);
          written[0] = true;
        };
    io.discard(new ByteRange(0, CLUSTER));
    io.flush();
    assertThat(written[0]).isTrue();
    assertThat(get(io, CLUSTER)).isEqualTo(bytes);
    image.close(hooked, null);
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
  }

  private static byte[] get(Qcow2Io io, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(CLUSTER);
      io.read(offset, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
