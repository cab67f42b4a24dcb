package io.blockgraph.driver;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// A set of clusters of one disk, all of one size; the last one ends with the disk. Memory grows
/// with what is in it, not with the disk. Any thread; clusters come in and never go.
public final class ClusterSet {
  private static final int WORDS_PER_PAGE = 512;
  private static final int CLUSTERS_PER_PAGE = WORDS_PER_PAGE * Long.SIZE;

  private final long sizeBytes;
  private final int shift;
  private final Map<Long, AtomicLongArray> pages = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /// An empty set.
  ///
  /// @param clusterBytes a power of two
  public ClusterSet(long sizeBytes, long clusterBytes) {
    this.sizeBytes = sizeBytes;
    this.shift = Long.numberOfTrailingZeros(clusterBytes);
  }

  /// How long the disk is, or was when the set was made.
  public long sizeBytes() {
    return sizeBytes;
  }

  /// How large a cluster is.
  public long clusterBytes() {
    return 1L << shift;
  }

  /// Whether nothing is in the set.
  public boolean isEmpty() {
    return bytes.get() == 0;
  }

  /// How much of the disk is not in the set.
  public long missingBytes() {
    return sizeBytes - bytes.get();
  }

  /// The part of `range` that lies within the disk; empty when there is none.
  public ByteRange part(ByteRange range) {
    return range.end() <= sizeBytes ? range : range.intersect(new ByteRange(0, sizeBytes));
  }

  /// The whole clusters that `range`, which lies within the disk, has a byte of.
  public ByteRange around(ByteRange range) {
    if (range.isEmpty()) {
      return range;
    }
    long start = range.offset() >>> shift << shift;
    long last = (range.end() - 1) >>> shift << shift;
    return ByteRange.between(start, endOf(last >>> shift));
  }

  /// Whether every cluster that `range` has a byte of is in the set.
  public boolean containsAll(ByteRange range) {
    return range.isEmpty() || nextMissing(range.offset(), 1).offset() >= range.end();
  }

  /// Adds every cluster of which no part is dirty.
  public void addAllBut(DirtyBits dirty) {
    long clean = 0;
    ByteRange run = dirty.nextDirty(0, sizeBytes);
    while (!run.isEmpty()) {
      ByteRange clusters = around(run.intersect(new ByteRange(0, sizeBytes)));
      if (clusters.offset() > clean) {
        add(ByteRange.between(clean, clusters.offset()));
      }
      clean = clusters.end();
      run = dirty.nextDirty(clean, sizeBytes);
    }
    add(ByteRange.between(clean, sizeBytes));
  }

  /// Adds every cluster that `range` has a byte of; answers how many bytes are new.
  public long add(ByteRange range) {
    long added = 0;
    if (!range.isEmpty()) {
      long behind = ((range.end() - 1) >>> shift) + 1;
      for (long cluster = range.offset() >>> shift; cluster < behind; ) {
        long wordEnd = Math.min(behind, (cluster / Long.SIZE + 1) * Long.SIZE);
        added += add(cluster, wordEnd);
        cluster = wordEnd;
      }
    }
    bytes.addAndGet(added);
    return added;
  }

  /// Adds clusters whose bits are in one word.
  private long add(long first, long behind) {
    AtomicLongArray page =
        pages.computeIfAbsent(first / CLUSTERS_PER_PAGE, _ -> new AtomicLongArray(WORDS_PER_PAGE));
    long mask = -1L >>> (Long.SIZE - (behind - first)) << (first % Long.SIZE);
    long before = page.getAndAccumulate(word(first), mask, (old, mine) -> old | mine);
    long fresh = mask & ~before;
    boolean last = behind == clusters() && fresh >>> ((behind - 1) % Long.SIZE) != 0;
    long missing = last ? (behind << shift) - sizeBytes : 0;
    return (Long.bitCount(fresh) * clusterBytes()) - missing;
  }

  private long clusters() {
    return sizeBytes == 0 ? 0 : ((sizeBytes - 1) >>> shift) + 1;
  }

  /// The first clusters at or behind `offset` that are not in the set, as many as follow each
  /// other, and no more than `maxBytes` but at least one; the first may begin before `offset`.
  /// Empty, at the end of the disk, when there is none.
  public ByteRange nextMissing(long offset, long maxBytes) {
    long end = Math.ceilDiv(sizeBytes, clusterBytes());
    long first = offset < sizeBytes ? offset >>> shift : end;
    while (first < end && wordOf(first) != 0 && contains(first)) {
      first = wordOf(first) == -1L ? (first / Long.SIZE + 1) * Long.SIZE : first + 1;
    }
    if (first >= end) {
      return new ByteRange(sizeBytes, 0);
    }
    long limit = Math.min(end, first + Math.max(1, maxBytes >>> shift));
    long behind = first + 1;
    while (behind < limit && !contains(behind)) {
      behind++;
    }
    return ByteRange.between(first << shift, endOf(behind - 1));
  }

  private boolean contains(long cluster) {
    return (wordOf(cluster) >>> (cluster % Long.SIZE) & 1) != 0;
  }

  private long wordOf(long cluster) {
    AtomicLongArray page = pages.get(cluster / CLUSTERS_PER_PAGE);
    return page == null ? 0 : page.get(word(cluster));
  }

  private static int word(long cluster) {
    return (int) (cluster % CLUSTERS_PER_PAGE / Long.SIZE);
  }

  /// Where a cluster ends; the disk may be as long as a number can tell.
  private long endOf(long cluster) {
    long start = cluster << shift;
    return start + Math.min(clusterBytes(), sizeBytes - start);
  }
}
