package io.blockgraph.block;

import java.util.Optional;

/// A disk whose bytes the storage can copy by itself, without anybody reading them: by sharing the
/// blocks of two files.
public interface CopyOffload {
  /// Where the bytes of `range` lie; empty when that is not known, or not one run in one place.
  Optional<Place> place(ByteRange range);

  /// A place in what holds the bytes in the end.
  record Place(Storage storage, long offset) {}

  /// What holds bytes in the end.
  interface Storage {
    /// Takes over `length` bytes of `source` to `offset`; false when it cannot be done between
    /// these two, and then nothing has changed.
    ///
    /// @throws BlockException when the storage fails, or is full
    boolean take(long offset, Place source, long length);
  }

  /// Copies `range` of `source` to the same range of `target` within the storage.
  ///
  /// @return false when that is not possible: nothing has changed, the caller reads and writes
  static boolean copy(BlockIo source, BlockIo target, ByteRange range) {
    if (source instanceof CopyOffload from && target instanceof CopyOffload to) {
      Optional<Place> there = from.place(range);
      Optional<Place> here = to.place(range);
      return there.isPresent()
          && here.isPresent()
          && here.get().storage().take(here.get().offset(), there.get(), range.length());
    }
    return false;
  }

  /// The place of a range of any disk; empty where it is not known.
  static Optional<Place> placeIn(BlockIo disk, ByteRange range) {
    return disk instanceof CopyOffload known ? known.place(range) : Optional.empty();
  }
}
