package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ScratchBuffers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// READs that are served beside the connection's thread, each answered when it is done, in whatever
/// order: the protocol allows it, and what waits for a disk does not hold up what is behind it.
///
/// What a client can occupy here is [#MOST_WORKERS] reads of at most [#MOST_BYTES] each, as many
/// threads of a pool that all connections share, and [#MOST_WAITING] requests without data that
/// wait for one of them. So the threads always find the next read, and need not be woken for it;
/// and the connection's thread, which alone takes requests off the wire, seldom waits for a disk.
/// When the pool has no thread left it does the read itself, as it does without this.
final class SideReads {
  /// Reads of one connection that are under way beside its thread.
  static final int MOST_WORKERS = 16;

  /// Reads of one connection that are under way or wait for their turn.
  static final int MOST_WAITING = 256;

  /// Longer reads are done by the connection's thread: they are sequential more often than not, and
  /// the kernel reads ahead of those.
  static final int MOST_BYTES = 128 << 10;

  private final Session session;
  private final Transmission.Resources resources;
  private final Outlet outlet;
  private final Line line;
  private final ReadPace pace = new ReadPace();
  private final Queue<Started> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger workers = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile @Nullable Throwable mistake;

  private record Started(Request request, long nanos) {}

  /// The connection, to any thread.
  interface Line {
    /// Whether nobody here has ended it.
    boolean isOpen();

    /// Ends it.
    void hangUp();
  }

  SideReads(Session session, Transmission.Resources resources, Outlet outlet, Line line) {
    this.session = session;
    this.resources = resources;
    this.outlet = outlet;
    this.line = line;
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
    if (workers.get() < MOST_WORKERS) {
      workers.incrementAndGet();
      try {
        resources.shared().readers().execute(this::work);
      } catch (RejectedExecutionException e) {
        work();
      }
    }
    return true;
  }

  private void work() {
    do {
      for (Started next = waiting.poll(); next != null; next = waiting.poll()) {
        serve(next);
      }
      workers.decrementAndGet();
      // Somebody may have come between, seen enough workers, and left it to them.
    } while (!waiting.isEmpty() && returns());
  }

  private boolean returns() {
    return workers.getAndUpdate(now -> Math.min(MOST_WORKERS, now + 1)) < MOST_WORKERS;
  }

  /// What still waits when the connection is ended is read for nobody.
  private void serve(Started started) {
    try {
      if (line.isOpen()) {
        answer(started.request());
        resources.counters().took(Command.READ, System.nanoTime() - started.nanos());
      }
    } catch (IOException e) {
      // The client is gone, or is being sent away; the connection's thread finds out for itself.
      line.hangUp();
    } catch (RuntimeException | Error e) {
      mistake = e;
      line.hangUp();
    } finally {
      if (underWay.decrementAndGet() == 0) {
        synchronized (this) {
          notifyAll();
        }
      }
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

  private int reply(Request request, MemorySegment to) {
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

  /// Waits until no read is under way; a mistake of ours in one of them is thrown.
  void awaitNone() {
    boolean interrupted = false;
    synchronized (this) {
      while (underWay.get() > 0) {
        try {
          wait(100);
        } catch (InterruptedException e) {
          interrupted = true;
        }
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
