package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.CompressedWrites;
import java.lang.foreign.MemorySegment;

/// A disk as it is, but that all that is written is stored compressed. Any thread.
public final class CompressingDisk extends FilterDisk implements CompressedWrites {
  private CompressingDisk(BlockIo disk) {
    super(disk);
  }

  /// `disk`, written compressed.
  public static BlockIo over(BlockIo disk) {
    return new CompressingDisk(disk);
  }

  /// Asks whether a disk can store what is written compressed.
  ///
  /// @param what what the disk is to the one who asks, for the message
  /// @throws BlockException UNSUPPORTED when it cannot
  public static void require(String what, BlockIo disk) {
    if (!CompressedWrites.possible(disk)) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          what
              + " cannot store compressed data: only qcow2 images without a data file can, also"
              + " below throttle, copy-on-read and compress");
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    CompressedWrites.write(child(), offset, from);
  }

  @Override
  public boolean canCompress() {
    return CompressedWrites.possible(child());
  }

  @Override
  public void writeCompressed(long offset, MemorySegment from) {
    write(offset, from);
  }
}
