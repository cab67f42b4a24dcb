package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Metering;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.export.nbd.NbdExports;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.UserId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// What was asked of nodes, over edges and by clients, and word of writes that go far. None of it
/// is part of the graph, and none is remembered over a restart.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "statistics", description = "What was asked of nodes, over edges and by clients")
final class StatsController {
  private final Metering metering;
  private final NbdExports exports;
  private final StrictJson json;

  StatsController(Metering metering, NbdExports exports, StrictJson json) {
    this.metering = metering;
    this.exports = exports;
    this.json = json;
  }

  /// What was asked of a node.
  ///
  /// @param timed whether requests are timed
  /// @param inFlight requests of users that are under way
  /// @param writeHighestOffset where the write that went furthest ended
  /// @param writeThreshold what the next write beyond it is told of; null for none
  /// @param operations what came over all edges, and what jobs copied, by kind
  /// @param edges what came over each edge that is there
  @Schema(name = "NodeStats")
  record NodeStatsView(
      String nodeName,
      boolean timed,
      int inFlight,
      long writeHighestOffset,
      @Nullable Long writeThreshold,
      List<FigureView> operations,
      List<EdgeStatsView> edges) {
    static NodeStatsView of(String node, Metering.OfNode seen) {
      NodeTraffic traffic = seen.traffic();
      return new NodeStatsView(
          node,
          traffic.bins().isPresent(),
          seen.inFlight(),
          traffic.highestBytes(),
          boxed(traffic.threshold()),
          FigureView.of(traffic.figures()),
          seen.edges().stream().map(EdgeStatsView::of).toList());
    }
  }

  /// What was asked over an edge.
  ///
  /// @param counted whether requests are counted: those of users are, those of a node only while
  ///   the child has histograms or a write threshold
  /// @param inFlight requests of its user that are under way; null for an edge of a node
  @Schema(name = "EdgeStats")
  record EdgeStatsView(
      String edge, boolean counted, @Nullable Long inFlight, List<FigureView> operations) {
    static EdgeStatsView of(Metering.OfEdge seen) {
      return new EdgeStatsView(
          seen.id().value(), seen.counted(), boxed(seen.inFlight()), FigureView.of(seen.figures()));
    }
  }

  /// What the clients of an export have asked, those that are gone included.
  ///
  /// @param connections how many there are now
  /// @param inFlight requests to the graph that are under way
  @Schema(name = "ExportStats")
  record ExportStatsView(
      String export, int connections, int inFlight, List<FigureView> operations) {}

  /// What somebody wants to be told of.
  ///
  /// @param bytes the next write that ends beyond it is told of, once; null for none
  @Schema(name = "WriteThreshold")
  record WriteThresholdView(String nodeName, @Nullable Long bytes) {}

  @Operation(operationId = "getNodeStats", summary = "What was asked of a node")
  @GetMapping("/nodes/{node}/stats")
  NodeStatsView node(@PathVariable String node) {
    return NodeStatsView.of(node, Answers.of(metering.node(Answers.node(node))));
  }

  @Operation(operationId = "resetNodeStats", summary = "Begin to count anew at a node")
  @PostMapping("/nodes/{node}/stats/reset")
  NodeStatsView resetNode(@PathVariable String node) {
    return NodeStatsView.of(node, Answers.of(metering.reset(Answers.node(node))));
  }

  @Operation(
      operationId = "setHistograms",
      summary = "Time requests to a node, in bins of your own")
  @PutMapping("/nodes/{node}/histograms")
  NodeStatsView time(@PathVariable String node, @RequestBody byte[] body) {
    NodeName name = Answers.node(node);
    return NodeStatsView.of(
        node, Answers.of(metering.time(name, HistogramBody.read(json.read(body)))));
  }

  @Operation(operationId = "removeHistograms", summary = "Time requests to a node no more")
  @DeleteMapping("/nodes/{node}/histograms")
  NodeStatsView stopTiming(@PathVariable String node) {
    return NodeStatsView.of(node, Answers.of(metering.stopTiming(Answers.node(node))));
  }

  @Operation(
      operationId = "getWriteThreshold",
      summary = "Beyond which write somebody wants to be told")
  @GetMapping("/nodes/{node}/write-threshold")
  WriteThresholdView threshold(@PathVariable String node) {
    return threshold(node, Answers.of(metering.node(Answers.node(node))));
  }

  @Operation(
      operationId = "setWriteThreshold",
      summary = "Be told, once, of the next write that ends beyond so many bytes")
  @PutMapping("/nodes/{node}/write-threshold")
  WriteThresholdView setThreshold(@PathVariable String node, @RequestBody byte[] body) {
    NodeName name = Answers.node(node);
    Options options =
        Answers.of(RequestValidator.options(json.read(body), Bodies.WRITE_THRESHOLD, ""));
    OptionalLong bytes = OptionalLong.of(options.number("bytes").orElseThrow());
    return threshold(node, Answers.of(metering.threshold(name, bytes)));
  }

  @Operation(operationId = "removeWriteThreshold", summary = "Be told of no write")
  @DeleteMapping("/nodes/{node}/write-threshold")
  WriteThresholdView removeThreshold(@PathVariable String node) {
    NodeName name = Answers.node(node);
    return threshold(node, Answers.of(metering.threshold(name, OptionalLong.empty())));
  }

  private static WriteThresholdView threshold(String node, Metering.OfNode seen) {
    return new WriteThresholdView(node, boxed(seen.traffic().threshold()));
  }

  @Operation(operationId = "getEdgeStats", summary = "What was asked over an edge")
  @GetMapping("/edges/{id}/stats")
  EdgeStatsView edge(@PathVariable String id) {
    return EdgeStatsView.of(Answers.of(metering.edge(new EdgeId(id))));
  }

  @Operation(operationId = "getExportStats", summary = "What the clients of an export have asked")
  @GetMapping("/exports/{export}/stats")
  ExportStatsView export(@PathVariable String export) {
    UserId id = Answers.user(export, ProblemKind.EXPORT_NOT_FOUND);
    NbdExports.Figures seen = exports.figures(id).orElseThrow(() -> ExportController.notFound(id));
    return new ExportStatsView(
        export, seen.view().clients().size(), seen.inFlight(), FigureView.of(seen.figures()));
  }

  @Operation(operationId = "resetExportStats", summary = "Begin to count anew at an export")
  @PostMapping("/exports/{export}/stats/reset")
  ExportStatsView resetExport(@PathVariable String export) {
    exports.reset(Answers.user(export, ProblemKind.EXPORT_NOT_FOUND));
    return export(export);
  }

  private static @Nullable Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }
}
