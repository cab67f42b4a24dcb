package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.NodeTraffic.Failure;
import io.blockgraph.engine.NodeTraffic.Operation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What was asked of one node over one edge. Any thread; counting a request that succeeds takes no
/// lock and allocates nothing.
///
/// Counts are kept in stripes of two cache lines, one for each few threads, so that threads that
/// use one edge at once do not wait for each other's cache line; both counts of a request lie in
/// one line.
final class EdgeTraffic {
  private static final Operation[] OPERATIONS = Operation.values();

  private static final int STRIPES =
      Integer.highestOneBit(Math.clamp(Runtime.getRuntime().availableProcessors() * 2L, 4, 64));
  private static final int LONGS_PER_STRIPE = 16;
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private final NodeTraffic node;

  /// By stripe and operation: requests, then bytes. The first stripe is left out: it shares its
  /// cache line with the array's header.
  private final long[] counts = new long[(STRIPES + 1) * LONGS_PER_STRIPE];

  private final Map<Failure, LongAdder> failures = new ConcurrentHashMap<>();
  private volatile Latencies @Nullable [] times;
  private volatile IoFigures forgotten = IoFigures.NONE;

  /// Of an edge to the node that `node` is of.
  EdgeTraffic(NodeTraffic node) {
    this.node = node;
  }

  /// From now on requests are timed in these bins, and those timed before are forgotten; none for
  /// not at all.
  void time(@Nullable Bins bins) {
    times = bins == null ? null : bins.latencies();
    forgotten = forgotten.withoutTimes();
  }

  /// A request begins; the answer is to be given back to [#served]. Not timed, it costs one read of
  /// memory.
  long begin() {
    return times == null ? 0 : System.nanoTime();
  }

  /// Whether a write that ends at `end` goes beyond what somebody wants to be told of.
  boolean isBeyondThreshold(long end) {
    return node.isBeyondThreshold(end);
  }

  /// Such a write is about to be made.
  void beyondThreshold(long end) {
    node.beyondThreshold(end);
  }

  /// A request that began at `begun` has succeeded.
  void served(Operation operation, long length, long begun) {
    count(operation, length);
    Latencies[] timed = times;
    if (timed != null && begun != 0) {
      timed[operation.ordinal()].record(System.nanoTime() - begun);
    }
  }

  /// A request that put something into a range, begun at `begun`, has succeeded.
  void wrote(Operation operation, ByteRange range, long begun) {
    served(operation, range.length(), begun);
    node.wroteUpTo(range.end());
  }

  /// The same of a WRITE, without an object for its range.
  void wrote(long offset, long length, long begun) {
    served(Operation.WRITE, length, begun);
    node.wroteUpTo(offset + length);
  }

  /// A request has succeeded.
  void count(Operation operation, long length) {
    int stripe = ((int) Thread.currentThread().threadId() & (STRIPES - 1)) + 1;
    int at = stripe * LONGS_PER_STRIPE + 2 * operation.ordinal();
    COUNT.getAndAdd(counts, at, 1L);
    COUNT.getAndAdd(counts, at + 1, length);
  }

  /// A request has failed.
  void failed(Operation operation, BlockException.Kind kind) {
    failures.computeIfAbsent(new Failure(operation, kind), _ -> new LongAdder()).increment();
  }

  /// The requests of an edge that is gone belong to this one from now on.
  void takeOver(EdgeTraffic gone) {
    for (Operation operation : OPERATIONS) {
      int at = LONGS_PER_STRIPE + 2 * operation.ordinal();
      COUNT.getAndAdd(counts, at, gone.requests(operation));
      COUNT.getAndAdd(counts, at + 1, gone.bytes(operation));
    }
    gone.failures.forEach(
        (failure, count) ->
            failures.computeIfAbsent(failure, _ -> new LongAdder()).add(count.sum()));
    Latencies[] mine = times;
    Latencies[] others = gone.times;
    for (int i = 0; mine != null && others != null && i < mine.length; i++) {
      mine[i].add(others[i]);
    }
  }

  long requests(Operation operation) {
    return sum(2 * operation.ordinal());
  }

  long bytes(Operation operation) {
    return sum(2 * operation.ordinal() + 1);
  }

  private long sum(int at) {
    long sum = 0;
    for (int stripe = 1; stripe <= STRIPES; stripe++) {
      sum += (long) COUNT.getVolatile(counts, stripe * LONGS_PER_STRIPE + at);
    }
    return sum;
  }

  Map<Failure, LongAdder> failures() {
    return failures;
  }

  Optional<Latencies.Snapshot> times(Operation operation) {
    return Optional.ofNullable(times).map(all -> all[operation.ordinal()].snapshot());
  }

  /// Everything since the edge was there, or since [#reset].
  IoFigures figures() {
    return all().minus(forgotten);
  }

  /// Begins anew.
  void reset() {
    forgotten = all();
  }

  private IoFigures all() {
    Map<String, IoFigures.Figure> figures = new TreeMap<>();
    for (Operation operation : OPERATIONS) {
      long requests = requests(operation);
      long errors = errors(operation);
      if (requests + errors > 0) {
        figures.put(
            operation.word(),
            new IoFigures.Figure(requests, bytes(operation), errors, times(operation)));
      }
    }
    return new IoFigures(figures);
  }

  private long errors(Operation operation) {
    return failures.entrySet().stream()
        .filter(failure -> failure.getKey().operation() == operation)
        .mapToLong(failure -> failure.getValue().sum())
        .sum();
  }
}
