package io.blockgraph.job.mirror;

import io.blockgraph.block.ByteRange;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Which parts of the source have to be copied: one bit for each `granularity` bytes.
///
/// Any thread, no locks: clients set bits, copiers clear them. A bit that is set while a copier
/// clears it stays set or is cleared, as if one came after the other; what a copier reads after it
/// has cleared is at least as new as the set it undid.
final class DirtyBitmap {
  private final long sizeBytes;
  private final int shift;
  private final long bits;
  private final AtomicLongArray words;
  private final AtomicLong dirtyBits = new AtomicLong();

  /// A bitmap with nothing set.
  ///
  /// @param granularityBytes a power of two
  DirtyBitmap(long sizeBytes, long granularityBytes) {
    this.sizeBytes = sizeBytes;
    this.shift = Long.numberOfTrailingZeros(granularityBytes);
    this.bits = Math.ceilDiv(sizeBytes, granularityBytes);
    this.words = new AtomicLongArray(Math.toIntExact(Math.ceilDiv(bits, (long) Long.SIZE)));
  }

  long granularityBytes() {
    return 1L << shift;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /// How many bytes are to be copied. The last part of the disk may be shorter than the others.
  long dirtyBytes() {
    long missing = bits > 0 && isSet(bits - 1) ? (bits << shift) - sizeBytes : 0;
    return Math.clamp((dirtyBits.get() << shift) - missing, 0, sizeBytes);
  }

  boolean isClean() {
    return dirtyBits.get() == 0;
  }

  /// Marks every part that `range` touches; answers how many bytes of parts were not marked before.
  long set(ByteRange range) {
    return range.isEmpty()
        ? 0
        : change(range.offset() >>> shift, ((range.end() - 1) >>> shift) + 1, true) << shift;
  }

  /// Unmarks every part that `range` touches; answers how many bytes of parts were marked before.
  long clear(ByteRange range) {
    return range.isEmpty()
        ? 0
        : change(range.offset() >>> shift, ((range.end() - 1) >>> shift) + 1, false) << shift;
  }

  /// Unmarks the parts that lie within `range` as a whole.
  void clearWithin(ByteRange range) {
    changeWithin(range, false);
  }

  /// Marks the parts that lie within `range` as a whole.
  void setWithin(ByteRange range) {
    changeWithin(range, true);
  }

  private void changeWithin(ByteRange range, boolean to) {
    long first = Math.ceilDiv(range.offset(), granularityBytes());
    long end = range.end() >= sizeBytes ? bits : range.end() >>> shift;
    if (first < end) {
      change(first, end, to);
    }
  }

  /// The part that holds the byte at `offset`; the last one ends with the disk.
  ByteRange partAt(long offset) {
    long start = offset >>> shift << shift;
    return ByteRange.between(start, Math.min(sizeBytes, start + granularityBytes()));
  }

  private long change(long first, long end, boolean to) {
    long changed = 0;
    for (long bit = first; bit < end; ) {
      int word = (int) (bit / Long.SIZE);
      long wordEnd = Math.min(end, (word + 1L) * Long.SIZE);
      changed += changeWord(word, mask(bit, wordEnd), to);
      bit = wordEnd;
    }
    dirtyBits.addAndGet(to ? changed : -changed);
    return changed;
  }

  private int changeWord(int word, long mask, boolean to) {
    long before = words.getAndUpdate(word, w -> to ? w | mask : w & ~mask);
    return Long.bitCount(to ? mask & ~before : mask & before);
  }

  private static long mask(long bit, long end) {
    long count = end - bit;
    long ones = count == Long.SIZE ? -1L : (1L << count) - 1;
    return ones << (bit % Long.SIZE);
  }

  /// The first marked part at or behind `offset` with those right behind it, at most `maxBytes`
  /// long; empty, at the end of the disk, when there is none.
  ByteRange nextDirty(long offset, long maxBytes) {
    long first = nextSet(offset >>> shift);
    if (first >= bits) {
      return new ByteRange(sizeBytes, 0);
    }
    long limit = Math.min(bits, first + Math.max(1, maxBytes >>> shift));
    long end = first + 1;
    while (end < limit && isSet(end)) {
      end++;
    }
    return ByteRange.between(first << shift, Math.min(sizeBytes, end << shift));
  }

  private long nextSet(long from) {
    for (long bit = from; bit < bits; ) {
      long word = words.get((int) (bit / Long.SIZE)) >>> (bit % Long.SIZE);
      if (word != 0) {
        return bit + Long.numberOfTrailingZeros(word);
      }
      bit = (bit / Long.SIZE + 1) * Long.SIZE;
    }
    return bits;
  }

  private boolean isSet(long bit) {
    return (words.get((int) (bit / Long.SIZE)) >>> (bit % Long.SIZE) & 1) != 0;
  }

  /// Whether a part that `range` touches is marked.
  boolean isDirty(ByteRange range) {
    return !range.isEmpty() && nextSet(range.offset() >>> shift) <= (range.end() - 1) >>> shift;
  }
}
