package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.graph.EdgeId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was asked of one node since it was opened: over each edge that leads to it, and by those
/// that are gone. Any thread.
///
/// It is locked where edges come and go and where figures are asked for, so that none is missed or
/// counted twice in between; never by a request.
public final class NodeTraffic {
  private static final Operation[] OPERATIONS = Operation.values();
  private static final VarHandle HIGHEST = field("highest");
  private static final VarHandle THRESHOLD = field("threshold");

  /// No write ends beyond it.
  private static final long NO_THRESHOLD = Long.MAX_VALUE;

  private final Map<EdgeId, EdgeTraffic> edges = new ConcurrentHashMap<>();
  private final Map<EdgeId, EdgeTraffic> passing = new ConcurrentHashMap<>();
  private final EdgeTraffic others = new EdgeTraffic(this);
  private final Consumer<Beyond> beyond;
  private volatile @Nullable Bins bins;
  private volatile Look look = Look.FROM_AFAR;
  private volatile IoFigures forgotten = IoFigures.NONE;
  private volatile long highest;
  private volatile long threshold = NO_THRESHOLD;

  /// Of a node without requests so far.
  ///
  /// @param beyond is told, once, of a write beyond the threshold
  NodeTraffic(Consumer<Beyond> beyond) {
    this.beyond = beyond;
  }

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(NodeTraffic.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

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

  /// How closely a node is looked at.
  enum Look {
    /// What users ask is counted.
    FROM_AFAR,
    /// What nodes ask, too.
    CLOSE
  }

  /// A write beyond a threshold.
  ///
  /// @param threshold the bytes somebody wanted to be told of
  /// @param amount how many bytes beyond it the write ends
  record Beyond(long threshold, long amount) {}

  /// From now on requests are timed in these bins, and those timed before are forgotten; none for
  /// not at all.
  synchronized void time(@Nullable Bins wanted) {
    bins = wanted;
    forgotten = forgotten.withoutTimes();
    others.time(wanted);
    Stream.of(edges, passing).forEach(all -> all.values().forEach(edge -> edge.time(wanted)));
  }

  void look(Look wanted) {
    look = wanted;
  }

  /// Whether what nodes ask of it has to pass by here.
  public boolean isLookedAtClosely() {
    return look == Look.CLOSE || threshold != NO_THRESHOLD;
  }

  /// The bins requests are timed in; empty when they are not timed.
  public Optional<Bins> bins() {
    return Optional.ofNullable(bins);
  }

  /// Where requests of an edge that has come count.
  synchronized EdgeTraffic edge(EdgeId id) {
    return edges.computeIfAbsent(id, _ -> begun());
  }

  /// The same, of an edge whose requests are counted elsewhere already: they are not counted twice.
  synchronized EdgeTraffic passing(EdgeId id) {
    return passing.computeIfAbsent(id, _ -> begun());
  }

  private EdgeTraffic begun() {
    EdgeTraffic edge = new EdgeTraffic(this);
    edge.time(bins);
    return edge;
  }

  /// The edge is gone; what it asked stays.
  synchronized void leave(EdgeId id) {
    EdgeTraffic gone = edges.remove(id);
    if (gone != null) {
      others.takeOver(gone);
    }
    passing.remove(id);
  }

  /// Where requests count that come over no edge that lasts.
  EdgeTraffic others() {
    return others;
  }

  /// A request has succeeded.
  public void count(Operation operation, ByteRange range) {
    others.count(operation, range.length());
    if (operation == Operation.WRITE || operation == Operation.WRITE_ZEROES) {
      wroteUpTo(range.end());
    }
  }

  /// A request has failed.
  public void failed(Operation operation, BlockException.Kind kind) {
    others.failed(operation, kind);
  }

  /// Says when the next write goes beyond `bytes`, once; none for never.
  void threshold(OptionalLong bytes) {
    threshold = bytes.orElse(NO_THRESHOLD);
  }

  /// What the next write beyond it is told of; empty when nobody asked, or when it was told.
  public OptionalLong threshold() {
    long now = threshold;
    return now == NO_THRESHOLD ? OptionalLong.empty() : OptionalLong.of(now);
  }

  boolean isBeyondThreshold(long end) {
    return end > threshold;
  }

  /// A write is about to be made that ends there.
  void beyondThreshold(long end) {
    long now = threshold;
    if (end > now && THRESHOLD.compareAndSet(this, now, NO_THRESHOLD)) {
      beyond.accept(new Beyond(now, end - now));
    }
  }

  /// Something was written that ends there.
  void wroteUpTo(long end) {
    for (long now = highest; end > now; now = highest) {
      if (HIGHEST.compareAndSet(this, now, end)) {
        return;
      }
    }
  }

  /// Where the write that went furthest ended.
  public long highestBytes() {
    return highest;
  }

  /// Everything since the node was opened, or since [#reset].
  public synchronized IoFigures figures() {
    return all().minus(forgotten);
  }

  /// The edges that requests came over and that are still there.
  public Set<EdgeId> edges() {
    Set<EdgeId> all = new TreeSet<>(edges.keySet());
    all.addAll(passing.keySet());
    return all;
  }

  /// What was asked over one edge; empty when it never led here.
  Optional<IoFigures> figures(EdgeId edge) {
    return Optional.ofNullable(edges.getOrDefault(edge, passing.get(edge)))
        .map(EdgeTraffic::figures);
  }

  /// Begins anew; [#counts], [#failures] and [#times] go on.
  synchronized void reset() {
    forgotten = all();
    highest = 0;
    others.reset();
    Stream.of(edges, passing).forEach(all -> all.values().forEach(EdgeTraffic::reset));
  }

  private IoFigures all() {
    Map<String, IoFigures.Figure> figures = new TreeMap<>();
    Map<Operation, Count> counts = counts();
    Map<Failure, Long> failures = failures();
    Map<Operation, Latencies.Snapshot> times = times();
    for (Operation operation : OPERATIONS) {
      Count count = counts.getOrDefault(operation, new Count(0, 0));
      long errors =
          failures.entrySet().stream()
              .filter(failure -> failure.getKey().operation() == operation)
              .mapToLong(Map.Entry::getValue)
              .sum();
      if (count.requests() + errors > 0) {
        figures.put(
            operation.word(),
            new IoFigures.Figure(
                count.requests(),
                count.bytes(),
                errors,
                Optional.ofNullable(times.get(operation))));
      }
    }
    return new IoFigures(figures);
  }

  private Stream<EdgeTraffic> counted() {
    return Stream.concat(Stream.of(others), edges.values().stream());
  }

  /// What succeeded so far, of the operations that were asked for at all.
  public synchronized Map<Operation, Count> counts() {
    Map<Operation, Count> all = new EnumMap<>(Operation.class);
    for (Operation operation : OPERATIONS) {
      long asked = counted().mapToLong(edge -> edge.requests(operation)).sum();
      if (asked > 0) {
        long bytes = counted().mapToLong(edge -> edge.bytes(operation)).sum();
        all.put(operation, new Count(asked, bytes));
      }
    }
    return all;
  }

  /// What failed so far.
  public synchronized Map<Failure, Long> failures() {
    Map<Failure, Long> counts = new ConcurrentHashMap<>();
    counted()
        .forEach(
            edge ->
                edge.failures()
                    .forEach((failure, count) -> counts.merge(failure, count.sum(), Long::sum)));
    return counts;
  }

  /// How long requests took, of the operations that were timed and asked for.
  public synchronized Map<Operation, Latencies.Snapshot> times() {
    Map<Operation, Latencies.Snapshot> timed = new EnumMap<>(Operation.class);
    for (Operation operation : OPERATIONS) {
      counted()
          .flatMap(edge -> edge.times(operation).stream())
          .reduce(Latencies.Snapshot::plus)
          .filter(snapshot -> snapshot.count() > 0)
          .ifPresent(snapshot -> timed.put(operation, snapshot));
    }
    return timed;
  }
}
