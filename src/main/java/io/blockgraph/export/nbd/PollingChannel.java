package io.blockgraph.export.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/// A client's socket that is looked at again and again for a moment before its thread sleeps, while
/// the client answers at once.
///
/// A client that has one request under way sends the next as soon as it has its reply. To put the
/// thread to sleep in between and to wake it takes longer than all else that is done for a small
/// request. So after some short waits the socket is made non-blocking and asked for up to
/// [#POLL_NANOS] before it is waited for; one that was asked in vain is blocking again until the
/// client has shown the same haste anew. What that costs is bounded: a client that waits longer
/// costs nothing but a look at the clock, one that deceives costs one poll in [#HASTE] requests,
/// and no more threads poll at a time than there are permits.
///
/// One thread reads and one writes at a moment; they may be two. [#close] any; [#finish] the
/// reader.
final class PollingChannel implements ByteChannel {
  /// So long is asked in vain.
  static final long POLL_NANOS = 60_000;

  /// After so many short waits, one after another.
  static final int HASTE = 8;

  private final SocketChannel channel;
  private final Semaphore permits;

  /// Held to change whether the socket blocks. A reader that sleeps in the socket holds it not, and
  /// the socket blocks then: so a writer that finds it non-blocking never waits for such a reader.
  private final ReentrantLock changing = new ReentrantLock();

  /// Held to write. While a client takes no replies the reader does not begin to poll, for which it
  /// would have to wait for the writer: it may be what the client sends that lets it take replies.
  private final ReentrantLock writing = new ReentrantLock();

  private volatile boolean polling;
  private int haste;

  /// @param permits so many more may poll at the same time
  PollingChannel(SocketChannel channel, Semaphore permits) {
    this.channel = channel;
    this.permits = permits;
  }

  /// How many threads may poll at once on a machine with so many processors: the clients need some.
  static Semaphore permitsFor(int processors) {
    return new Semaphore(processors / 2);
  }

  /// Whether the socket is asked before it is waited for.
  boolean isPolling() {
    return polling;
  }

  /// At least one byte, unless `into` is full or the client has ended.
  @Override
  public int read(ByteBuffer into) throws IOException {
    if (polling && into.hasRemaining()) {
      int bytes = poll(into);
      if (bytes != 0) {
        return bytes;
      }
      rest();
    }
    long begun = System.nanoTime();
    int bytes = channel.read(into);
    hasten(System.nanoTime() - begun);
    return bytes;
  }

  private int poll(ByteBuffer into) throws IOException {
    long begun = System.nanoTime();
    int bytes;
    do {
      bytes = channel.read(into);
    } while (bytes == 0 && polling && System.nanoTime() - begun < POLL_NANOS);
    return bytes;
  }

  private void hasten(long waitedNanos) throws IOException {
    haste = waitedNanos < POLL_NANOS ? haste + 1 : 0;
    if (haste >= HASTE && writing.tryLock()) {
      try {
        beginToPoll();
      } finally {
        writing.unlock();
      }
    }
  }

  private void beginToPoll() throws IOException {
    haste = 0;
    changing.lock();
    try {
      if (permits.tryAcquire()) {
        polling = true;
        channel.configureBlocking(false);
      }
    } finally {
      changing.unlock();
    }
  }

  /// All of `from`; returns when the system has taken it.
  @Override
  public int write(ByteBuffer from) throws IOException {
    int bytes = from.remaining();
    writing.lock();
    try {
      channel.write(from);
      while (from.hasRemaining()) {
        // The client is slow to take what it asked for: that is waited for asleep.
        rest();
        channel.write(from);
      }
    } finally {
      writing.unlock();
    }
    return bytes;
  }

  /// The socket blocks again.
  private void rest() throws IOException {
    changing.lock();
    try {
      if (polling) {
        giveBack();
        channel.configureBlocking(true);
      }
    } finally {
      changing.unlock();
    }
  }

  private void giveBack() {
    polling = false;
    permits.release();
  }

  /// Nobody reads any more.
  void finish() {
    changing.lock();
    try {
      if (polling) {
        giveBack();
      }
    } finally {
      changing.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
