package io.blockgraph.actuate;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;

/// Answers a scrape from snapshots. Nothing is kept between two of them, so the series of a node, a
/// job or an export are gone with it, and the data path knows nothing of metrics. Any thread.
final class Scrape implements MultiCollector {
  private final List<Series> parts;

  Scrape(List<Series> parts) {
    this.parts = List.copyOf(parts);
  }

  @Override
  public MetricSnapshots collect() {
    Sheet sheet = new Sheet();
    parts.forEach(part -> part.collect(sheet));
    return sheet.all();
  }
}
