package io.blockgraph.driver.http;

import java.util.ArrayDeque;
import java.util.Optional;

/// The ranges that were read last, kept for reads that go on where others ended. Any thread.
final class Windows {
  private static final int KEPT = 4;

  private final ArrayDeque<Window> newest = new ArrayDeque<>();

  /// @param offset where the bytes lie on the disk
  record Window(long offset, byte[] bytes) {
    boolean covers(long at, long length) {
      return at >= offset && at + length <= offset + bytes.length;
    }
  }

  /// A window that has all of a range.
  synchronized Optional<Window> find(long offset, long length) {
    return newest.stream().filter(window -> window.covers(offset, length)).findFirst();
  }

  /// Keeps a window, and lets go of the oldest.
  synchronized void keep(Window window) {
    newest.addFirst(window);
    if (newest.size() > KEPT) {
      newest.removeLast();
    }
  }
}
