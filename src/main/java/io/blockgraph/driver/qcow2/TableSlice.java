package io.blockgraph.driver.qcow2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/// A part of an L2 table or of a refcount block, in memory.
///
/// Words are read by any thread without a lock and written only with the image's metadata lock
/// held. Once thrown out of the cache an object is never changed again, so a reader that still has
/// it sees what was true when its request began.
final class TableSlice {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  final long index;
  private final long[] words;
  private volatile long fileOffset;

  /// Not to be thrown out: holds what is not in the file yet.
  private volatile boolean pinned;

  /// Has changes no write-back has taken; with the metadata lock only.
  private boolean dirty;

  /// Looked at since the last search for a victim.
  private volatile boolean used = true;

  /// Odd while an extended entry is being changed.
  private final AtomicInteger version = new AtomicInteger();

  TableSlice(long index, long fileOffset, long[] words) {
    this.index = index;
    this.fileOffset = fileOffset;
    this.words = words;
  }

  long fileOffset() {
    return fileOffset;
  }

  /// The table was copied to another place.
  void moveTo(long offset) {
    fileOffset = offset;
  }

  long get(int word) {
    return (long) WORD.getAcquire(words, word);
  }

  void set(int word, long value) {
    WORD.setRelease(words, word, value);
  }

  /// Changes both words of an extended entry so that no reader sees half of it.
  void setPair(int word, long first, long second) {
    version.incrementAndGet();
    WORD.setVolatile(words, word, first);
    WORD.setVolatile(words, word + 1, second);
    version.incrementAndGet();
  }

  /// The second word of an extended entry whose first word is `first`; false in [#stillIs] tells to
  /// read again.
  int versionNow() {
    return version.get();
  }

  /// Whether nothing was changed since `seen` was the version.
  boolean stillIs(int seen) {
    return (seen & 1) == 0 && version.get() == seen;
  }

  long[] copy() {
    return words.clone();
  }

  int wordCount() {
    return words.length;
  }

  boolean pinned() {
    return pinned;
  }

  void pin() {
    pinned = true;
  }

  void unpin() {
    pinned = false;
  }

  boolean dirty() {
    return dirty;
  }

  void dirty(boolean now) {
    dirty = now;
  }

  void touch() {
    if (!used) {
      used = true;
    }
  }

  boolean wasUsed() {
    boolean was = used;
    used = false;
    return was;
  }
}
