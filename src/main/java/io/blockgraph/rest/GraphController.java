package io.blockgraph.rest;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GraphState;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphPath;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The graph as a whole.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "graph", description = "The graph as a whole, its edges, paths and pictures")
final class GraphController {
  private final BlockGraph graph;
  private final PastGraphs past;

  GraphController(BlockGraph graph, PastGraphs past) {
    this.graph = graph;
    this.past = past;
  }

  /// The graph as it is shown.
  ///
  /// @param revision grows by one with every lasting change
  @Schema(name = "Graph")
  record GraphView(long revision, List<NodeView> nodes, List<UserView> users, List<EdgeView> edges)
      implements Revisioned {}

  /// A user of the graph as it is shown.
  @Schema(name = "User")
  record UserView(String id, String kind) {}

  /// Edges at one revision.
  @Schema(name = "Edges")
  record EdgesView(long revision, List<EdgeView> edges) implements Revisioned {}

  /// Where a path leads.
  ///
  /// @param node the node at its end, null when the last step leads nowhere
  @Schema(name = "Path")
  record PathView(String root, String path, @Nullable String node, long revision)
      implements Revisioned {}

  @Operation(operationId = "getGraph", summary = "The whole graph, as it is or as it was")
  @GetMapping(value = "/graph", produces = MediaType.APPLICATION_JSON_VALUE)
  GraphView graph(@RequestParam(required = false) @Nullable Long revision) {
    return revision == null ? now() : at(past.at(revision));
  }

  /// An earlier graph: of its disks nothing is known any more.
  private GraphView at(GraphState state) {
    if (state.revision() == graph.state().revision()) {
      return now();
    }
    Topology topology = state.topology();
    return new GraphView(
        state.revision(),
        topology.nodes().stream()
            .map(spec -> NodeView.past(spec, NodeController.options(graph, spec), state))
            .toList(),
        users(topology),
        topology.edges().stream().map(EdgeView::of).toList());
  }

  private static List<UserView> users(Topology topology) {
    return topology.users().stream()
        .map(user -> new UserView(user.id().value(), user.kind().word()))
        .toList();
  }

  private GraphView now() {
    return graph.inspect(
        view -> {
          var topology = view.state().topology();
          return new GraphView(
              view.state().revision(),
              topology.nodes().stream()
                  .map(spec -> NodeView.of(spec, NodeController.options(graph, spec), view))
                  .toList(),
              users(topology),
              topology.edges().stream().map(EdgeView::of).toList());
        });
  }

  @Operation(operationId = "getGraphAsDot", summary = "The graph in the language of Graphviz")
  @GetMapping(value = "/graph.dot", produces = "text/vnd.graphviz;charset=UTF-8")
  String dot() {
    return DotPicture.of(graph.state().topology());
  }

  @Operation(operationId = "getGraphAsSvg", summary = "A picture of the graph")
  @GetMapping(value = "/graph.svg", produces = "image/svg+xml")
  String svg() {
    return SvgPicture.of(graph.state().topology());
  }

  @Operation(operationId = "getPath", summary = "The node at the end of a path of children")
  @GetMapping("/graph/path")
  PathView path(@RequestParam String root, @RequestParam String path) {
    GraphState state = graph.state();
    return switch (new GraphPath(root, path).in(state.topology())) {
      case GraphPath.Destination.Found(var node) ->
          new PathView(root, path, node.value(), state.revision());
      case GraphPath.Destination.NoLeaf _ -> new PathView(root, path, null, state.revision());
      case GraphPath.Destination.Malformed(String reason) ->
          throw Answers.parameter("path", reason);
      case GraphPath.Destination.NoWay(String reason) ->
          throw new ProblemException(ProblemKind.NODE_NOT_FOUND, reason);
    };
  }

  @Operation(operationId = "listEdges", summary = "Every edge with what it takes and shares")
  @GetMapping("/edges")
  EdgesView edges() {
    GraphState state = graph.state();
    return new EdgesView(
        state.revision(), state.topology().edges().stream().map(EdgeView::of).toList());
  }

  @Operation(operationId = "getEdge", summary = "One edge")
  @GetMapping("/edges/{id}")
  EdgeView edge(@PathVariable String id) {
    EdgeId edge = new EdgeId(id);
    return graph
        .state()
        .topology()
        .edge(edge)
        .map(EdgeView::of)
        .orElseThrow(
            () -> new ProblemException(RefusalProblems.of(new Refusal.EdgeNotFound(edge))));
  }
}
