package io.blockgraph.rest;

import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.NodeDescription;
import io.blockgraph.engine.GraphState;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What differs between two revisions of the graph.
///
/// @param from the one
/// @param to the other
/// @param nodesAdded nodes only the other has
/// @param nodesRemoved nodes only the one has
/// @param nodesChanged what both say of a node that both have and that is not the same
/// @param usersAdded users only the other has
/// @param usersRemoved users only the one has
/// @param usersChanged users for whom something else is remembered
/// @param edgesAdded edges only the other has
/// @param edgesRemoved edges only the one has
/// @param edgesChanged edges that lead elsewhere or take or share something else
@Schema(name = "Difference")
record DifferenceView(
    long from,
    long to,
    List<String> nodesAdded,
    List<String> nodesRemoved,
    List<NodeChangeView> nodesChanged,
    List<String> usersAdded,
    List<String> usersRemoved,
    List<String> usersChanged,
    List<EdgeView> edgesAdded,
    List<EdgeView> edgesRemoved,
    List<EdgeChangeView> edgesChanged) {

  /// A node that is not the same.
  ///
  /// @param before members that differ, as the one has them; one that it has not is left out
  /// @param after the same of the other
  @Schema(name = "NodeChanged")
  record NodeChangeView(
      String nodeName, Map<String, @Nullable Object> before, Map<String, @Nullable Object> after) {}

  /// An edge that is not the same.
  @Schema(name = "EdgeChanged")
  record EdgeChangeView(EdgeView before, EdgeView after) {}

  static DifferenceView between(GraphState one, GraphState other, DriverRegistry drivers) {
    GraphDiff diff = GraphDiff.between(one.topology(), other.topology());
    return new DifferenceView(
        one.revision(),
        other.revision(),
        names(diff.nodesAdded()),
        names(diff.nodesRemoved()),
        diff.nodesChanged().stream()
            .map(node -> change(one.topology().node(node.name()).orElseThrow(), node, drivers))
            .toList(),
        ids(diff.usersAdded()),
        ids(diff.usersRemoved()),
        ids(diff.usersChanged()),
        diff.edgesAdded().stream().map(EdgeView::of).toList(),
        diff.edgesRemoved().stream().map(EdgeView::of).toList(),
        diff.edgesChanged().stream()
            .map(edge -> new EdgeChangeView(EdgeView.of(edge.before()), EdgeView.of(edge.after())))
            .toList());
  }

  private static NodeChangeView change(NodeSpec one, NodeSpec other, DriverRegistry drivers) {
    Map<String, @Nullable Object> before = describe(one, drivers);
    Map<String, @Nullable Object> after = describe(other, drivers);
    TreeSet<String> members = new TreeSet<>(before.keySet());
    members.addAll(after.keySet());
    members.removeIf(member -> JsonValues.same(before.get(member), after.get(member)));
    before.keySet().retainAll(members);
    after.keySet().retainAll(members);
    return new NodeChangeView(one.name().value(), before, after);
  }

  private static Map<String, @Nullable Object> describe(NodeSpec node, DriverRegistry drivers) {
    Map<String, @Nullable Object> plain =
        new LinkedHashMap<>(
            NodeDescription.of(node, drivers.find(node.driver()).orElseThrow().options()));
    plain.put("origin", node.origin().name().toLowerCase(java.util.Locale.ROOT));
    plain.put(NodeSpec.ACTIVE, node.active());
    return plain;
  }

  private static List<String> names(List<NodeSpec> nodes) {
    return nodes.stream().map(node -> node.name().value()).toList();
  }

  private static List<String> ids(List<User> users) {
    return users.stream().map(user -> user.id().value()).toList();
  }
}
