package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A disk in memory that grows up to a cap. Any thread.
final class MemoryDisk implements BlockIo, Resizable {
  private static final int CAP_BYTES = 64 << 20;

  private byte[] bytes;
  private int length;
  private boolean keepingLength;

  MemoryDisk(byte[] content) {
    this.bytes = content.clone();
    this.length = content.length;
  }

  /// From now on it refuses to become shorter, as an image with internal snapshots does.
  synchronized void keepLength() {
    keepingLength = true;
  }

  /// What is on the disk now.
  synchronized byte[] content() {
    return Arrays.copyOf(bytes, length);
  }

  @Override
  public synchronized void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), length);
    MemorySegment.copy(MemorySegment.ofArray(bytes), offset, into, 0, into.byteSize());
  }

  @Override
  public synchronized void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), length);
    MemorySegment.copy(from, 0, MemorySegment.ofArray(bytes), offset, from.byteSize());
  }

  @Override
  public void flush() {
    // Memory is as durable as it will ever be.
  }

  @Override
  public synchronized long sizeBytes() {
    return length;
  }

  @Override
  public synchronized void resize(long sizeBytes) {
    if (sizeBytes > CAP_BYTES) {
      throw new BlockException(
          BlockException.Kind.NO_SPACE, "a disk in memory ends at " + CAP_BYTES + " bytes");
    }
    if (keepingLength && sizeBytes < length) {
      throw new BlockException(BlockException.Kind.UNSUPPORTED, "it keeps its length");
    }
    int wanted = (int) sizeBytes;
    if (wanted < length) {
      Arrays.fill(bytes, wanted, length, (byte) 0);
    } else if (wanted > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(wanted, bytes.length * 2));
    }
    length = wanted;
  }
}
