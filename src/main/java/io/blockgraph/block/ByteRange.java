package io.blockgraph.block;

/// A range of bytes, `[offset, offset + length)`.
///
/// @param offset the first byte, not negative
/// @param length how many bytes, not negative; `offset + length` does not overflow
public record ByteRange(long offset, long length) {
  /// @throws IllegalArgumentException for a negative number or an end beyond 2^63-1
  public ByteRange {
    if (offset < 0 || length < 0 || offset + length < 0) {
      throw new IllegalArgumentException("no such range: offset " + offset + ", length " + length);
    }
  }

  /// The range from `start` up to, not including, `end`.
  public static ByteRange between(long start, long end) {
    return new ByteRange(start, end - start);
  }

  /// The first byte behind the range.
  public long end() {
    return offset + length;
  }

  /// Whether there is no byte in it.
  public boolean isEmpty() {
    return length == 0;
  }

  /// Whether at least one byte is in both ranges.
  public boolean overlaps(ByteRange other) {
    return offset < other.end() && other.offset < end() && length > 0 && other.length > 0;
  }

  /// The bytes that are in both ranges; empty when there is none.
  public ByteRange intersect(ByteRange other) {
    long start = Math.max(offset, other.offset);
    return new ByteRange(start, Math.max(0, Math.min(end(), other.end()) - start));
  }

  /// This range, if it lies within a disk of `sizeBytes`.
  ///
  /// @throws BlockException OUT_OF_RANGE otherwise, naming both
  public ByteRange within(long sizeBytes) {
    requireWithin(offset, length, sizeBytes);
    return this;
  }

  /// Checks a request on the hot path, without making an object.
  ///
  /// @throws BlockException OUT_OF_RANGE when `[offset, offset + length)` is not within `[0,
  ///   sizeBytes)`
  public static void requireWithin(long offset, long length, long sizeBytes) {
    if (offset < 0 || length < 0 || offset > sizeBytes - length) {
      throw new BlockException(
          BlockException.Kind.OUT_OF_RANGE,
          "offset "
              + offset
              + ", length "
              + length
              + " is outside of a disk of "
              + sizeBytes
              + " bytes");
    }
  }
}
