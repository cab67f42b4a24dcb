package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.nbd.Exchange.Outcome;
import io.blockgraph.driver.nbd.Settings.Patience;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A node's connection to its server over time: made, lost, made again. Any thread.
///
///     dial ──> link ──> lost ──> dial ...        one thread, which receives while there is a link
///               │
///     callers ──┴── enter, send, await           as many as the link has room for
///
/// What must never happen is that a newer write is undone by an older one that is made twice. See
/// [Fate] for what becomes of requests whose connection is lost. Those that are sent once more are
/// answered before anything new is sent, so that nothing a caller does because it has seen such a
/// write can be overtaken by its repetition. When the server has not answered a change in time it
/// may be at it still, and the line is given up for good: a change over another connection could be
/// undone by the one that is stuck.
final class Line implements AutoCloseable {
  /// A thread that is never a caller: what it can reach, the receiver can.
  static final Thread SOMEBODY_ELSE = Thread.ofPlatform().unstarted(() -> {});

  private final Settings settings;
  private final Dialer dialer;
  private final ScheduledExecutorService deadlines;
  private final FlushLedger ledger;
  private final Thread thread;
  private volatile Patience patience;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable ExportInfo info;
  private @Nullable BlockException refused;
  private long lostNanos;
  private int survivors;
  private int waiters;

  /// Written under the lock, read by anybody.
  private volatile @Nullable Link link;

  private volatile @Nullable BlockException over;
  private volatile String trouble = "";
  private volatile boolean crowded;
  private final AtomicLong connections = new AtomicLong();

  Line(Settings settings, Dialer dialer, ScheduledExecutorService deadlines, FlushLedger ledger) {
    this.settings = settings;
    this.patience = settings.patience();
    this.dialer = dialer;
    this.deadlines = deadlines;
    this.ledger = ledger;
    this.thread =
        Thread.ofPlatform().daemon().name("nbd-client").unstarted(new Redial(this, dialer));
  }

  /// Makes the first connection.
  ///
  /// @throws BlockException when that cannot be, at once or for as long as is waited; then the line
  ///   is closed
  ExportInfo open() {
    thread.start();
    lock.lock();
    try {
      return awaitFirst(System.nanoTime() + Math.max(patience.open(), Limits.CONNECT_NANOS));
    } catch (BlockException e) {
      over = e;
      dialer.abort();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private ExportInfo awaitFirst(long untilNanos) {
    while (true) {
      ExportInfo there = info;
      if (there != null) {
        return there;
      }
      BlockException no = refused;
      if (no != null) {
        throw told(no);
      }
      long left = untilNanos - System.nanoTime();
      if (left <= 0 || (patience.open() == 0 && !trouble.isEmpty())) {
        String why = trouble.isEmpty() ? "the server does not answer" : trouble;
        throw new BlockException(Kind.IO, settings.in(why));
      }
      pause(left);
    }
  }

  /// Connecting has failed, for now.
  void failed(String what) {
    lock.lock();
    try {
      trouble = what;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Connecting has failed, and will next time too.
  void refused(BlockException why) {
    lock.lock();
    try {
      trouble = Harmless.words(why);
      refused = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Takes a new connection into use; false when it is not wanted.
  boolean admit(Link made) {
    lock.lock();
    try {
      ExportInfo before = info;
      if (before != null && !made.info.canStandInFor(before)) {
        trouble = "the export has become another: " + made.info + " instead of " + before;
        return false;
      }
      if (over != null) {
        return false;
      }
      info = before == null ? made.info : before;
      link = made;
      connections.incrementAndGet();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Does a request, over several connections if need be, and returns when it is done.
  ///
  /// @throws BlockException when it was refused or cannot be done; a change may have been made
  void submit(Exchange exchange) {
    try {
      while (true) {
        enter(exchange);
        switch (exchange.await()) {
          case Outcome.Done _ -> {
            return;
          }
          case Outcome.Failed(BlockException why) -> throw told(why);
          case Outcome.Lost _ -> {}
        }
      }
    } finally {
      leave(exchange);
    }
  }

  private void enter(Exchange exchange) {
    Link on;
    long cookie;
    lock.lock();
    try {
      on = awaitPlace(exchange);
      exchange.begin(ledger.mark());
      cookie = on.pending.add(exchange, System.nanoTime());
      if (!on.watched) {
        on.watched = true;
        watchLater(on);
      }
    } finally {
      lock.unlock();
    }
    on.send(cookie, exchange);
  }

  private Link awaitPlace(Exchange exchange) {
    waiters++;
    try {
      while (true) {
        requireAlive();
        Link there = link;
        boolean turn = exchange.survivor || survivors == 0;
        if (there != null && turn && there.pending.hasRoom()) {
          return there;
        }
        long left = requirePatience(exchange, there);
        crowded = true;
        if (there == null || !turn || !there.pending.hasRoom()) {
          pause(left);
        }
      }
    } finally {
      waiters--;
      crowded = waiters > 0;
    }
  }

  private void requireAlive() {
    BlockException ended = over;
    if (ended != null) {
      throw new BlockException(ended.kind(), Harmless.words(ended), ended);
    }
  }

  /// How much longer the caller may wait.
  private long requirePatience(Exchange exchange, @Nullable Link there) {
    long now = System.nanoTime();
    long left = exchange.begunNanos + patience.reconnect() + patience.request() - now;
    if (there == null) {
      left = Math.min(left, lostNanos + patience.reconnect() - now);
      if (left <= 0) {
        throw new BlockException(Kind.IO, settings.in("not connected: " + trouble));
      }
    } else if (left <= 0) {
      throw new BlockException(
          Kind.TIMEOUT, settings.in("others had requests under way all the time"));
    }
    return left;
  }

  private void leave(Exchange exchange) {
    lock.lock();
    try {
      if (exchange.survivor) {
        exchange.survivor = false;
        survivors--;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// The server has answered a request.
  void answered(Exchange exchange) {
    Outcome outcome = exchange.said();
    if (exchange.needsFlush()) {
      ledger.acknowledge();
    }
    exchange.end(outcome);
    if (crowded) {
      wake();
    }
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// A connection has ended.
  void lost(Link was, String why) {
    lock.lock();
    try {
      link = null;
      lostNanos = System.nanoTime();
      trouble = was.overdue ? "the server has not answered in time" : why;
      if (settings.unflushed() == Settings.Unflushed.FAIL && ledger.isBehind()) {
        ledger.fail(
            settings.in("the connection was lost with writes that were not flushed: " + trouble));
      }
      List<Exchange> left = was.pending.drain();
      if (was.overdue && left.stream().anyMatch(exchange -> exchange.command.changes())) {
        over =
            new BlockException(
                Kind.TIMEOUT,
                settings.in(
                    "the server has not answered a write in time and may be at it still; nothing is"
                        + " sent to it until the node is opened anew"));
      }
      Fate fate = new Fate(patience, ledger, settings.in(trouble), Optional.ofNullable(over));
      left.forEach(exchange -> end(exchange, fate.of(exchange, was.overdue)));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end(Exchange exchange, Outcome outcome) {
    if (outcome instanceof Outcome.Lost && !exchange.survivor) {
      exchange.survivor = true;
      survivors++;
    }
    exchange.end(outcome);
  }

  private void watchLater(Link on) {
    Future<?> unused =
        deadlines.schedule(() -> watch(on), patience.request() / 4, TimeUnit.NANOSECONDS);
  }

  private void watch(Link on) {
    lock.lock();
    try {
      OptionalLong oldest = on.pending.oldestNanos();
      on.watched = oldest.isPresent() && link == on;
      if (on.watched && System.nanoTime() - oldest.getAsLong() >= patience.request()) {
        on.overdue = true;
        on.breakOff();
      } else if (on.watched) {
        watchLater(on);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits so long, or until the line is over.
  void idle(long nanos) {
    lock.lock();
    try {
      long end = System.nanoTime() + nanos;
      for (long left = nanos; left > 0 && over == null; left = end - System.nanoTime()) {
        pause(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits for a change; an interrupt ends nothing here, and is kept for the caller.
  @SuppressWarnings("WaitNotInLoop")
  private void pause(long nanos) {
    try {
      long unused = changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BlockException(Kind.IO, settings.in("the waiting thread was interrupted"), e);
    }
  }

  /// Nothing is sent any more.
  void end() {
    lock.lock();
    try {
      over = over == null ? new BlockException(Kind.CLOSED, settings.in("it is closed")) : over;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private BlockException told(BlockException why) {
    return new BlockException(why.kind(), settings.in(Harmless.words(why)), why);
  }

  /// Other patience from now on.
  void bePatient(Patience next) {
    patience = next;
  }

  boolean isOver() {
    return over != null;
  }

  /// How the connection is.
  String state() {
    return over != null ? "given-up" : link != null ? "connected" : "lost";
  }

  /// How many connections have been made.
  long connections() {
    return connections.get();
  }

  /// What went wrong last, if anything did.
  String trouble() {
    return trouble;
  }

  /// Takes leave of the server. No request is under way.
  @Override
  public void close() {
    Link last = link;
    end();
    dialer.abort();
    if (last != null) {
      last.farewell(deadlines);
    }
  }
}
