package io.blockgraph.export.nbd;

import io.blockgraph.block.ScratchBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// Where replies leave for the client: those the connection's thread has gathered, and those of
/// readers beside it, each whole.
///
/// However slow the client, one thread at most waits for it here with a reply of a reader: the
/// others leave theirs in the queue, and read nothing more when it is full.
final class Outlet {
  /// So many replies of readers may wait; each holds a buffer.
  static final int MOST_LATE = 16;

  private final WritableByteChannel channel;
  private final ReentrantLock sending = new ReentrantLock();
  private final Queue<Late> late = new ConcurrentLinkedQueue<>();
  private final AtomicInteger lateCount = new AtomicInteger();
  private volatile Runnable whenSent = () -> {};

  /// A reply of a reader, in a buffer of its own.
  private record Late(ScratchBuffers.Lease lease, int bytes) {}

  Outlet(WritableByteChannel channel) {
    this.channel = channel;
  }

  /// Sends all of `replies`; returns when the system has taken it. The connection's thread.
  void send(ByteBuffer replies) throws IOException {
    sending.lock();
    try {
      write(replies);
    } finally {
      sending.unlock();
    }
    sendLate();
  }

  /// Sends the first `bytes` of a buffer, and gives it back. Any thread.
  void send(ScratchBuffers.Lease lease, int bytes) throws IOException {
    lateCount.incrementAndGet();
    late.add(new Late(lease, bytes));
    sendLate();
  }

  /// Has `step` run by whoever has sent replies of readers, when none is left.
  void whenSent(Runnable step) {
    whenSent = step;
  }

  /// Whether no reader should read more until the client has taken replies.
  boolean isFull() {
    return lateCount.get() >= MOST_LATE;
  }

  /// Whoever holds the lock looks at the queue again after letting it go, so nothing stays in it.
  private void sendLate() throws IOException {
    boolean sent = false;
    while (!late.isEmpty() && sending.tryLock()) {
      sent = true;
      try {
        for (Late next = late.poll(); next != null; next = late.poll()) {
          try (ScratchBuffers.Lease lease = next.lease()) {
            write(lease.first(next.bytes()).asByteBuffer());
          } finally {
            lateCount.decrementAndGet();
          }
        }
      } finally {
        sending.unlock();
      }
    }
    if (sent) {
      whenSent.run();
    }
  }

  /// A client that cannot be written to is gone: everybody finds the channel closed, and nobody
  /// waits for replies to leave that never will.
  private void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      close(e);
      throw e;
    }
  }

  private void close(IOException trouble) {
    try {
      channel.close();
    } catch (IOException e) {
      trouble.addSuppressed(e);
    }
  }

  /// Gives back the buffers of replies that nobody will get.
  void drop() {
    for (Late next = late.poll(); next != null; next = late.poll()) {
      next.lease().close();
      lateCount.decrementAndGet();
    }
  }
}
