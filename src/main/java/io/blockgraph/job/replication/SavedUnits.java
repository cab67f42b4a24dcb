package io.blockgraph.job.replication;

import io.blockgraph.block.ByteRange;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;

/// Which units of a disk are saved. Memory grows with what was saved, not with the disk. Any
/// thread.
final class SavedUnits {
  /// Whole units are saved: as much as a cluster of a qcow2 image mostly has, so that saving copies
  /// nothing twice.
  static final long UNIT_BYTES = 64 << 10;

  private static final int UNITS_PER_PAGE = 4096;

  private final Map<Long, AtomicLongArray> pages = new ConcurrentHashMap<>();

  /// `range` grown to whole units, within a disk of `sizeBytes`.
  static ByteRange units(ByteRange range, long sizeBytes) {
    long start = range.offset() / UNIT_BYTES * UNIT_BYTES;
    long end = Math.ceilDiv(range.end(), UNIT_BYTES) * UNIT_BYTES;
    return ByteRange.between(start, Math.min(end, sizeBytes));
  }

  /// Whether every unit with a byte of `range` is saved.
  boolean containAll(ByteRange range) {
    for (long unit = range.offset() / UNIT_BYTES; unit * UNIT_BYTES < range.end(); unit++) {
      AtomicLongArray page = pages.get(unit / UNITS_PER_PAGE);
      if (page == null || (page.get(word(unit)) & bit(unit)) == 0) {
        return false;
      }
    }
    return true;
  }

  /// Every unit with a byte of `range` is saved.
  void add(ByteRange range) {
    for (long unit = range.offset() / UNIT_BYTES; unit * UNIT_BYTES < range.end(); unit++) {
      pages
          .computeIfAbsent(
              unit / UNITS_PER_PAGE, _ -> new AtomicLongArray(UNITS_PER_PAGE / Long.SIZE))
          .getAndAccumulate(word(unit), bit(unit), (old, mine) -> old | mine);
    }
  }

  /// None is saved any more; nobody adds meanwhile.
  void clear() {
    pages.clear();
  }

  private static int word(long unit) {
    return (int) (unit % UNITS_PER_PAGE / Long.SIZE);
  }

  private static long bit(long unit) {
    return 1L << (unit % Long.SIZE);
  }
}
