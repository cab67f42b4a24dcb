package io.blockgraph.engine;

import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The latest events, in order and without gaps, for any number of readers. Any thread; telling
/// never waits for a reader.
public final class EventLog implements NodeEvents {
  private final Clock clock;
  private final int kept;
  private final String epoch;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final AtomicInteger seats = new AtomicInteger();
  private long lastSequence;
  private long revision;

  /// A log that keeps the last `kept` events.
  public EventLog(Clock clock, int kept) {
    this.clock = clock;
    this.kept = kept;
    this.epoch = Long.toString(clock.millis(), 36);
  }

  /// A word that is different for every run of the service, so that a reader notices that sequences
  /// began anew.
  public String epoch() {
    return epoch;
  }

  /// Tells of an event.
  public void tell(String type, Map<String, Object> data) {
    lock.lock();
    try {
      events.addLast(new Event(++lastSequence, clock.instant(), type, revision, Map.copyOf(data)));
      if (events.size() > kept) {
        events.removeFirst();
      }
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Tells that the graph is at `newRevision` now.
  void tellRevision(long newRevision, String type, Map<String, Object> data) {
    lock.lock();
    try {
      revision = newRevision;
      tell(type, data);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void report(NodeName node, NodeEvents.Kind kind, Map<String, Object> details) {
    Map<String, Object> data = new LinkedHashMap<>(details);
    data.put("node", node.value());
    tell(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), data);
  }

  /// Somebody follows the events until the seat is closed.
  public Seat sit() {
    seats.incrementAndGet();
    return seats::decrementAndGet;
  }

  /// How many follow the events.
  public int seats() {
    return seats.get();
  }

  /// A follower of the events. To be closed once.
  public interface Seat extends AutoCloseable {
    @Override
    void close();
  }

  /// The sequence of the last event, 0 before the first.
  public long lastSequence() {
    lock.lock();
    try {
      return lastSequence;
    } finally {
      lock.unlock();
    }
  }

  /// The events behind `sequence`, waiting at most `waitMs` for the first of them.
  public Reading after(long sequence, long waitMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    lock.lock();
    try {
      while (lastSequence == sequence) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return new Reading.Events(List.of());
        }
        arrived.awaitNanos(left);
      }
      return read(sequence);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a reader of events", e);
    } finally {
      lock.unlock();
    }
  }

  private Reading read(long sequence) {
    long oldest = lastSequence - events.size() + 1;
    if (sequence > lastSequence || sequence < oldest - 1) {
      return new Reading.Gap(oldest, lastSequence);
    }
    List<Event> found = new ArrayList<>();
    for (Event event : events) {
      if (event.sequence() > sequence) {
        found.add(event);
      }
    }
    return new Reading.Events(found);
  }

  /// What a reader gets.
  public sealed interface Reading {
    /// The next events, none when none came in time.
    record Events(List<Event> events) implements Reading {}

    /// Events are missing: the log holds `oldest` to `last`; read the state anew and go on from
    /// `last`.
    record Gap(long oldest, long last) implements Reading {}
  }
}
