package io.blockgraph.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import java.util.Arrays;
import java.util.Random;

/// A disk and an array that must hold the same, whatever is done to them.
public final class FlatModel {
  private static final int MAX_LENGTH = 70_000;

  private final BlockIo disk;
  private final Random random;
  private final byte[] bytes;

  /// A disk that reads as zeroes.
  public FlatModel(BlockIo disk, Random random) {
    this.disk = disk;
    this.random = random;
    this.bytes = new byte[(int) disk.sizeBytes()];
  }

  /// Does one thing to both, or compares a part of them.
  public void step() {
    int offset = random.nextInt(bytes.length);
    int length = Math.min(random.nextInt(MAX_LENGTH), bytes.length - offset);
    switch (random.nextInt(5)) {
      case 0, 1 -> write(offset, length);
      case 2 -> zero(offset, length);
      case 3 -> disk.flush();
      default -> compare(offset, length);
    }
  }

  private void write(int offset, int length) {
    byte[] some = new byte[length];
    random.nextBytes(some);
    Content.write(disk, offset, some);
    System.arraycopy(some, 0, bytes, offset, length);
  }

  private void zero(int offset, int length) {
    Zeroable.Mode mode =
        random.nextBoolean() ? Zeroable.Mode.MAY_UNMAP : Zeroable.Mode.KEEP_ALLOCATED;
    Zeroes.zero(disk, new ByteRange(offset, length), mode);
    Arrays.fill(bytes, offset, offset + length, (byte) 0);
  }

  private void compare(int offset, int length) {
    int differs =
        Arrays.mismatch(
            Content.read(disk, offset, length), Arrays.copyOfRange(bytes, offset, offset + length));
    assertThat(differs).describedAs("where the disk differs, from %d on", offset).isEqualTo(-1);
  }

  /// Compares everything.
  public void compare() {
    compare(0, bytes.length);
  }
}
