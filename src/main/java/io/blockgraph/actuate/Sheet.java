package io.blockgraph.actuate;

import io.blockgraph.engine.Latencies;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What one scrape answers: values by metric and labels. One thread.
final class Sheet {
  private static final double NANOS = 1e9;

  private final Map<Metric, List<Point>> points = new EnumMap<>(Metric.class);

  private sealed interface Point {
    Labels labels();
  }

  private record Value(Labels labels, double value) implements Point {}

  private record Times(Labels labels, Latencies.Snapshot snapshot) implements Point {}

  /// A value with one value for each label of the metric.
  void value(Metric metric, double value, String... labels) {
    add(metric, new Value(labels(metric, labels), value));
  }

  /// A histogram.
  void times(Metric metric, Latencies.Snapshot snapshot, String... labels) {
    add(metric, new Times(labels(metric, labels), snapshot));
  }

  private void add(Metric metric, Point point) {
    points.computeIfAbsent(metric, _ -> new ArrayList<>()).add(point);
  }

  private static Labels labels(Metric metric, String... values) {
    return Labels.of(metric.labels(), List.of(values));
  }

  /// Everything that was put down; a metric without values is left out.
  MetricSnapshots all() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    points.forEach((metric, values) -> all.metricSnapshot(snapshot(metric, values)));
    return all.build();
  }

  private static MetricSnapshot snapshot(Metric metric, List<Point> values) {
    return switch (metric.type()) {
      case GAUGE -> {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(metric.title());
        values.forEach(
            point ->
                gauge.dataPoint(
                    GaugeDataPointSnapshot.builder()
                        .labels(point.labels())
                        .value(number(point))
                        .build()));
        yield gauge.help(metric.help()).build();
      }
      case COUNTER -> {
        CounterSnapshot.Builder counter =
            CounterSnapshot.builder().name(metric.title().replaceFirst("_total$", ""));
        values.forEach(
            point ->
                counter.dataPoint(
                    CounterDataPointSnapshot.builder()
                        .labels(point.labels())
                        .value(number(point))
                        .build()));
        yield counter.help(metric.help()).build();
      }
      case HISTOGRAM -> {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder().name(metric.title());
        values.forEach(point -> histogram.dataPoint(histogram(point)));
        yield histogram.help(metric.help()).build();
      }
      case INFO -> {
        InfoSnapshot.Builder info =
            InfoSnapshot.builder().name(metric.title().replaceFirst("_info$", ""));
        values.forEach(
            point ->
                info.dataPoint(InfoDataPointSnapshot.builder().labels(point.labels()).build()));
        yield info.help(metric.help()).build();
      }
    };
  }

  private static double number(Point point) {
    return switch (point) {
      case Value(Labels _, double value) -> value;
      case Times(Labels _, Latencies.Snapshot snapshot) -> snapshot.count();
    };
  }

  private static HistogramDataPointSnapshot histogram(Point point) {
    if (!(point instanceof Times(Labels labels, Latencies.Snapshot snapshot))) {
      throw new IllegalStateException("a histogram is made of times, not " + point);
    }
    double[] bounds = Arrays.stream(snapshot.boundsNanos()).mapToDouble(n -> n / NANOS).toArray();
    double[] closed = Arrays.copyOf(bounds, bounds.length + 1);
    closed[bounds.length] = Double.POSITIVE_INFINITY;
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(ClassicHistogramBuckets.of(closed, snapshot.counts()))
        .sum(snapshot.sumNanos() / NANOS)
        .build();
  }
}
