package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ScratchBuffers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// READs that are served beside the connection's thread, each answered when it is done, in whatever
/// order: the protocol allows it, and what waits for a disk does not hold up what is behind it.
///
/// What a client can occupy here is [#MOST_WORKERS] reads of at most [#MOST_BYTES] each, as many
/// threads of a pool that all connections share, and [#MOST_WAITING] requests without data that
/// wait for one of them. So the threads always find the next read, and need not be woken for it;
/// and the connection's thread, which alone takes requests off the wire, seldom waits for a disk.
/// When the pool has no thread left it does the read itself, as it does without this. A client that
/// takes no replies has [Outlet#MOST_LATE] of them read and no more: the threads go, and come back
/// when replies have left.
final class SideReads {
  /// Reads of one connection that are under way beside its thread.
  static final int MOST_WORKERS = 16;

  /// Reads of one connection that are under way or wait for their turn.
  static final int MOST_WAITING = 256;

  /// Longer reads are done by the connection's thread: they are sequential more often than not, and
  /// the kernel reads ahead of those.
  static final int MOST_BYTES = 128 << 10;

  /// So often is looked after readers who might be needed when nobody says so.
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Session session;
  private final Transmission.Resources resources;
  private final Outlet outlet;
  private final Channel channel;
  private final ReadPace pace = new ReadPace();
  private final Queue<Started> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger workers = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile @Nullable Throwable mistake;

  private record Started(Request request, long nanos) {}

  /// @param channel the connection's, which the outlet sends to
  SideReads(Session session, Transmission.Resources resources, Outlet outlet, Channel channel) {
    this.session = session;
    this.resources = resources;
    this.outlet = outlet;
    this.channel = channel;
    outlet.whenSent(this::goOn);
  }

  /// A read of the connection's own thread took so long.
  void sawRead(long nanos) {
    pace.took(nanos);
  }

  /// Takes a READ that was judged good off the connection's thread; false when that thread had
  /// better do it.
  ///
  /// @param more whether requests behind it have arrived already
  boolean take(Request request, boolean more, long begun) {
    int running = underWay.get();
    boolean sideBySide = pace.waits() && (more || running > 0);
    if (!sideBySide || running >= MOST_WAITING || request.length() > MOST_BYTES) {
      return false;
    }
    underWay.incrementAndGet();
    waiting.add(new Started(request, begun));
    addWorker();
    return true;
  }

  /// The caller helps himself when the pool has no thread and nobody else is at work here.
  private void addWorker() {
    int before = comes();
    if (before >= MOST_WORKERS) {
      return;
    }
    try {
      resources.shared().readers().execute(this::work);
    } catch (RejectedExecutionException e) {
      if (before == 0) {
        work();
      } else {
        workers.decrementAndGet();
      }
    }
  }

  private void work() {
    do {
      for (Started next = next(); next != null; next = next()) {
        serve(next);
      }
      workers.decrementAndGet();
      // Somebody may have come between, seen enough workers, and left it to them.
    } while (!waiting.isEmpty() && mayRead() && comes() < MOST_WORKERS);
  }

  private @Nullable Started next() {
    return mayRead() ? waiting.poll() : null;
  }

  /// What is not read for anybody any more needs no room.
  private boolean mayRead() {
    return !outlet.isFull() || !channel.isOpen();
  }

  /// Counts one worker more, if there is room for one; answers how many there were.
  private int comes() {
    return workers.getAndUpdate(now -> Math.min(MOST_WORKERS, now + 1));
  }

  /// Replies have left: readers who found no room for more may be needed again. Any thread.
  private void goOn() {
    if (!waiting.isEmpty() && mayRead()) {
      addWorker();
    }
  }

  /// What still waits when the connection is ended is read for nobody.
  private void serve(Started started) {
    try {
      if (channel.isOpen()) {
        answer(started.request());
        resources.counters().took(Command.READ, System.nanoTime() - started.nanos());
      }
    } catch (IOException _) {
      // The client is gone, or is being sent away: the outlet has closed the channel, and the
      // connection's thread finds out for itself.
    } catch (RuntimeException | Error e) {
      mistake = e;
      hangUp();
    } finally {
      if (underWay.decrementAndGet() == 0) {
        synchronized (this) {
          notifyAll();
        }
      }
    }
  }

  private void hangUp() {
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone all the same.
      assert !channel.isOpen();
    }
  }

  private void answer(Request request) throws IOException {
    ScratchBuffers.Lease lease = resources.shared().sideBuffers().borrow();
    int bytes = 0;
    try {
      bytes = reply(request, lease.segment());
    } finally {
      if (bytes == 0) {
        lease.close();
      }
    }
    outlet.send(lease, bytes);
  }

  /// A request that has waited may find the export taken away by now.
  private int reply(Request request, MemorySegment to) {
    if (session.export().isRemoved()) {
      resources
          .counters()
          .failed(request.command(), Replies.described(request, NbdError.ESHUTDOWN));
      return Replies.refusal(session, request, NbdError.ESHUTDOWN, to);
    }
    long begun = System.nanoTime();
    try {
      int bytes = Reads.whole(session, request, to);
      resources.counters().served(request);
      return bytes;
    } catch (BlockException trouble) {
      resources
          .counters()
          .failed(request.command(), request.command() + ": " + trouble.getMessage());
      resources.troubles().accept(trouble);
      return Replies.refusal(session, request, NbdError.of(trouble, request), to);
    } finally {
      pace.took(System.nanoTime() - begun);
    }
  }

  /// Waits until no read is under way, but not for long.
  private synchronized void awaitEnd() throws InterruptedException {
    long end = System.nanoTime() + LOOK_NANOS;
    for (long left = LOOK_NANOS; left > 0 && underWay.get() > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /// Waits until no read is under way; a mistake of ours in one of them is thrown.
  void awaitNone() {
    boolean interrupted = false;
    while (underWay.get() > 0) {
      goOn();
      try {
        awaitEnd();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    outlet.drop();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (mistake instanceof Throwable found) {
      throw new IllegalStateException("a read has failed in a way nobody foresaw", found);
    }
  }
}
