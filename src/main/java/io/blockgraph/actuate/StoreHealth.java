package io.blockgraph.actuate;

import io.blockgraph.engine.GraphStore;
import io.blockgraph.engine.WatchedStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Health of the state store: whether it took what was written last. What is told comes from
/// memory; [#probe], on a thread of its own, sees to it that there was something to take.
final class StoreHealth implements HealthIndicator {
  /// After so long without a good write a mark is written.
  static final Duration IDLE = Duration.ofSeconds(10);

  /// A write that takes longer counts as failed.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final WatchedStore store;
  private final InstantSource clock;

  StoreHealth(WatchedStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /// Writes a mark, unless something was kept lately.
  void probe() {
    boolean kept =
        store
            .standing()
            .last()
            .filter(WatchedStore.Outcome::kept)
            .map(outcome -> outcome.at().plus(IDLE).isAfter(clock.instant()))
            .orElse(false);
    if (!kept) {
      write();
    }
  }

  private void write() {
    try {
      store.probe();
    } catch (GraphStore.StoreException e) {
      // The store has noted it, which is what the probe was for.
      assert !store.standing().last().map(WatchedStore.Outcome::kept).orElse(true);
    }
  }

  @Override
  public Health health() {
    Instant now = clock.instant();
    WatchedStore.Standing standing = store.standing();
    Optional<Boolean> writable = standing.isWritable(now, PATIENCE);
    Health.Builder health =
        writable.isEmpty() ? Health.unknown() : writable.get() ? Health.up() : Health.down();
    health.withDetail("checked", "what the last write to the state store came to");
    health.withDetail("checkedAt", now);
    standing
        .last()
        .ifPresent(
            last ->
                health
                    .withDetail("lastWrite", last.what())
                    .withDetail("lastWriteAt", last.at())
                    .withDetail("kept", last.kept()));
    standing.busySince().ifPresent(since -> health.withDetail("writingSince", since));
    return health.build();
  }
}
