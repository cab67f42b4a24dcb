package io.blockgraph.rest;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.NodeDescription;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GraphState;
import io.blockgraph.graph.NodeSpec;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A node as it is shown.
///
/// @param nodeName its name
/// @param driver who drives it
/// @param readOnly whether writes are refused
/// @param origin named, inline (goes with its parent) or implicit (a job's own)
/// @param state open, inactive when it is handed over, unavailable when it could not be opened at
///   the start of the service, or past in a graph of an earlier revision
/// @param reason why it is unavailable
/// @param sizeBytes its length now
/// @param options its options and children as a caller would write them
/// @param facts what it tells of itself
/// @param children edges to its children
/// @param parents edges of those who use it
/// @param revision the graph's revision
@Schema(name = "Node")
public record NodeView(
    String nodeName,
    String driver,
    boolean readOnly,
    String origin,
    String state,
    @Nullable String reason,
    @Nullable Long sizeBytes,
    Map<String, @Nullable Object> options,
    Map<String, Object> facts,
    List<EdgeView> children,
    List<EdgeView> parents,
    long revision)
    implements Revisioned {

  static NodeView of(NodeSpec spec, OptionSpec options, BlockGraph.View view) {
    var topology = view.state().topology();
    var broken = view.unavailable(spec.name());
    return new NodeView(
        spec.name().value(),
        spec.driver().value(),
        spec.readOnly(),
        spec.origin().name().toLowerCase(Locale.ROOT),
        state(spec, broken.isPresent()),
        broken.map(Throwable::getMessage).orElse(null),
        size(spec, view),
        NodeDescription.of(spec, options),
        view.facts(spec.name()),
        topology.childrenOf(spec.name()).stream().map(EdgeView::of).toList(),
        topology.parentsOf(spec.name()).stream().map(EdgeView::of).toList(),
        view.state().revision());
  }

  /// A node of an earlier graph.
  static NodeView past(NodeSpec spec, OptionSpec options, GraphState past) {
    var topology = past.topology();
    return new NodeView(
        spec.name().value(),
        spec.driver().value(),
        spec.readOnly(),
        spec.origin().name().toLowerCase(Locale.ROOT),
        "past",
        null,
        null,
        NodeDescription.of(spec, options),
        Map.of(),
        topology.childrenOf(spec.name()).stream().map(EdgeView::of).toList(),
        topology.parentsOf(spec.name()).stream().map(EdgeView::of).toList(),
        past.revision());
  }

  private static String state(NodeSpec spec, boolean isBroken) {
    if (isBroken) {
      return "unavailable";
    }
    return spec.active() ? "open" : "inactive";
  }

  private static @Nullable Long size(NodeSpec spec, BlockGraph.View view) {
    try {
      return view.disk(spec.name()).sizeBytes();
    } catch (BlockException e) {
      return null;
    }
  }
}
