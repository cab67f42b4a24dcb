package io.blockgraph.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DirtyBitsTest {
  private static final long KIB = 1 << 10;

  /// A disk of some thousand parts, whose bits fill several pages, and the same as plain bits.
  private static final class Pair {
    private final long granularity;
    private final DirtyBits bits;
    private final BitSet model = new BitSet();
    private long size;

    Pair(long size, long granularity) {
      this.size = size;
      this.granularity = granularity;
      this.bits = new DirtyBits(size, granularity);
    }

    private int part(long offset) {
      return (int) (offset / granularity);
    }

    void set(ByteRange range) {
      bits.set(range);
      long end = Math.min(range.end(), size);
      if (range.offset() < end) {
        model.set(part(range.offset()), part(end - 1) + 1);
      }
    }

    void resize(long bytes) {
      bits.resize(bytes);
      size = bytes;
      model.clear((int) Math.ceilDiv(bytes, granularity), Integer.MAX_VALUE);
    }

    void mergeAll(DirtyBits other) {
      bits.merge(other);
      long step = Math.min(granularity, other.granularityBytes());
      for (long at = 0; at < size; at += step) {
        if (other.isDirty(new ByteRange(at, Math.min(step, size - at)))) {
          model.set(part(at));
        }
      }
    }

    void assertSame() {
      long dirty = 0;
      List<DirtyBits.Piece> pieces = bits.pieces(new ByteRange(0, size), Integer.MAX_VALUE);
      long at = 0;
      for (DirtyBits.Piece piece : pieces) {
        assertThat(piece.range().offset()).isEqualTo(at);
        at = piece.range().end();
        boolean isDirty = piece.state() == DirtyBits.State.DIRTY;
        dirty += isDirty ? piece.range().length() : 0;
        assertThat(model.get(part(piece.range().offset()), part(at - 1) + 1).cardinality())
            .isEqualTo(isDirty ? part(at - 1) + 1 - part(piece.range().offset()) : 0);
      }
      assertThat(at).isEqualTo(size);
      assertThat(bits.dirtyBytes()).isEqualTo(dirty);
    }
  }

  private static ByteRange range(Random random, long size) {
    long offset = random.nextLong(size + 10_000);
    long longest = random.nextInt(8) == 0 ? size / 3 : 20_000;
    return new ByteRange(offset, random.nextLong(longest));
  }

  private static void play(long seed) {
    Random random = new Random(seed);
    long granularity = 512L << random.nextInt(5);
    Pair pair = new Pair(1 + random.nextLong(80_000 * granularity), granularity);
    for (int step = 0; step < 40; step++) {
      switch (random.nextInt(10)) {
        case 0 -> pair.resize(1 + random.nextLong(80_000 * granularity));
        case 1 -> {
          DirtyBits other = new DirtyBits(pair.size, 512L << random.nextInt(5));
          other.set(range(random, pair.size));
          other.set(range(random, pair.size));
          pair.mergeAll(other);
        }
        default -> pair.set(range(random, pair.size));
      }
    }
    pair.assertSame();
  }

  @Test
  void isAsPlainBitsWhateverIsDone() {
    long first = Seeds.first();
    for (long seed = first; seed < first + 30; seed++) {
      try {
        play(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dseed=" + seed, e);
      }
    }
  }

  @Test
  void losesNoMarkWhileTheDiskGrows() throws InterruptedException {
    int threads = 4;
    long part = 512;
    long each = 100_000;
    DirtyBits bits = new DirtyBits(0, part);
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int mine = t;
      all.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long i = 0; i < each; i++) {
                      long at = (i * threads + mine) * part;
                      bits.grow(at + part);
                      bits.set(new ByteRange(at, 1));
                    }
                  }));
    }
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(bits.dirtyBytes()).isEqualTo(threads * each * part);
    assertThat(bits.nextDirty(0, Long.MAX_VALUE).length()).isEqualTo(threads * each * part);
  }

  @Test
  void theLastPartMayBeShort() {
    DirtyBits bits = new DirtyBits(100 * KIB + 1, 64 * KIB);
    bits.set(new ByteRange(100 * KIB, 1));
    assertThat(bits.dirtyBytes()).isEqualTo(36 * KIB + 1);
    assertThat(bits.nextDirty(0, 1)).isEqualTo(ByteRange.between(64 * KIB, 100 * KIB + 1));
  }

  @Test
  void whatIsNewIsCleanAndWhatIsGoneIsForgotten() {
    DirtyBits bits = new DirtyBits(256 * KIB, 64 * KIB);
    bits.set(new ByteRange(0, 256 * KIB));
    bits.resize(65 * KIB);
    bits.resize(512 * KIB);
    assertThat(bits.nextDirty(0, Long.MAX_VALUE)).isEqualTo(new ByteRange(0, 128 * KIB));
    assertThat(bits.dirtyBytes()).isEqualTo(128 * KIB);
  }

  @Test
  void takesMemoryOnlyWhereSomethingIsDirty() {
    long before = new DirtyBits(1L << 45, 512).count();
    assertThat(before).isEqualTo(1L << 36);
    DirtyBits bits = new DirtyBits(1L << 45, 512);
    bits.set(new ByteRange((1L << 45) - 1, 1));
    assertThat(bits.nextDirty(0, Long.MAX_VALUE).end()).isEqualTo(1L << 45);
  }
}
