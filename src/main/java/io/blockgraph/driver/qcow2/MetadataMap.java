package io.blockgraph.driver.qcow2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Which clusters of the file hold metadata, and of what class; asked before every write without a
/// lock.
///
/// An open-addressing table of words `(cluster + 1) << 16 | classes`. It is changed with the
/// metadata lock held; readers see each word whole. A cluster that is metadata no more keeps its
/// word, without classes.
final class MetadataMap {
  static final int HEADER = 1;
  static final int ACTIVE_L1 = 1 << 1;
  static final int ACTIVE_L2 = 1 << 2;
  static final int REFCOUNT_BLOCK = 1 << 3;
  static final int REFCOUNT_TABLE = 1 << 4;
  static final int SNAPSHOT_TABLE = 1 << 5;
  static final int INACTIVE_L1 = 1 << 6;
  static final int INACTIVE_L2 = 1 << 7;
  static final int BITMAP_DIRECTORY = 1 << 8;
  static final int ALL = (1 << 9) - 1;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final String[] NAMES = {
    "the header",
    "the active L1 table",
    "an active L2 table",
    "a refcount block",
    "the refcount table",
    "the snapshot table",
    "a snapshot's L1 table",
    "a snapshot's L2 table",
    "the bitmap directory"
  };

  private volatile long[] words = new long[64];
  private int used;

  /// Notes `count` clusters from `first` on as metadata of `type`.
  void add(long first, long count, int type) {
    for (long cluster = first; cluster < first + count; cluster++) {
      int at = slot(words, cluster);
      if (words[at] == 0 && ++used * 2 > words.length) {
        grow();
        at = slot(words, cluster);
      }
      WORD.setRelease(words, at, ((cluster + 1) << 16) | (words[at] & 0xffff) | type);
    }
  }

  /// `count` clusters from `first` on are no more metadata of `type`.
  void remove(long first, long count, int type) {
    for (long cluster = first; cluster < first + count; cluster++) {
      int at = slot(words, cluster);
      if (words[at] != 0) {
        WORD.setRelease(words, at, words[at] & ~(long) type);
      }
    }
  }

  /// Forgets everything.
  void clear() {
    words = new long[64];
    used = 0;
  }

  /// The classes of metadata a cluster holds; 0 for none.
  int classesOf(long cluster) {
    long[] table = words;
    return (int) ((long) WORD.getAcquire(table, slot(table, cluster)) & ALL);
  }

  /// What a class is called.
  static String name(int classes) {
    return NAMES[Integer.numberOfTrailingZeros(classes)];
  }

  private static int slot(long[] table, long cluster) {
    int mask = table.length - 1;
    int at = (int) ((cluster * 0x9e37_79b9_7f4a_7c15L) >>> 40) & mask;
    while (true) {
      long word = (long) WORD.getAcquire(table, at);
      if (word == 0 || word >>> 16 == cluster + 1) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }

  private void grow() {
    long[] larger = new long[words.length * 2];
    for (long word : words) {
      if (word != 0) {
        larger[slot(larger, (word >>> 16) - 1)] = word;
      }
    }
    words = larger;
  }
}
