package io.blockgraph.engine;

import io.blockgraph.graph.NodeName;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// A store that knows how it does: what it wrote last, what went wrong, and what it has been at for
/// how long. [#standing] answers from memory, also while the store hangs.
public final class WatchedStore implements GraphStore {
  private final GraphStore store;
  private final InstantSource clock;
  private final Set<Call> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Optional<Outcome>> last = new AtomicReference<>(Optional.empty());
  private final Latencies deciding = new Latencies();

  /// Watches `store`.
  public WatchedStore(GraphStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /// A call that has not returned; one object a call.
  private static final class Call {
    private final Instant since;

    Call(Instant since) {
      this.since = since;
    }
  }

  /// How a write ended.
  ///
  /// @param what the write: `decide`
  /// @param at when
  /// @param kept whether the store has it
  public record Outcome(String what, Instant at, boolean kept) {}

  /// How the store does.
  ///
  /// @param last how the last write ended; empty before the first
  /// @param busySince since when the oldest write has been under way
  public record Standing(Optional<Outcome> last, Optional<Instant> busySince) {
    /// Whether the store would take a change at `now`, as far as that is known; empty before the
    /// first write has ended.
    ///
    /// @param patience a write that takes longer counts as failed
    public Optional<Boolean> isWritable(Instant now, Duration patience) {
      boolean hangs = busySince.isPresent() && busySince.get().plus(patience).isBefore(now);
      return hangs ? Optional.of(false) : last.map(Outcome::kept);
    }
  }

  /// How the store does now.
  public Standing standing() {
    return new Standing(
        last.get(), underWay.stream().map(call -> call.since).min(Instant::compareTo));
  }

  /// How long decisions took to be durable, those that failed too.
  public Latencies.Snapshot deciding() {
    return deciding.snapshot();
  }

  @Override
  public Stored load() {
    return store.load();
  }

  @Override
  public long intend(String what, List<String> paths) {
    return writing("intend", () -> store.intend(what, paths));
  }

  @Override
  public void created(long intent, String path, String identity) {
    writing("note a file", () -> store.created(intent, path, identity));
  }

  @Override
  public void lengthening(long intent, NodeName node, long bytes) {
    writing("note a length", () -> store.lengthening(intent, node, bytes));
  }

  @Override
  public List<OldLength> oldLengths() {
    return store.oldLengths();
  }

  @Override
  public void settleLengths(Set<NodeName> nodes) {
    writing("settle lengths", () -> store.settleLengths(nodes));
  }

  @Override
  public void decide(Decision decision) {
    long begun = System.nanoTime();
    try {
      writing("decide", () -> store.decide(decision));
    } finally {
      deciding.record(System.nanoTime() - begun);
    }
  }

  @Override
  public void rewrite(GraphState after, String what) {
    writing("rewrite", () -> store.rewrite(after, what));
  }

  @Override
  public void abandon(long intent) {
    writing("abandon", () -> store.abandon(intent));
  }

  @Override
  public void probe() {
    writing("probe", store::probe);
  }

  private void writing(String what, Runnable write) {
    writing(
        what,
        () -> {
          write.run();
          return true;
        });
  }

  private <T> T writing(String what, Supplier<T> write) {
    Call call = new Call(clock.instant());
    underWay.add(call);
    boolean kept = false;
    try {
      T answer = write.get();
      kept = true;
      return answer;
    } finally {
      last.set(Optional.of(new Outcome(what, clock.instant(), kept)));
      underWay.remove(call);
    }
  }
}
