package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules.ChildCount;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.Walks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Adds children to nodes that have a list of them, as quorums have, and takes them out again,
/// while the node is in use (BG-44). Any thread.
///
/// A new child is called after the highest number there is, so names grow and leave gaps. Whether
/// it may have other parents is a matter of permissions.
public final class ListedChildren {
  private static final String LIST = "children.";

  /// The option by which a node has the same child twice.
  private static final String ALLOW_DUPLICATE = "allowDuplicate";

  /// After so many extents two disks are not known to be equal.
  private static final int MOST_LOOKS = 64;

  private final BlockGraph graph;

  /// Children of the nodes of `graph`.
  public ListedChildren(BlockGraph graph) {
    this.graph = graph;
  }

  /// Whether a node may become a child of the same node again.
  public enum Duplicates {
    ALLOWED,
    REFUSED
  }

  /// A child that came or went, or for a dry run could.
  ///
  /// @param child its name in its parent
  /// @param node the node it leads to
  /// @param warnings what the caller may not have meant, in sentences
  public record Changed(ChildName child, NodeName node, Committed change, List<String> warnings) {}

  /// Makes `child` a child of `parent`.
  public Result<Changed> add(NodeName parent, NodeName child, Duplicates duplicates, Ask ask) {
    return graph
        .make(adding(parent, child, duplicates), ask)
        .then(made -> changed(made, made.committed().diff().edgesAdded(), parent));
  }

  private static Result<Changed> changed(Operation.Made made, List<Edge> edges, NodeName parent) {
    Edge edge =
        edges.stream()
            .filter(e -> e.parent().equals(new Parent.OfNode(parent)))
            .findFirst()
            .orElseThrow();
    return new Result.Done<>(
        new Changed(edge.name(), edge.child(), made.committed(), made.change().told().warnings()));
  }

  /// Making `child` a child of `parent`, as an operation.
  public Operation adding(NodeName parent, NodeName child, Duplicates duplicates) {
    return view -> {
      Optional<Rejection> objection = objection(view, parent, child, duplicates);
      if (objection.isPresent()) {
        return new Result.Rejected<>(objection.get());
      }
      return new Result.Done<>(
          add(view.state().topology().node(parent).orElseThrow(), child, view));
    };
  }

  private Optional<Rejection> objection(
      BlockGraph.View view, NodeName parent, NodeName child, Duplicates duplicates) {
    Topology topology = view.state().topology();
    for (NodeName node : List.of(parent, child)) {
      if (topology.node(node).isEmpty()) {
        return Optional.of(new Rejection.RuleBroken(new Refusal.NodeNotFound(node)));
      }
    }
    NodeSpec spec = topology.node(parent).orElseThrow();
    return fixed(spec, listed(spec).size() + 1)
        .or(
            () ->
                duplicates == Duplicates.ALLOWED
                    ? Optional.empty()
                    : duplicate(spec, child, topology))
        .or(() -> otherLength(spec, child, view));
  }

  private Optional<Rejection> fixed(NodeSpec spec, int wanted) {
    if (roles(spec).isEmpty()) {
      return Optional.of(
          new Rejection.ChildrenFixed(
              spec.name(), "driver '" + spec.driver() + "' has no list of children"));
    }
    int most = count(spec).most();
    return wanted > most
        ? Optional.of(
            new Rejection.ChildrenFixed(
                spec.name(), "with these options it has at most " + most + " of them"))
        : Optional.empty();
  }

  /// The same disk, perhaps behind filters.
  private Optional<Rejection> duplicate(NodeSpec spec, NodeName child, Topology topology) {
    Walks walks = new Walks(topology, graph.drivers());
    NodeName disk = walks.skipFilters(child);
    return spec.children().stream()
        .filter(there -> walks.skipFilters(there.node()).equals(disk))
        .findFirst()
        .map(
            there ->
                new Rejection.DuplicateChild(
                    spec.name(), EdgeId.of(new Parent.OfNode(spec.name()), there.name()), child));
  }

  /// The driver looks once more when the change is made.
  private static Optional<Rejection> otherLength(
      NodeSpec spec, NodeName child, BlockGraph.View view) {
    for (ChildSpec there : listed(spec)) {
      Optional<Rejection> differ = differ(view, child, there.node());
      if (differ.isPresent()) {
        return differ;
      }
    }
    return Optional.empty();
  }

  private static Optional<Rejection> differ(BlockGraph.View view, NodeName one, NodeName other) {
    OptionalLong oneBytes = length(view, one);
    OptionalLong otherBytes = length(view, other);
    boolean known = oneBytes.isPresent() && otherBytes.isPresent();
    return known && !oneBytes.equals(otherBytes)
        ? Optional.of(
            new Rejection.SizeMismatch(one, oneBytes.getAsLong(), other, otherBytes.getAsLong()))
        : Optional.empty();
  }

  private static OptionalLong length(BlockGraph.View view, NodeName node) {
    try {
      return gone(view, node) ? OptionalLong.empty() : OptionalLong.of(view.disk(node).sizeBytes());
    } catch (BlockException e) {
      return OptionalLong.empty();
    }
  }

  private static boolean gone(BlockGraph.View view, NodeName node) {
    return view.state().topology().node(node).isEmpty() || view.unavailable(node).isPresent();
  }

  private Change add(NodeSpec spec, NodeName child, BlockGraph.View view) {
    ChildName name = ChildName.indexed(highest(spec) + 1);
    boolean again = duplicate(spec, child, view.state().topology()).isPresent();
    List<GraphEdit> edits = new ArrayList<>();
    if (again) {
      edits.add(new GraphEdit.SetOptions(spec.name(), spec.options().with(ALLOW_DUPLICATE, true)));
    }
    Roles roles = roles(spec).orElseThrow();
    edits.add(new GraphEdit.AttachChild(spec.name(), new ChildSpec(name, roles, child)));
    List<String> warnings = again ? votesTwice(spec, child) : mayDiffer(spec, child, view);
    String what = "add node '" + child + "' to node '" + spec.name() + "' as '" + name + "'";
    return Change.of(what, edits)
        .warning(warnings)
        .expecting(OptionalLong.of(view.state().revision()));
  }

  private static int highest(NodeSpec spec) {
    return listed(spec).stream()
        .mapToInt(child -> Integer.parseInt(child.name().value().substring(LIST.length())))
        .max()
        .orElse(-1);
  }

  private static List<String> votesTwice(NodeSpec spec, NodeName child) {
    return List.of("node '" + child + "' has more than one vote in node '" + spec.name() + "' now");
  }

  /// A new child is not looked into: the only contents that are known to be equal without reading
  /// them are zeroes.
  private static List<String> mayDiffer(NodeSpec spec, NodeName child, BlockGraph.View view) {
    boolean equal =
        !gone(view, spec.name())
            && !gone(view, child)
            && isZero(view.disk(child))
            && isZero(view.disk(spec.name()));
    return equal
        ? List.of()
        : List.of(
            "node '"
                + child
                + "' may hold other data than node '"
                + spec.name()
                + "' shows; where it does, it loses votes or leaves them undecided");
  }

  private static boolean isZero(BlockIo disk) {
    try {
      long end = disk.sizeBytes();
      long at = 0;
      for (int looks = 0; at < end; looks++) {
        List<Extent> extents = Extents.of(disk, ByteRange.between(at, end));
        if (looks == MOST_LOOKS || !extents.stream().allMatch(e -> e.kind().readsAsZero())) {
          return false;
        }
        at = extents.getLast().range().end();
      }
      return true;
    } catch (BlockException e) {
      return false;
    }
  }

  /// Takes the child `name` out of `parent`.
  public Result<Changed> remove(NodeName parent, String name, Ask ask) {
    return graph
        .make(removing(parent, name), ask)
        .then(made -> changed(made, made.committed().diff().edgesRemoved(), parent));
  }

  /// Taking the child `name` out of `parent`, as an operation.
  public Operation removing(NodeName parent, String name) {
    return view ->
        view.state()
            .topology()
            .node(parent)
            .map(spec -> remove(spec, name, view))
            .orElseGet(
                () ->
                    new Result.Rejected<>(
                        new Rejection.RuleBroken(new Refusal.NodeNotFound(parent))));
  }

  /// Puts `child` in the place of the child `name` of `parent`, or there where it has none: of what
  /// is one child by itself (`file`, `backing`), not of a list.
  public Result<Changed> replace(NodeName parent, String name, NodeName child, Ask ask) {
    return graph
        .make(replacing(parent, name, child), ask)
        .then(
            made ->
                new Result.Done<>(
                    new Changed(
                        new ChildName(name),
                        child,
                        made.committed(),
                        made.change().told().warnings())));
  }

  /// Putting `child` in the place of the child `name` of `parent`, as an operation.
  public Operation replacing(NodeName parent, String name, NodeName child) {
    return view -> {
      Optional<NodeSpec> spec = view.state().topology().node(parent);
      if (spec.isPresent() && single(spec.get(), name).isEmpty()) {
        return new Result.Rejected<>(new Rejection.ChildNotFound(parent, name));
      }
      return patching(parent, name, new NodePatch.NewChild.To(child)).on(view);
    };
  }

  private Operation patching(NodeName parent, String name, NodePatch.NewChild to) {
    return new Nodes(graph)
        .changing(
            parent, new NodePatch(Optional.empty(), Map.of(), Map.of(new ChildName(name), to)));
  }

  private Optional<OptionSpec.Type.Child> single(NodeSpec spec, String name) {
    return graph.drivers().find(spec.driver()).orElseThrow().options().fields().stream()
        .map(OptionSpec.Field::type)
        .filter(OptionSpec.Type.Child.class::isInstance)
        .map(OptionSpec.Type.Child.class::cast)
        .filter(child -> child.childName().equals(name))
        .findFirst();
  }

  private Result<Change> detach(NodeSpec spec, String name, BlockGraph.View view) {
    return spec.child(new ChildName(name)).isPresent()
        ? patching(spec.name(), name, new NodePatch.NewChild.None()).on(view)
        : new Result.Rejected<>(new Rejection.ChildNotFound(spec.name(), name));
  }

  private Result<Change> remove(NodeSpec spec, String name, BlockGraph.View view) {
    boolean mayBeNone =
        single(spec, name)
            .filter(child -> child.nullability() == OptionSpec.Nullability.NULLABLE)
            .isPresent();
    if (mayBeNone) {
      return detach(spec, name, view);
    }
    Optional<Rejection> fixed = fixed(spec, 0);
    if (fixed.isPresent()) {
      return new Result.Rejected<>(fixed.get());
    }
    Optional<ChildSpec> child =
        listed(spec).stream().filter(there -> there.name().value().equals(name)).findFirst();
    if (child.isEmpty()) {
      return new Result.Rejected<>(new Rejection.ChildNotFound(spec.name(), name));
    }
    int left = listed(spec).size() - 1;
    int needed = count(spec).least();
    if (left < needed) {
      return new Result.Rejected<>(
          new Rejection.ThresholdNotMet(spec.name(), child.get().name(), left, needed));
    }
    ChildName gone = child.get().name();
    GraphEdit detach = new GraphEdit.DetachChild(spec.name(), gone);
    String what = "take child '" + gone + "' out of node '" + spec.name() + "'";
    return new Result.Done<>(
        Change.of(what, List.of(detach)).expecting(OptionalLong.of(view.state().revision())));
  }

  private static List<ChildSpec> listed(NodeSpec spec) {
    return spec.children().stream().filter(c -> c.name().value().startsWith(LIST)).toList();
  }

  private ChildCount count(NodeSpec spec) {
    return graph.drivers().rulesOf(spec.driver()).orElseThrow().childCount(spec);
  }

  /// The roles of the children of its driver's list, if it has one.
  private Optional<Roles> roles(NodeSpec spec) {
    return graph.drivers().find(spec.driver()).orElseThrow().options().fields().stream()
        .map(OptionSpec.Field::type)
        .filter(OptionSpec.Type.ChildList.class::isInstance)
        .map(type -> ((OptionSpec.Type.ChildList) type).roles())
        .findFirst();
  }
}
