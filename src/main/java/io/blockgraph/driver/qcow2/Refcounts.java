package io.blockgraph.driver.qcow2;

/// Refcounts of 1 to 64 bits within the big-endian words of a table.
///
/// Widths of a byte and more are big-endian numbers one after the other; narrower ones fill each
/// byte from its lowest bit.
final class Refcounts {
  private Refcounts() {}

  static long get(Geometry geometry, TableSlice slice, int index) {
    int order = geometry.refcountOrder();
    long word = slice.get(wordOf(order, index));
    return (word >>> shiftOf(order, index)) & maskOf(order);
  }

  static long get(Geometry geometry, long[] words, int index) {
    int order = geometry.refcountOrder();
    return (words[wordOf(order, index)] >>> shiftOf(order, index)) & maskOf(order);
  }

  static void set(Geometry geometry, TableSlice slice, int index, long refcount) {
    int order = geometry.refcountOrder();
    int word = wordOf(order, index);
    slice.set(word, with(slice.get(word), order, index, refcount));
  }

  static void set(Geometry geometry, long[] words, int index, long refcount) {
    int order = geometry.refcountOrder();
    int word = wordOf(order, index);
    words[word] = with(words[word], order, index, refcount);
  }

  private static long with(long word, int order, int index, long refcount) {
    int shift = shiftOf(order, index);
    assert (refcount & ~maskOf(order)) == 0 : refcount + " in " + (1 << order) + " bits";
    return (word & ~(maskOf(order) << shift)) | refcount << shift;
  }

  private static int wordOf(int order, int index) {
    return index >>> (6 - order);
  }

  private static long maskOf(int order) {
    return order == 6 ? -1 : (1L << (1 << order)) - 1;
  }

  private static int shiftOf(int order, int index) {
    int bit = (index << order) & 63;
    return order >= 3 ? 64 - (1 << order) - bit : 8 * (7 - bit / 8) + bit % 8;
  }
}
