package io.blockgraph.driver.file;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// What all views of an open file share: the descriptor in use and the length.
///
/// The length is kept here because asking the kernel costs as much as a small read. Nobody else
/// changes it: a parent that reads shares RESIZE with no other process.
final class FileState {
  private final NodeName node;
  private final NodeEvents events;
  private volatile HostFile file;
  private volatile long sizeBytes;
  private volatile boolean flushFailed;

  /// Held while the length is set, or looked at to be noted.
  private final ReentrantLock length = new ReentrantLock();

  /// How often the file has changed, and how many of these changes are known to be durable. What is
  /// opened may have been written to before.
  private final AtomicLong changes = new AtomicLong(1);

  private final AtomicLong durable = new AtomicLong();

  FileState(NodeName node, NodeEvents events, HostFile file) {
    this.node = node;
    this.events = events;
    this.file = file;
    this.sizeBytes = file.sizeBytes();
  }

  HostFile file() {
    return file;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /// From now on this descriptor; also the moment to look at the length anew, as locks may have
  /// been let go meanwhile. Requests may be under way, and one of them may let the file grow: not
  /// between the look and the note, or what lies behind the old end would read as zeroes. Whoever
  /// is at it looks himself when he is done, and is not waited for: his storage may not answer.
  void use(HostFile next) {
    file = next;
    if (length.tryLock()) {
      try {
        sizeBytes = next.sizeBytes();
      } finally {
        length.unlock();
      }
    }
    changed();
  }

  /// Sets the length. One at a time: two growths that race must not end with the length of one and
  /// the file of the other.
  void resize(long bytes) {
    length.lock();
    try {
      file.truncate(bytes);
      sizeBytes = file.sizeBytes();
    } finally {
      length.unlock();
      changed();
    }
  }

  /// The file has changed, or may have. To be called after each change, before anybody is told that
  /// it is done: a sync that runs at the same time may have missed it.
  void changed() {
    changes.incrementAndGet();
  }

  /// Makes durable what has changed; asks no disk when all of it is. Once that has failed it fails
  /// for good: another descriptor of the same file is told nothing of what the kernel has dropped.
  void sync() {
    if (flushFailed) {
      throw new BlockException(
          BlockException.Kind.FLUSH_FAILED,
          "an earlier flush of node '"
              + node
              + "' failed; what was written since the last good one may be lost");
    }
    long before = changes.get();
    if (durable.get() < before) {
      file.sync();
      durable.accumulateAndGet(before, Math::max);
    }
  }

  /// Whether a flush has failed since the node was opened: what was written since the last good one
  /// may be lost, whatever later flushes say.
  boolean flushFailed() {
    return flushFailed;
  }

  /// Tells the world of trouble that is the storage's, and hands it back to be thrown.
  BlockException told(BlockException trouble, String operation, long offset, long length) {
    if (trouble.kind() == BlockException.Kind.FLUSH_FAILED) {
      flushFailed = true;
    }
    switch (trouble.kind()) {
      case IO, NO_SPACE, FLUSH_FAILED ->
          events.reportIoError(node, operation, new ByteRange(offset, length), trouble);
      case OUT_OF_RANGE,
          READ_ONLY,
          CORRUPT,
          BAD_IMAGE,
          SIZE_MISMATCH,
          UNSUPPORTED,
          INVALID,
          LOCKED,
          NOT_FOUND,
          EXISTS,
          FORBIDDEN,
          CLOSED,
          TIMEOUT -> {}
    }
    return trouble;
  }
}
