package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.MemoryDisk;
import org.junit.jupiter.api.Test;

/// What is left to copy, when ranges come that have to be copied again.
class ChainSurveyTest {
  private static final long MIB = 1 << 20;
  private static final ChainLayers TOP = new ChainLayers(0, 1, MIB, ChainLayers.Under.DATA);

  private final MemoryDisk disk = new MemoryDisk((int) MIB + 512);
  private final ChainSurvey survey = new ChainSurvey(TOP, MIB + 512);

  private ByteRange next() {
    return survey.next(disk, 4 * MIB);
  }

  private void copyAll() {
    for (ByteRange piece = next(); !piece.isEmpty(); piece = next()) {
      survey.copied(piece);
    }
  }

  @Test
  void aRangeThatIsToldAThousandTimesIsCopiedOnce() {
    copyAll();
    for (int i = 0; i < 1000; i++) {
      survey.more(new ByteRange(5000, 10));
    }
    assertThat(survey.amount().leftBytes()).isBetween(10L, 65_536L);
    ByteRange piece = next();
    assertThat(piece.intersect(new ByteRange(5000, 10)).length()).isEqualTo(10);
    survey.copied(piece);
    assertThat(survey.amount().leftBytes()).isZero();
    assertThat(next().isEmpty()).isTrue();
  }

  @Test
  void theEndOfADiskCountsWithTheBytesItHas() {
    copyAll();
    survey.more(new ByteRange(MIB, 512));
    assertThat(survey.amount().leftBytes()).isEqualTo(512);
    assertThat(next()).isEqualTo(new ByteRange(MIB, 512));
  }

  @Test
  void aRangeThatComesAgainWhileItIsCopiedIsCopiedAgain() {
    copyAll();
    survey.more(new ByteRange(0, 512));
    ByteRange first = next();
    survey.more(new ByteRange(0, 512));
    survey.copied(first);
    assertThat(survey.amount().leftBytes()).isPositive();
    assertThat(next()).isEqualTo(first);
  }

  @Test
  void aPieceIsNoLongerThanWhoeverCopiesItWants() {
    copyAll();
    survey.more(new ByteRange(0, MIB));
    assertThat(survey.next(disk, 4096)).isEqualTo(new ByteRange(0, 4096));
    assertThat(survey.next(disk, 4096)).isEqualTo(new ByteRange(4096, 4096));
    assertThat(survey.amount().leftBytes()).isEqualTo(MIB);
  }
}
