package io.blockgraph.block;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/// Which parts of a disk were written: one bit for each `granularity` bytes. Memory grows with the
/// parts that were: a page of bits is there from its first bit on.
///
/// Any thread may mark and look; a lock is taken only for a new page and for another length.
public final class DirtyBits {
  /// The finest parts there can be.
  public static final long MIN_GRANULARITY = 512;

  /// The coarsest parts there can be, as in an image.
  public static final long MAX_GRANULARITY = 1L << 31;

  private static final int PAGE_WORDS = 512;
  private static final long PAGE_BITS = (long) PAGE_WORDS * Long.SIZE;

  private final int shift;
  private volatile Table table;

  /// All bits for one length of the disk. Tables share their pages, so that who marks in one that
  /// was replaced has marked in the next.
  private record Table(long sizeBytes, AtomicReferenceArray<AtomicLongArray> pages, LongAdder set) {
    /// The same bits for another length.
    Table of(long otherBytes, int shift) {
      int count = Math.toIntExact(Math.ceilDiv(parts(otherBytes, shift), PAGE_BITS));
      AtomicReferenceArray<AtomicLongArray> others = new AtomicReferenceArray<>(count);
      for (int page = 0; page < Math.min(count, pages.length()); page++) {
        others.set(page, pages.get(page));
      }
      return new Table(otherBytes, others, set);
    }
  }

  /// Bits of a disk of which nothing was written.
  ///
  /// @param granularityBytes see [#isGranularity]
  public DirtyBits(long sizeBytes, long granularityBytes) {
    if (!isGranularity(granularityBytes)) {
      throw new IllegalArgumentException("no such granularity: " + granularityBytes);
    }
    this.shift = Long.numberOfTrailingZeros(granularityBytes);
    this.table = new Table(0, new AtomicReferenceArray<>(0), new LongAdder()).of(sizeBytes, shift);
  }

  /// Whether parts can have this size: a power of two within the bounds.
  public static boolean isGranularity(long bytes) {
    return Long.bitCount(bytes) == 1 && bytes >= MIN_GRANULARITY && bytes <= MAX_GRANULARITY;
  }

  /// How many bytes of memory the bits of a disk take when all of it was written.
  public static long memoryBytes(long sizeBytes, long granularityBytes) {
    return Math.ceilDiv(
        parts(sizeBytes, Long.numberOfTrailingZeros(granularityBytes)), (long) Byte.SIZE);
  }

  private static long parts(long sizeBytes, int shift) {
    return sizeBytes == 0 ? 0 : ((sizeBytes - 1) >>> shift) + 1;
  }

  /// How many bytes of the disk one bit stands for.
  public long granularityBytes() {
    return 1L << shift;
  }

  /// The length of the disk.
  public long sizeBytes() {
    return table.sizeBytes();
  }

  /// How many bits there are.
  public long count() {
    return parts(table.sizeBytes(), shift);
  }

  /// How many bytes of the disk are dirty; the last part may be shorter than the others.
  public long dirtyBytes() {
    Table now = table;
    long parts = parts(now.sizeBytes(), shift);
    long missing = parts > 0 && isSet(now, parts - 1) ? (parts << shift) - now.sizeBytes() : 0;
    return Math.clamp((now.set().sum() << shift) - missing, 0, now.sizeBytes());
  }

  /// Marks every part that `range` touches.
  public void set(ByteRange range) {
    Table now = table;
    long end = Math.min(range.end(), now.sizeBytes());
    if (range.offset() < end) {
      set(now, range.offset() >>> shift, ((end - 1) >>> shift) + 1);
    }
  }

  private void set(Table now, long first, long end) {
    long added = 0;
    for (long bit = first; bit < end; ) {
      long wordEnd = Math.min(end, (bit / Long.SIZE + 1) * Long.SIZE);
      added += or(now, bit / Long.SIZE, mask(bit, wordEnd));
      bit = wordEnd;
    }
    if (added > 0) {
      now.set().add(added);
    }
  }

  /// A bit that is set already is only read, so that clients who write the same place do not fight
  /// for it.
  private int or(Table now, long word, long mask) {
    AtomicLongArray page = page(now, (int) (word / PAGE_WORDS));
    int at = (int) (word % PAGE_WORDS);
    long before = page.get(at);
    while ((before & mask) != mask) {
      long seen = page.compareAndExchange(at, before, before | mask);
      if (seen == before) {
        return Long.bitCount(mask & ~before);
      }
      before = seen;
    }
    return 0;
  }

  private AtomicLongArray page(Table now, int index) {
    AtomicLongArray page = now.pages().get(index);
    return page == null ? newPage(index) : page;
  }

  /// In the table of this moment, which may be a later one than the caller's, and shorter.
  private synchronized AtomicLongArray newPage(int index) {
    AtomicReferenceArray<AtomicLongArray> pages = table.pages();
    if (index >= pages.length()) {
      return new AtomicLongArray(PAGE_WORDS);
    }
    AtomicLongArray page = pages.get(index);
    if (page == null) {
      page = new AtomicLongArray(PAGE_WORDS);
      pages.set(index, page);
    }
    return page;
  }

  private static long mask(long bit, long end) {
    long count = end - bit;
    long ones = count == Long.SIZE ? -1L : (1L << count) - 1;
    return ones << (bit % Long.SIZE);
  }

  /// 64 bits from bit `index * 64` on, the first one lowest.
  public long word(long index) {
    return word(table, index);
  }

  private static long word(Table now, long index) {
    AtomicLongArray page = now.pages().get((int) (index / PAGE_WORDS));
    return page == null ? 0 : page.get((int) (index % PAGE_WORDS));
  }

  /// Marks the parts whose bits are set in `word`; those behind the end of the disk are passed
  /// over.
  public void setWord(long index, long word) {
    Table now = table;
    long left = parts(now.sizeBytes(), shift) - index * Long.SIZE;
    if (left > 0 && word != 0) {
      long within = left >= Long.SIZE ? word : word & ((1L << left) - 1);
      now.set().add(or(now, index, within));
    }
  }

  /// The first dirty part at or behind `offset` with those right behind it, at most `maxBytes` long
  /// but at least one part; empty, at the end of the disk, when there is none.
  public ByteRange nextDirty(long offset, long maxBytes) {
    Table now = table;
    long parts = parts(now.sizeBytes(), shift);
    long first = next(now, offset >>> shift, parts, 0);
    if (first >= parts) {
      return new ByteRange(now.sizeBytes(), 0);
    }
    long most = Math.min(parts, first + Math.max(1, maxBytes >>> shift));
    long end = next(now, first, most, -1L);
    return ByteRange.between(
        Math.max(offset, first << shift), Math.min(now.sizeBytes(), end << shift));
  }

  /// Whether a part that `range` touches is dirty.
  public boolean isDirty(ByteRange range) {
    Table now = table;
    long end = Math.min(range.end(), now.sizeBytes());
    return range.offset() < end
        && next(now, range.offset() >>> shift, parts(end, shift), 0) < parts(end, shift);
  }

  /// The first bit from `from` on that is not as those of `skipped` (all 0 or all 1), or `end`.
  private static long next(Table now, long from, long end, long skipped) {
    long bit = from;
    while (bit < end) {
      long word = (word(now, bit / Long.SIZE) ^ skipped) >>> (bit % Long.SIZE);
      if (word != 0) {
        return Math.min(end, bit + Long.numberOfTrailingZeros(word));
      }
      boolean emptyPage = skipped == 0 && now.pages().get((int) (bit / PAGE_BITS)) == null;
      long step = emptyPage ? PAGE_BITS : Long.SIZE;
      bit = (bit / step + 1) * step;
    }
    return end;
  }

  private static boolean isSet(Table now, long bit) {
    return (word(now, bit / Long.SIZE) >>> (bit % Long.SIZE) & 1) != 0;
  }

  /// What of `range` is dirty and what is not, in turns; at most `most` pieces, which may end
  /// before the range does.
  public List<Piece> pieces(ByteRange range, int most) {
    List<Piece> pieces = new ArrayList<>();
    long at = range.offset();
    while (at < range.end() && pieces.size() < most) {
      ByteRange dirty = dirtyIn(ByteRange.between(at, range.end()));
      if (dirty.isEmpty()) {
        pieces.add(new Piece(ByteRange.between(at, range.end()), State.CLEAN));
        return pieces;
      }
      if (dirty.offset() > at) {
        pieces.add(new Piece(ByteRange.between(at, dirty.offset()), State.CLEAN));
      } else {
        pieces.add(new Piece(dirty, State.DIRTY));
      }
      at = pieces.getLast().range().end();
    }
    return pieces;
  }

  /// The first dirty part of `range` with those right behind it; empty when there is none.
  private ByteRange dirtyIn(ByteRange range) {
    Table now = table;
    long end = parts(Math.min(range.end(), now.sizeBytes()), shift);
    long first = next(now, range.offset() >>> shift, end, 0);
    long behind = next(now, first, end, -1L);
    return first >= end
        ? new ByteRange(range.end(), 0)
        : ByteRange.between(first << shift, Math.min(now.sizeBytes(), behind << shift))
            .intersect(range);
  }

  /// Whether something was written.
  public enum State {
    CLEAN,
    DIRTY
  }

  /// A piece of a disk that was written as a whole, or not at all.
  public record Piece(ByteRange range, State state) {}

  /// Marks what is dirty in `other`, too, which may have another granularity.
  public void merge(DirtyBits other) {
    if (other.shift == shift && other.table.sizeBytes() == table.sizeBytes()) {
      mergeWords(other.table);
      return;
    }
    ByteRange dirty = other.nextDirty(0, Long.MAX_VALUE);
    while (!dirty.isEmpty()) {
      set(dirty);
      dirty = other.nextDirty(dirty.end(), Long.MAX_VALUE);
    }
  }

  private void mergeWords(Table other) {
    for (int page = 0; page < other.pages().length(); page++) {
      if (other.pages().get(page) != null) {
        for (int at = 0; at < PAGE_WORDS; at++) {
          setWord((long) page * PAGE_WORDS + at, word(other, (long) page * PAGE_WORDS + at));
        }
      }
    }
  }

  /// The disk is at least so long; what is new is clean. Others may be marking.
  public synchronized void grow(long sizeBytes) {
    if (sizeBytes > table.sizeBytes()) {
      table = table.of(sizeBytes, shift);
    }
  }

  /// The disk has this length: what is new is clean, what is gone is forgotten. Nobody marks what
  /// is gone meanwhile.
  public synchronized void resize(long sizeBytes) {
    Table shorter = table;
    if (sizeBytes < shorter.sizeBytes()) {
      clear(shorter, parts(sizeBytes, shift), parts(shorter.sizeBytes(), shift));
    }
    if (sizeBytes != shorter.sizeBytes()) {
      table = shorter.of(sizeBytes, shift);
    }
  }

  private static void clear(Table table, long first, long end) {
    for (long bit = first; bit < end; ) {
      long word = bit / Long.SIZE;
      long wordEnd = Math.min(end, (word + 1) * Long.SIZE);
      AtomicLongArray page = table.pages().get((int) (word / PAGE_WORDS));
      if (page != null) {
        long mask = mask(bit, wordEnd);
        long before = page.getAndUpdate((int) (word % PAGE_WORDS), w -> w & ~mask);
        table.set().add(-Long.bitCount(before & mask));
      }
      bit = page == null ? (bit / PAGE_BITS + 1) * PAGE_BITS : wordEnd;
    }
  }
}
