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
import java.util.OptionalLong;
import java.util.Set;

/// Adding, changing and removing nodes, as operations. Any thread.
public final class Nodes {
  private final BlockGraph graph;

  /// The nodes of `graph`.
  public Nodes(BlockGraph graph) {
    this.graph = graph;
  }

  /// Adds a node as [#adding] says.
  public Result<Committed> add(NodeRequest request, Ask ask) {
    return make(adding(request), ask);
  }

  /// Removes a node as [#removing] says.
  public Result<Committed> remove(NodeName node, Ask ask) {
    return make(removing(node), ask);
  }

  /// Changes a node as [#changing] says.
  public Result<Committed> change(NodeName node, NodePatch patch, Ask ask) {
    return make(changing(node, patch), ask);
  }

  private Result<Committed> make(Operation operation, Ask ask) {
    return graph.make(operation, ask).then(made -> new Result.Done<>(made.committed()));
  }

  /// Adds a named node and the nodes given inline below it.
  public Operation adding(NodeRequest request) {
    String what = "add node '" + request.name().orElseThrow() + "'";
    return view ->
        new Result.Done<>(
            Change.of(
                what, NewNodes.edits(request, NodeSpec.Origin.NAMED, view.state().topology())));
  }

  /// Removes a node that has no parents, and the inline nodes below it that nobody else uses.
  public Operation removing(NodeName node) {
    Change change =
        Change.of("remove node '" + node + "'", List.of(new GraphEdit.RemoveNode(node)));
    return _ -> new Result.Done<>(change);
  }

  /// Changes a node while it is in use.
  public Operation changing(NodeName name, NodePatch patch) {
    return view -> {
      Topology topology = view.state().topology();
      Optional<NodeSpec> node = topology.node(name);
      if (node.isEmpty()) {
        return refused(new Refusal.NodeNotFound(name));
      }
      Optional<Rejection> objection =
          fixedOption(node.get(), patch).or(() -> unsafeSwap(topology, node.get(), patch));
      if (objection.isPresent()) {
        return new Result.Rejected<>(objection.get());
      }
      Change change = Change.of("change node '" + name + "'", edits(topology, node.get(), patch));
      return new Result.Done<>(change.expecting(OptionalLong.of(view.state().revision())));
    };
  }

  private static List<GraphEdit> edits(Topology topology, NodeSpec node, NodePatch patch) {
    List<GraphEdit> edits = new ArrayList<>();
    patch
        .access()
        .ifPresent(access -> edits.addAll(AccessEdits.withFilters(topology, node.name(), access)));
    Options options = merged(node.options(), patch);
    if (!options.equals(node.options())) {
      edits.add(new GraphEdit.SetOptions(node.name(), options));
    }
    patch.children().forEach((child, to) -> childEdit(node, child, to).ifPresent(edits::add));
    return edits;
  }

  private Optional<Rejection> unsafeSwap(Topology topology, NodeSpec node, NodePatch patch) {
    return patch.children().entrySet().stream()
        .flatMap(child -> unsafeSwap(topology, node, child.getKey(), child.getValue()).stream())
        .findFirst();
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
