package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import org.junit.jupiter.api.Test;

class MissedBlocksTest {
  private static final long BLOCK = 65536;
  private final MissedBlocks missed = new MissedBlocks();

  @Test
  void answersEachRunOfBlocksOnceAndInOrder() {
    missed.add(new ByteRange(5 * BLOCK - 1, 2));
    missed.add(new ByteRange(0, 1));
    missed.add(new ByteRange(0, 0));
    assertThat(missed.bytes(100 * BLOCK)).isEqualTo(3 * BLOCK);
    assertThat(missed.takeAll(100 * BLOCK))
        .containsExactly(new ByteRange(0, BLOCK), new ByteRange(4 * BLOCK, 2 * BLOCK));
    assertThat(missed.takeAll(100 * BLOCK)).isEmpty();
    assertThat(missed.bytes(100 * BLOCK)).isZero();
  }

  @Test
  void aDiskOfExbibytesIsKnownByLongerBlocks() {
    long size = 1L << 61;
    missed.add(new ByteRange(3 * BLOCK, 1));
    missed.add(new ByteRange(size - 1, 1));
    assertThat(missed.takeAll(size))
        .satisfiesExactly(
            low -> assertThat(low.intersect(new ByteRange(3 * BLOCK, 1)).length()).isEqualTo(1),
            high -> assertThat(high.end()).isEqualTo(size));
  }
}
