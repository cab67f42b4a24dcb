package io.blockgraph.app;

import io.blockgraph.store.HistoryLimits;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How much of the history of the graph is kept.
///
/// @param revisions so many changes
/// @param age changes that are not older
@ConfigurationProperties("blockgraph.history")
record HistorySettings(@DefaultValue("10000") int revisions, @DefaultValue("90d") Duration age) {

  /// The same as limits.
  ///
  /// @throws BadSetting when there could be no history
  HistoryLimits limits() {
    try {
      return new HistoryLimits(revisions, age);
    } catch (IllegalArgumentException e) {
      throw new BadSetting("blockgraph.history", String.valueOf(e.getMessage()));
    }
  }
}
