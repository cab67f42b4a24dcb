package io.blockgraph.block;

import java.lang.foreign.MemorySegment;

/// A disk that may be able to store what is written compressed.
public interface CompressedWrites {
  /// Whether it is able to, as it is now: a disk that shows another is if that one is.
  boolean canCompress();

  /// Writes as [BlockIo#write] does, and stores compressed what takes less room then. Best given in
  /// whole clusters of the disk: a part of one means that the cluster is read, and compressed anew.
  ///
  /// @throws BlockException UNSUPPORTED when the disk is not able to; else as [BlockIo#write]
  void writeCompressed(long offset, MemorySegment from);

  /// Whether any disk is able to.
  static boolean possible(BlockIo disk) {
    return disk instanceof CompressedWrites able && able.canCompress();
  }

  /// Writes compressed to any disk.
  ///
  /// @throws BlockException UNSUPPORTED when the disk is not able to; else as [BlockIo#write]
  static void write(BlockIo disk, long offset, MemorySegment from) {
    if (!(disk instanceof CompressedWrites able)) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "the disk cannot store what is written compressed");
    }
    able.writeCompressed(offset, from);
  }
}
