package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.qcow2.ImageMutator.Mutant;
import io.blockgraph.driver.qcow2.MutantBases.Base;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged images in use: opened, read, written, resized and closed. No mutant takes longer than a
/// second, takes much memory, or brings out anything but a [BlockException]; one that is not opened
/// is not changed.
final class HostileUseTest {
  private static final long SEED = Seeds.first();
  private static final int MUTANTS = Integer.getInteger("mutants", 5000);
  private static final long DEADLINE_MS = 1_000;

  /// Of the clock on the wall, which goes on while others have the processor.
  private static final long HANGS_MS = 60_000;

  private static final long MOST_HEAP_BYTES = 128L << 20;
  private static final long WINDOW_BYTES = 1 << 20;

  private static final ExecutorService WORKER =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("mutants").factory());

  @TempDir static Path folder;
  private static List<Base> bases = List.of();

  @BeforeAll
  static void makeBases() {
    System.out.println("HostileUseTest: -Dseed=" + SEED);
    bases = MutantBases.make(folder);
    for (Base base : bases) {
      // Loads zstd and what else is only loaded once.
      readAll(open(base));
    }
  }

  @Test
  void survivesAnyMutantInUse() throws Exception {
    ImageMutator mutator = new ImageMutator(SEED);
    int opened = 0;
    for (int i = 0; i < MUTANTS; i++) {
      Base base = bases.get(i % bases.size());
      Mutant mutant = mutator.mutate(base.bytes(), base.map());
      String story =
          "-Dseed=" + SEED + ", mutant " + i + " of " + base.name() + ": " + mutant.story();
      long seed = SEED + i;
      opened += within(story, () -> use(mutant, new Random(seed))) ? 1 : 0;
    }
    assertThat(opened).as("mutants that can be opened").isGreaterThan(MUTANTS / 4);
  }

  @Test
  void survivesAnythingPointingAtAnythingInUse() throws Exception {
    for (Base base : bases) {
      for (ImageMap.Area from : base.map().areas()) {
        for (ImageMap.Area to : base.map().areas()) {
          long at = from.name().equals("header") ? 40 : from.offset();
          Mutant mutant = ImageMutator.point(base.bytes(), from, at, to.offset() | L2Entry.COPIED);
          within(base.name() + ": " + mutant.story(), () -> use(mutant, new Random(1)));
        }
      }
    }
  }

  /// Found by seed 9664344643604: overwriting such data freed the header, and handed it out.
  @Test
  void survivesCompressedDataThatClaimsToLieInMetadata() throws Exception {
    for (Base base : bases) {
      for (ImageMap.Area from : base.map().areas()) {
        for (int entry = 0; from.name().contains("L2") && entry < 64; entry++) {
          long at = from.offset() + entry * 8L;
          Mutant mutant = ImageMutator.point(base.bytes(), from, at, L2Entry.COMPRESSED);
          long seed = entry;
          within(base.name() + ": " + mutant.story(), () -> use(mutant, new Random(seed)));
        }
      }
    }
  }

  private static Qcow2Io open(Base base) {
    MemoryDisk disk = new MemoryDisk(base.bytes());
    BlockIo data = dataFile(disk);
    return Qcow2Image.open(disk, data, Settings.DEFAULT, CorruptionListener.NOBODY)
        .bind(disk, null, data);
  }

  /// A data file for an image that says to have one.
  private static @Nullable BlockIo dataFile(BlockIo disk) {
    boolean wanted = Qcow2Header.read(disk).features().dataFile();
    return wanted ? new MemoryDisk(new byte[300 << 10]) : null;
  }

  private interface Work {
    boolean run();
  }

  private static boolean within(String story, Work work) throws InterruptedException {
    try {
      return WORKER.submit(work::run).get(HANGS_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(story, e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError(story + ": hangs", e);
    }
  }

  /// Uses an image as a guest would; false when it was refused.
  private static boolean use(Mutant mutant, Random random) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    MemoryDisk disk = new MemoryDisk(mutant.bytes());
    long heap = threads.getCurrentThreadAllocatedBytes();
    long start = threads.getCurrentThreadCpuTime();
    Qcow2Image image;
    BlockIo data;
    try {
      data = dataFile(disk);
      image = Qcow2Image.open(disk, data, Settings.DEFAULT, CorruptionListener.NOBODY);
    } catch (BlockException e) {
      assertThat(e.kind()).isIn(BlockException.Kind.BAD_IMAGE, BlockException.Kind.INVALID);
      assertThat(disk.content()).isEqualTo(mutant.bytes());
      return false;
    }
    Qcow2Io io = image.bind(disk, null, data);
    readAll(io);
    assertThat(disk.content()).as("bytes after reads").isEqualTo(mutant.bytes());
    changeSome(io, random);
    attempt(() -> image.close(disk, data));
    long milliseconds = (threads.getCurrentThreadCpuTime() - start) / 1_000_000;
    assertThat(milliseconds).as("ms of the processor").isLessThan(DEADLINE_MS);
    assertThat(threads.getCurrentThreadAllocatedBytes() - heap)
        .as("bytes of heap")
        .isLessThan(MOST_HEAP_BYTES);
    return true;
  }

  private static void readAll(Qcow2Io io) {
    long end = Math.min(io.sizeBytes(), WINDOW_BYTES);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(4096);
      for (long at = 0; at + 4096 <= end; at += 4096) {
        long offset = at;
        attempt(() -> io.read(offset, into));
      }
      attempt(() -> Extents.of(io, new ByteRange(0, io.sizeBytes())));
    }
  }

  private static void changeSome(Qcow2Io io, Random random) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(3000);
      for (int i = 0; i < 12; i++) {
        long end = Math.min(io.sizeBytes(), WINDOW_BYTES);
        if (end < 4096) {
          return;
        }
        long at = random.nextLong(end - 3000);
        ByteRange range = new ByteRange(at, Math.min(end - at, 20_000));
        switch (i % 6) {
          case 0, 1, 2 -> attempt(() -> io.write(at, from));
          case 3 -> attempt(() -> io.zero(range, Zeroable.Mode.MAY_UNMAP));
          case 4 -> attempt(() -> io.discard(range));
          default -> attempt(io::flush);
        }
      }
      attempt(() -> io.resize(Math.min(io.sizeBytes(), WINDOW_BYTES) + 100_000));
      attempt(() -> io.write(100, from));
    }
  }

  private static void attempt(Runnable action) {
    try {
      action.run();
    } catch (BlockException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }
}
