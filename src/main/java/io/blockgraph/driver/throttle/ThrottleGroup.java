package io.blockgraph.driver.throttle;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.throttle.Limits.Direction;
import io.blockgraph.driver.throttle.Limits.Measure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Everybody who shares one set of limits.
///
/// Each member has a line for reads and one for writes. Members take turns, one request each;
/// within a line requests pass in the order they came:
///
/// ```
/// member a:  r r r ─┐
/// member b:  r     ─┼─> head ──(buckets of the limits)──> pass
/// member c:  r r   ─┘
/// ```
///
/// Only the head of a direction looks at the clock, and sleeps without any lock; all behind it are
/// parked. Whoever passes lets all pass that may pass with it, and wakes the next head. A sleep
/// takes at most [#SLICE_NANOS], so that new limits hold at once also for who is waiting; a request
/// gives up with TIMEOUT after [#PATIENCE_NANOS].
final class ThrottleGroup {
  /// The longest single sleep.
  static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /// The longest a request waits in all.
  static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Opening.Ticker ticker;
  private final Object guard = new Object();
  private final List<Meter> meters = new ArrayList<>();
  private final Map<Direction, Turns> turns = new EnumMap<>(Direction.class);
  private Direction last = Direction.WRITE;
  private Limits limits;

  ThrottleGroup(Opening.Ticker ticker, Limits limits) {
    this.ticker = ticker;
    this.limits = limits;
    long now = ticker.nanos();
    for (Measure measure : Measure.values()) {
      meters.add(new Meter(measure, new LeakyBucket(now), new LeakyBucket(now)));
    }
    for (Direction direction : Direction.values()) {
      turns.put(direction, new Turns());
    }
    use(limits);
  }

  /// One who takes turns with the others.
  static final class Member {
    private final Map<Direction, ArrayDeque<Waiting>> lines = new EnumMap<>(Direction.class);

    Member() {
      for (Direction direction : Direction.values()) {
        lines.put(direction, new ArrayDeque<>());
      }
    }

    private ArrayDeque<Waiting> line(Direction direction) {
      return Objects.requireNonNull(lines.get(direction));
    }
  }

  /// A request that has come and may not have passed yet. Its fields but the first three are
  /// guarded by the group's lock.
  private static final class Waiting {
    private final Member member;
    private final Direction direction;
    private final long bytes;
    private final Thread thread = Thread.currentThread();
    private volatile boolean passed;

    Waiting(Member member, Direction direction, long bytes) {
      this.member = member;
      this.direction = direction;
      this.bytes = bytes;
    }
  }

  /// The members with requests of one direction waiting, the next one first.
  private record Turns(ArrayDeque<Member> members) {
    Turns() {
      this(new ArrayDeque<>());
    }
  }

  /// One measure: the long-run rate, and the rate of its bursts.
  private record Meter(Measure measure, LeakyBucket steady, LeakyBucket burst) {
    long waitNanos(long now) {
      return Math.max(steady.waitNanos(now), burst.waitNanos(now));
    }

    void pour(long units, long now) {
      steady.pour(units, now);
      burst.pour(units, now);
    }
  }

  /// From now on these limits.
  void use(Limits next) {
    synchronized (guard) {
      limits = next;
      long now = ticker.nanos();
      for (Meter meter : meters) {
        Rate rate = next.rate(meter.measure());
        meter.steady().use(rate, now);
        meter.burst().use(rate.ofBurst(), now);
      }
      letPass();
    }
  }

  /// How many requests wait.
  int waiting() {
    synchronized (guard) {
      int all = 0;
      for (Map.Entry<Direction, Turns> turn : turns.entrySet()) {
        for (Member member : turn.getValue().members()) {
          all += member.line(turn.getKey()).size();
        }
      }
      return all;
    }
  }

  /// Waits until a request of `bytes` may pass.
  ///
  /// @throws BlockException TIMEOUT when the queue before it was too long
  void admit(Member member, Direction direction, long bytes) {
    Waiting request = new Waiting(member, direction, bytes);
    join(request);
    long begin = ticker.nanos();
    while (!request.passed) {
      long left = PATIENCE_NANOS - (ticker.nanos() - begin);
      if (left < 0 && giveUp(request)) {
        throw new BlockException(
            BlockException.Kind.TIMEOUT,
            "a request of "
                + bytes
                + " bytes was held back by limits for "
                + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS)
                + " s");
      }
      await(request, Math.max(1, left));
    }
  }

  private void await(Waiting request, long left) {
    long wait;
    synchronized (guard) {
      letPass();
      wait = request.passed ? 0 : isHead(request) ? waitNanos(request.direction) : -1;
    }
    if (wait > 0) {
      ticker.sleep(Math.min(wait, SLICE_NANOS));
    } else if (wait < 0) {
      LockSupport.parkNanos(this, left);
    }
  }

  private void join(Waiting request) {
    synchronized (guard) {
      ArrayDeque<Waiting> line = request.member.line(request.direction);
      if (line.isEmpty()) {
        turns(request.direction).members().add(request.member);
      }
      line.add(request);
      letPass();
    }
  }

  /// Whether the request is out of its line without having passed.
  private boolean giveUp(Waiting request) {
    synchronized (guard) {
      if (request.passed) {
        return false;
      }
      boolean wasHead = isHead(request);
      ArrayDeque<Waiting> line = request.member.line(request.direction);
      line.remove(request);
      if (line.isEmpty()) {
        turns(request.direction).members().remove(request.member);
      }
      if (wasHead) {
        wakeHead(request.direction);
      }
      return true;
    }
  }

  private Turns turns(Direction direction) {
    return Objects.requireNonNull(turns.get(direction));
  }

  private boolean isHead(Waiting request) {
    return turns(request.direction).members().peek() == request.member
        && request.member.line(request.direction).peek() == request;
  }

  /// Lets everybody pass who may now: reads and writes in turns, as long as there are both.
  private void letPass() {
    boolean more = true;
    while (more) {
      more = passes(last.other()) || passes(last);
    }
  }

  private boolean passes(Direction direction) {
    Member member = turns(direction).members().peek();
    if (member == null || waitNanos(direction) > 0) {
      return false;
    }
    pass(member, direction);
    last = direction;
    return true;
  }

  private void pass(Member member, Direction direction) {
    ArrayDeque<Member> members = turns(direction).members();
    members.remove();
    Waiting request = member.line(direction).remove();
    if (!member.line(direction).isEmpty()) {
      members.add(member);
    }
    long now = ticker.nanos();
    for (Meter meter : meters) {
      if (meter.measure().applies(direction)) {
        meter.pour(limits.units(meter.measure(), request.bytes), now);
      }
    }
    request.passed = true;
    LockSupport.unpark(request.thread);
    wakeHead(direction);
  }

  /// The head has to look at the clock.
  private void wakeHead(Direction direction) {
    Member member = turns(direction).members().peek();
    Waiting head = member == null ? null : member.line(direction).peek();
    if (head != null) {
      LockSupport.unpark(head.thread);
    }
  }

  /// How long the next request of that direction has to wait.
  private long waitNanos(Direction direction) {
    long now = ticker.nanos();
    return meters.stream()
        .filter(meter -> meter.measure().applies(direction))
        .mapToLong(meter -> meter.waitNanos(now))
        .max()
        .orElse(0);
  }
}
