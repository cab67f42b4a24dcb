package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.Content;
import org.junit.jupiter.api.Test;

/// An image gives back at its close what its file grew in advance.
class Qcow2CloseTest {
  private static final int SIZE = 8 << 20;

  private final MemoryDisk file = new MemoryDisk(new byte[0]);

  /// Writes something to a new image; answers how long the file is then.
  private long writeAndClose(boolean keepsLength) {
    Qcow2Creator.create(file, CreateOptions.of(SIZE));
    Qcow2Image image = Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    Content.fill(image.bind(file, null, null), 0, 200_000, 7);
    long grown = file.sizeBytes();
    if (keepsLength) {
      file.keepLength();
    }
    image.close(file, null);
    return grown;
  }

  private void isWhole() {
    CheckResult found = Qcow2Checker.check(new MemoryDisk(file.content()));
    assertThat(found.corruptions()).isZero();
    Qcow2Image again = Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    Content.requireAll(again.bind(file, null, null), 0, 200_000, 7);
  }

  @Test
  void theFileEndsWithItsLastCluster() {
    assertThat(writeAndClose(false)).isGreaterThan(file.sizeBytes());
    isWhole();
  }

  @Test
  void aFileThatKeepsItsLengthIsLeftAsLongAsItIs() {
    assertThat(writeAndClose(true)).isEqualTo(file.sizeBytes());
    isWhole();
  }
}
