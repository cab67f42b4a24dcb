package io.blockgraph.rest;

import io.blockgraph.engine.IoFigures;
import io.blockgraph.engine.Latencies;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Requests of one kind, counted.
///
/// @param operation the kind: read, write, flush, write-zeroes, discard; of clients over NBD also
///   trim, block-status and cache
/// @param requests those that succeeded
/// @param bytes what those were about
/// @param errors those that failed
/// @param totalNanos how long requests took together; null when they are not timed
/// @param histogram how long each took; null when they are not timed
@Schema(name = "OperationFigures")
record FigureView(
    String operation,
    long requests,
    long bytes,
    long errors,
    @Nullable Long totalNanos,
    @Nullable HistogramView histogram) {

  /// Requests by how long they took.
  ///
  /// @param boundaries growing upper bounds in nanoseconds, inclusive
  /// @param bins how many fell into each bin: one more than there are boundaries
  @Schema(name = "LatencyHistogram")
  record HistogramView(List<Long> boundaries, List<Long> bins) {
    static HistogramView of(Latencies.Snapshot times) {
      return new HistogramView(
          Arrays.stream(times.boundsNanos()).boxed().toList(),
          Arrays.stream(times.counts()).boxed().toList());
    }
  }

  /// All kinds that came, by name.
  static List<FigureView> of(IoFigures figures) {
    return new TreeMap<>(figures.byWord())
        .entrySet().stream().map(entry -> of(entry.getKey(), entry.getValue())).toList();
  }

  private static FigureView of(String word, IoFigures.Figure figure) {
    return new FigureView(
        word,
        figure.operations(),
        figure.bytes(),
        figure.errors(),
        figure.times().map(Latencies.Snapshot::sumNanos).orElse(null),
        figure.times().map(HistogramView::of).orElse(null));
  }
}
