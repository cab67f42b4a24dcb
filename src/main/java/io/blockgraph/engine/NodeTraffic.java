package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What users have asked of one node since it was opened. Any thread; counting a request that
/// succeeds takes no lock and allocates nothing.
///
/// Counts are kept in stripes of two cache lines, one for each few threads, so that threads that
/// use one node at once do not wait for each other's cache line; both counts of a request lie in
/// one line.
public final class NodeTraffic {
  private static final Operation[] OPERATIONS = Operation.values();

  private static final int STRIPES =
      Integer.highestOneBit(Math.clamp(Runtime.getRuntime().availableProcessors() * 2L, 4, 64));
  private static final int LONGS_PER_STRIPE = 16;
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  /// By stripe and operation: requests, then bytes. The first stripe is left out: it shares its
  /// cache line with the array's header.
  private final long[] counts = new long[(STRIPES + 1) * LONGS_PER_STRIPE];

  private final Map<Failure, LongAdder> failures = new ConcurrentHashMap<>();
  private volatile Latencies @Nullable [] times;

  /// What is asked of a node.
  public enum Operation {
    READ,
    WRITE,
    FLUSH,
    WRITE_ZEROES,
    DISCARD;

    /// The word used in metrics: `write-zeroes`.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// A way to fail.
  public record Failure(Operation operation, BlockException.Kind kind) {}

  /// Requests that succeeded, and the bytes they were about.
  public record Count(long requests, long bytes) {}

  /// From now on requests are timed, too; what was timed before stays.
  void time() {
    if (times == null) {
      Latencies[] fresh = new Latencies[OPERATIONS.length];
      Arrays.setAll(fresh, _ -> new Latencies());
      times = fresh;
    }
  }

  /// A request begins; the answer is to be given back to [#served]. Not timed, it costs one read of
  /// memory.
  long begin() {
    return times == null ? 0 : System.nanoTime();
  }

  /// A request that began at `begun` has succeeded.
  void served(Operation operation, long length, long begun) {
    count(operation, length);
    Latencies[] timed = times;
    if (timed != null && begun != 0) {
      timed[operation.ordinal()].record(System.nanoTime() - begun);
    }
  }

  /// A request has succeeded.
  public void count(Operation operation, long length) {
    int stripe = ((int) Thread.currentThread().threadId() & (STRIPES - 1)) + 1;
    int at = stripe * LONGS_PER_STRIPE + 2 * operation.ordinal();
    COUNT.getAndAdd(counts, at, 1L);
    COUNT.getAndAdd(counts, at + 1, length);
  }

  /// A request has failed.
  public void failed(Operation operation, BlockException.Kind kind) {
    failures.computeIfAbsent(new Failure(operation, kind), _ -> new LongAdder()).increment();
  }

  /// What succeeded so far, of the operations that were asked for at all.
  public Map<Operation, Count> counts() {
    Map<Operation, Count> all = new EnumMap<>(Operation.class);
    for (Operation operation : OPERATIONS) {
      long asked = sum(2 * operation.ordinal());
      if (asked > 0) {
        all.put(operation, new Count(asked, sum(2 * operation.ordinal() + 1)));
      }
    }
    return all;
  }

  private long sum(int at) {
    long sum = 0;
    for (int stripe = 1; stripe <= STRIPES; stripe++) {
      sum += (long) COUNT.getVolatile(counts, stripe * LONGS_PER_STRIPE + at);
    }
    return sum;
  }

  /// What failed so far.
  public Map<Failure, Long> failures() {
    Map<Failure, Long> counts = new ConcurrentHashMap<>();
    failures.forEach((failure, count) -> counts.put(failure, count.sum()));
    return counts;
  }

  /// How long requests took, of the operations that were timed and asked for.
  public Map<Operation, Latencies.Snapshot> times() {
    Map<Operation, Latencies.Snapshot> timed = new EnumMap<>(Operation.class);
    Latencies[] all = times;
    for (int i = 0; all != null && i < all.length; i++) {
      Latencies.Snapshot snapshot = all[i].snapshot();
      if (snapshot.count() > 0) {
        timed.put(OPERATIONS[i], snapshot);
      }
    }
    return timed;
  }
}
