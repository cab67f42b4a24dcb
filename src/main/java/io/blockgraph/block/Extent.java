package io.blockgraph.block;

import java.util.OptionalLong;

/// A range of a disk in one state.
///
/// @param range where, in bytes of the disk that was asked
/// @param kind what is there
/// @param depth the layer of the backing chain that decides the content: 0 the disk itself, 1 its
///   backing disk, ...; [#NOWHERE] when no layer has it and it reads as zeroes
/// @param hostOffset the offset in the file that holds the bytes, where one file holds them plainly
public record Extent(ByteRange range, Kind kind, int depth, OptionalLong hostOffset) {
  /// The depth of a range that no layer of the chain has.
  public static final int NOWHERE = -1;

  /// What a range holds.
  public enum Kind {
    /// Stored bytes.
    DATA,
    /// Stored bytes, compressed.
    COMPRESSED,
    /// Reads as zeroes and has storage.
    ZERO,
    /// Reads as zeroes and takes no storage.
    HOLE;

    /// Whether the range is known to read as zeroes.
    public boolean readsAsZero() {
      return this == ZERO || this == HOLE;
    }
  }

  /// An extent of data in the disk itself, at no known place of a file.
  public static Extent data(ByteRange range) {
    return new Extent(range, Kind.DATA, 0, OptionalLong.empty());
  }

  /// An extent that reads as zeroes and takes no storage, decided by the disk itself.
  public static Extent hole(ByteRange range) {
    return new Extent(range, Kind.HOLE, 0, OptionalLong.empty());
  }

  /// An extent that no layer of the chain has.
  public static Extent nowhere(ByteRange range) {
    return new Extent(range, Kind.HOLE, NOWHERE, OptionalLong.empty());
  }

  /// The same extent of a disk that lies one layer deeper in a backing chain.
  public Extent oneLayerDeeper() {
    return depth == NOWHERE ? this : new Extent(range, kind, depth + 1, hostOffset);
  }
}
