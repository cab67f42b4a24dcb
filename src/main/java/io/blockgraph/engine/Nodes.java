package io.blockgraph.engine;

import io.blockgraph.driver.NodeRequest;
import io.blockgraph.graph.AccessEdits;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.Walks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Adds, changes and removes nodes. Any thread.
public final class Nodes {
  private final BlockGraph graph;

  /// The nodes of `graph`.
  public Nodes(BlockGraph graph) {
    this.graph = graph;
  }

  /// Adds a named node and the nodes given inline below it.
  public Result<Committed> add(NodeRequest request, Ask ask) {
    String what = "add node '" + request.name().orElseThrow() + "'";
    List<GraphEdit> edits =
        NewNodes.edits(request, NodeSpec.Origin.NAMED, graph.state().topology());
    return Changes.make(graph, Change.of(what, edits), ask);
  }

  /// Removes a node that has no parents, and the inline nodes below it that nobody else uses.
  public Result<Committed> remove(NodeName node, Ask ask) {
    Change change =
        Change.of("remove node '" + node + "'", List.of(new GraphEdit.RemoveNode(node)));
    return Changes.make(graph, change, ask);
  }

  /// Changes a node while it is in use.
  public Result<Committed> change(NodeName name, NodePatch patch, Ask ask) {
    Topology topology = graph.state().topology();
    Optional<NodeSpec> node = topology.node(name);
    if (node.isEmpty()) {
      return refused(new Refusal.NodeNotFound(name));
    }
    List<GraphEdit> edits = new ArrayList<>();
    patch.access().ifPresent(access -> edits.addAll(AccessEdits.of(topology, name, access)));
    Optional<Rejection> fixed = fixedOption(node.get(), patch);
    if (fixed.isPresent()) {
      return new Result.Rejected<>(fixed.get());
    }
    Options options = merged(node.get().options(), patch);
    if (!options.equals(node.get().options())) {
      edits.add(new GraphEdit.SetOptions(name, options));
    }
    for (var child : patch.children().entrySet()) {
      Optional<Rejection> unsafe =
          unsafeSwap(topology, node.get(), child.getKey(), child.getValue());
      if (unsafe.isPresent()) {
        return new Result.Rejected<>(unsafe.get());
      }
      childEdit(node.get(), child.getKey(), child.getValue()).ifPresent(edits::add);
    }
    return Changes.make(graph, Change.of("change node '" + name + "'", edits), ask);
  }

  private Optional<Rejection> fixedOption(NodeSpec node, NodePatch patch) {
    Set<String> changeable = graph.drivers().find(node.driver()).orElseThrow().changeableOptions();
    return patch.options().keySet().stream()
        .filter(option -> !changeable.contains(option))
        .findFirst()
        .map(option -> new Rejection.OptionFixed(node.name(), node.driver(), option));
  }

  /// The options after the patch. A child that was said to be nothing stays said so, as an explicit
  /// null does when a node is added: an image that names a backing file must open again after a
  /// restart.
  private static Options merged(Options options, NodePatch patch) {
    Map<String, Object> values = new LinkedHashMap<>(options.values());
    patch
        .options()
        .forEach(
            (name, value) ->
                value.ifPresentOrElse(v -> values.put(name, v), () -> values.remove(name)));
    patch
        .children()
        .forEach(
            (child, to) -> {
              switch (to) {
                case NodePatch.NewChild.None() -> values.put(child.value(), false);
                case NodePatch.NewChild.To(NodeName _) -> values.remove(child.value());
              }
            });
    return new Options(values);
  }

  /// A format keeps tables of its file in memory: another file under it must be the same file
  /// behind filters.
  private Optional<Rejection> unsafeSwap(
      Topology topology, NodeSpec node, ChildName child, NodePatch.NewChild to) {
    boolean keepsTables =
        node.child(child)
            .map(c -> c.roles().has(Role.METADATA) || c.roles().has(Role.DATA))
            .orElse(false);
    if (!keepsTables || !(to instanceof NodePatch.NewChild.To(NodeName target))) {
      return Optional.empty();
    }
    NodeName now = node.child(child).orElseThrow().node();
    Walks walks = new Walks(topology, graph.drivers());
    boolean same =
        topology.node(target).isEmpty() || walks.skipFilters(target).equals(walks.skipFilters(now));
    return same
        ? Optional.empty()
        : Optional.of(new Rejection.ChildHoldsOtherData(node.name(), child, now, target));
  }

  /// Nothing when the child shall be none and is none.
  private static Optional<GraphEdit> childEdit(
      NodeSpec node, ChildName child, NodePatch.NewChild to) {
    boolean there = node.child(child).isPresent();
    return switch (to) {
      case NodePatch.NewChild.None() ->
          there ? Optional.of(new GraphEdit.DetachChild(node.name(), child)) : Optional.empty();
      case NodePatch.NewChild.To(NodeName target) ->
          Optional.of(
              there
                  ? new GraphEdit.ReplaceChild(node.name(), child, target)
                  : new GraphEdit.AttachChild(
                      node.name(), new ChildSpec(child, Roles.BACKING, target)));
    };
  }

  private static <T> Result<T> refused(Refusal refusal) {
    return new Result.Rejected<>(new Rejection.RuleBroken(refusal));
  }
}
