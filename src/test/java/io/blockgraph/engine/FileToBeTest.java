package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.ByteRange;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FileToBeTest {
  private static final int MOST = 40_000;

  /// Against a plain array; prints its seed, `-Dseed=N` replays it.
  @Test
  void holdsWhatAPlainFileHolds() {
    long seed = Seeds.first();
    System.out.println("FileToBeTest: -Dseed=" + seed);
    Random random = new Random(seed);
    FileToBe file = new FileToBe("f");
    byte[] model = new byte[MOST];
    int length = 0;
    for (int i = 0; i < 2_000; i++) {
      int offset = random.nextInt(MOST);
      int end = offset + random.nextInt(MOST - offset);
      switch (random.nextInt(4)) {
        case 0 -> {
          byte[] bytes = new byte[end - offset];
          random.nextBytes(bytes);
          file.write(offset, MemorySegment.ofArray(bytes));
          System.arraycopy(bytes, 0, model, offset, bytes.length);
          length = Math.max(length, end);
        }
        case 1 -> {
          Arrays.fill(model, Math.min(offset, length), length, (byte) 0);
          file.truncate(offset);
          length = offset;
        }
        case 2 -> {
          int last = Math.min(end, length);
          int first = Math.min(offset, last);
          file.zeroRange(new ByteRange(first, last - first));
          Arrays.fill(model, first, last, (byte) 0);
        }
        default -> {
          byte[] bytes = new byte[end - offset];
          long read = file.read(offset, MemorySegment.ofArray(bytes));
          int expected = Math.clamp(length - offset, 0, bytes.length);
          assertThat(read).as("seed %d", seed).isEqualTo(expected);
          assertThat(Arrays.copyOf(bytes, expected))
              .as("seed %d", seed)
              .isEqualTo(Arrays.copyOfRange(model, offset, offset + expected));
        }
      }
      assertThat(file.sizeBytes()).as("seed %d", seed).isEqualTo(length);
    }
  }
}
