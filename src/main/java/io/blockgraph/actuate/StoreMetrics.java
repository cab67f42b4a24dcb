package io.blockgraph.actuate;

import io.blockgraph.engine.WatchedStore;
import java.time.InstantSource;

/// The series of the state store.
record StoreMetrics(WatchedStore store, InstantSource clock) implements Series {
  @Override
  public void collect(Sheet sheet) {
    sheet.times(Metric.JOURNAL_SECONDS, store.deciding());
    store
        .standing()
        .isWritable(clock.instant(), StoreHealth.PATIENCE)
        .ifPresent(writable -> sheet.value(Metric.STORE_WRITABLE, writable ? 1 : 0));
  }
}
