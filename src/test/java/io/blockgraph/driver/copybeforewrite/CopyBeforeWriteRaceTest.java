package io.blockgraph.driver.copybeforewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Whoever reads the past sees the past, while others change the present as fast as they can.
class CopyBeforeWriteRaceTest {
  private static final int SIZE = 2 << 20;
  private final long seed = Seeds.first();

  @Test
  void readersOfThePastNeverSeeANewerByte() throws Exception {
    System.out.println("CopyBeforeWriteRaceTest: -Dseed=" + seed);
    for (int round = 0; round < 20; round++) {
      play(round);
    }
  }

  private void play(int round) throws Exception {
    MemoryDisk file = new MemoryDisk(SIZE);
    byte[] then = new byte[SIZE - 128 * 1024];
    new Random(seed + round).nextBytes(then);
    Content.write(file, 0, then);
    try (Bench bench = new Bench();
        ExecutorService threads = Executors.newFixedThreadPool(6)) {
      BlockIo disk =
          bench
              .open(
                  new CopyBeforeWriteDriver(),
                  Map.of("file", "f", "target", "t"),
                  Map.of("f", file, "t", new MemoryDisk(SIZE)))
              .disk();
      byte[] whole = Content.read(file, 0, SIZE);
      AtomicBoolean over = new AtomicBoolean();
      List<Callable<Void>> parts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random random = new Random(seed + 100L * round + i);
        parts.add(() -> change(disk, random, over));
        parts.add(() -> look(((Snapshotted) disk).past(), whole, random, over));
      }
      for (Future<Void> part : threads.invokeAll(parts, 60, TimeUnit.SECONDS)) {
        part.get();
      }
      assertThat(Content.read(((Snapshotted) disk).past(), 0, SIZE)).isEqualTo(whole);
    }
  }

  private static Void change(BlockIo disk, Random random, AtomicBoolean over) {
    for (int i = 0; i < 80; i++) {
      int length = 1 + random.nextInt(150_000);
      int offset = random.nextInt(SIZE - length);
      if (random.nextInt(4) == 0) {
        ((Zeroable) disk).zero(new ByteRange(offset, length), Zeroable.Mode.MAY_UNMAP);
      } else {
        Content.fill(disk, offset, length, random.nextInt(256));
      }
    }
    over.set(true);
    return null;
  }

  private static Void look(BlockIo past, byte[] then, Random random, AtomicBoolean over) {
    while (!over.get()) {
      int length = 1 + random.nextInt(200_000);
      int offset = random.nextInt(SIZE - length);
      byte[] seen = Content.read(past, offset, length);
      for (int i = 0; i < length; i++) {
        if (seen[i] != then[offset + i]) {
          throw new AssertionError("byte " + (offset + i) + " of the past has changed");
        }
      }
      for (Extent extent : Extents.of(past, new ByteRange(offset, length))) {
        requireZero(extent, then);
      }
    }
    return null;
  }

  private static void requireZero(Extent extent, byte[] then) {
    for (long at = extent.range().offset();
        extent.kind().readsAsZero() && at < extent.range().end();
        at++) {
      assertThat(then[(int) at]).isZero();
    }
  }
}
