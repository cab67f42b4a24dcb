package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where the overlay goes that is asked for above a node: above the node. A node that a job owns is
/// busy, unless the job's filter right above it admits overlays; then it goes above the filter.
///
///     parents --> filter --> node     becomes     parents --> overlay --backing--> filter --> node
///
/// So the job keeps what it has begun with, and nobody writes it any more. When the filter goes,
/// the overlay stands on the node. Pure.
///
/// @param top what the overlay stands on: the node, or the filter above it
/// @param kept what is not to change any more: the node, or what the filter shows
/// @param moves the edits that bring everybody to the overlay
record OverlayPlace(NodeName top, NodeName kept, List<GraphEdit> moves) {
  OverlayPlace {
    moves = List.copyOf(moves);
  }

  /// The place for `overlay` above `node`, or why there is none.
  static Ruling<OverlayPlace> of(NodeName overlay, NodeName node, Topology graph, RuleBook rules) {
    Optional<Refusal> busy = Busy.objection(graph, node);
    if (busy.isEmpty()) {
      return new Ruling.Allowed<>(new OverlayPlace(node, node, List.of(all(node, overlay))));
    }
    Optional<OverlayPlace> admitted =
        busy.get() instanceof Refusal.NodeBusy
            ? new Filters(graph, rules).place(overlay, node)
            : Optional.empty();
    return admitted
        .<Ruling<OverlayPlace>>map(Ruling.Allowed::new)
        .orElseGet(() -> new Ruling.Refused<>(busy.get()));
  }

  private static GraphEdit all(NodeName from, NodeName overlay) {
    return new GraphEdit.MoveParents(from, overlay, Set.of());
  }

  /// Makes what is kept read-only, and the filter above it.
  List<GraphEdit> protection(Topology graph) {
    List<GraphEdit> edits = new ArrayList<>(AccessEdits.of(graph, kept, NodeSpec.Access.READ_ONLY));
    if (!top.equals(kept)) {
      edits.add(new GraphEdit.SetAccess(top, NodeSpec.Access.READ_ONLY));
    }
    return edits;
  }

  /// The filters of jobs in a graph.
  private record Filters(Topology graph, RuleBook rules) {
    /// The place above the filter that `node` is, or that stands on it.
    Optional<OverlayPlace> place(NodeName overlay, NodeName node) {
      if (admits(node)) {
        return new Walks(graph, rules)
            .filteredChild(node)
            .map(shown -> new OverlayPlace(node, shown, List.of(all(node, overlay))));
      }
      return graph.parentsOf(node).stream()
          .filter(edge -> edge.roles().has(Role.FILTERED))
          .flatMap(Filters::nodeAbove)
          .filter(this::admits)
          .filter(filter -> Busy.owners(graph, filter).equals(Busy.owners(graph, node)))
          .findFirst()
          .map(filter -> new OverlayPlace(filter, node, moves(filter, node, overlay)));
    }

    /// Those who use the node beside the filter are brought along, but for other filters of jobs.
    private List<GraphEdit> moves(NodeName filter, NodeName node, NodeName overlay) {
      Set<EdgeId> staying =
          graph.parentsOf(node).stream()
              .filter(edge -> nodeAbove(edge).anyMatch(this::isImplicit))
              .map(Edge::id)
              .collect(Collectors.toSet());
      return List.of(all(filter, overlay), new GraphEdit.MoveParents(node, overlay, staying));
    }

    private static Stream<NodeName> nodeAbove(Edge edge) {
      return edge.parent() instanceof Parent.OfNode(NodeName above)
          ? Stream.of(above)
          : Stream.empty();
    }

    private boolean isImplicit(NodeName node) {
      return graph.node(node).orElseThrow().origin() == NodeSpec.Origin.IMPLICIT;
    }

    private boolean admits(NodeName node) {
      DriverName driver = graph.node(node).orElseThrow().driver();
      return isImplicit(node) && rules.rulesOf(driver).orElseThrow().admitsOverlay();
    }
  }
}
