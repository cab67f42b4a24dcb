package io.blockgraph.histories;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What a disk may hold when its service was killed: each byte is as it was at the last flush, or
/// as one of those who wrote it since wanted it. Any thread.
final class AfterKill {
  private byte[] flushed;
  private final List<Write> since = new ArrayList<>();

  AfterKill(byte[] flushed) {
    this.flushed = flushed.clone();
  }

  /// Something that is written and was not flushed yet. Those of one place follow one another.
  static final class Write {
    private final int offset;
    private final byte[] bytes;
    private boolean done;

    private Write(int offset, byte[] bytes) {
      this.offset = offset;
      this.bytes = bytes.clone();
    }
  }

  /// It may be there from now on.
  synchronized Write begin(int offset, byte[] bytes) {
    Write write = new Write(offset, bytes);
    since.add(write);
    return write;
  }

  /// It is there: a flush that begins now keeps it.
  synchronized void done(Write write) {
    write.done = true;
  }

  /// What a flush that begins now is going to keep.
  synchronized List<Write> flushing() {
    return since.stream().filter(write -> write.done).toList();
  }

  /// Such a flush has ended well.
  synchronized void flushed(Collection<Write> kept) {
    for (Write write : kept) {
      if (since.remove(write)) {
        System.arraycopy(write.bytes, 0, flushed, write.offset, write.bytes.length);
      }
    }
  }

  /// All is flushed, and this is what there is.
  synchronized void holds(byte[] content) {
    flushed = content.clone();
    since.clear();
  }

  /// What is wrong with what was found after a kill.
  synchronized Optional<String> objection(byte[] found) {
    byte[] nearest = flushed.clone();
    for (Write write : since) {
      for (int i = 0; i < write.bytes.length; i++) {
        int at = write.offset + i;
        if (at < found.length && at < nearest.length && found[at] == write.bytes[i]) {
          nearest[at] = found[at];
        }
      }
    }
    for (int at = 0; at < Math.min(found.length, nearest.length); at++) {
      if (found[at] == flushed[at]) {
        nearest[at] = found[at];
      }
    }
    return Bytes.difference(nearest, found);
  }
}
