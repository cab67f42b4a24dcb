package io.blockgraph.driver.nbd;

import java.util.Map;
import java.util.TreeMap;

/// Which bytes of a read have come. A server sends them in any order, each once, and all: memory
/// that it has left out would show what was there before.
final class Coverage {
  /// More pieces out of order than this are not kept apart.
  private static final int MOST_STRAYS = 4096;

  private final TreeMap<Long, Long> strays = new TreeMap<>();
  private long reached;

  /// Takes note of a piece, by its place within the read; false when some of it had come before, or
  /// the pieces are too many.
  boolean add(long at, long length) {
    if (at < reached || strays.size() > MOST_STRAYS) {
      return false;
    }
    Map.Entry<Long, Long> below = strays.floorEntry(at);
    Map.Entry<Long, Long> above = strays.ceilingEntry(at);
    if ((below != null && below.getValue() > at)
        || (above != null && above.getKey() < at + length)) {
      return false;
    }
    if (at == reached) {
      reached = at + length;
      while (!strays.isEmpty() && strays.firstKey() == reached) {
        reached = strays.pollFirstEntry().getValue();
      }
    } else {
      strays.put(at, at + length);
    }
    return true;
  }

  /// Whether `length` bytes have come.
  boolean isWhole(long length) {
    return strays.isEmpty() && reached == length;
  }
}
