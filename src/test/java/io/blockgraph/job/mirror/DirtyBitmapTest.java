package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import org.junit.jupiter.api.Test;

class DirtyBitmapTest {
  private static final long PART = 65536;

  @Test
  void theLastPartCountsWithTheBytesItHas() {
    DirtyBitmap bitmap = new DirtyBitmap(2 * PART + 512, PART);
    bitmap.set(new ByteRange(2 * PART, 1));
    assertThat(bitmap.dirtyBytes()).isEqualTo(512);
    bitmap.set(new ByteRange(0, 1));
    assertThat(bitmap.dirtyBytes()).isEqualTo(PART + 512);
    bitmap.clear(new ByteRange(2 * PART, 512));
    assertThat(bitmap.dirtyBytes()).isEqualTo(PART);
  }

  @Test
  void aDiskShorterThanAPartIsDirtyByItsLength() {
    DirtyBitmap bitmap = new DirtyBitmap(1000, PART);
    bitmap.set(new ByteRange(0, 1000));
    assertThat(bitmap.dirtyBytes()).isEqualTo(1000);
  }

  @Test
  void aDiskWithoutBytesIsNeverDirty() {
    assertThat(new DirtyBitmap(0, PART).dirtyBytes()).isZero();
  }
}
