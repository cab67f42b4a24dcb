package io.blockgraph.engine;

import io.blockgraph.driver.NodeRequest;
import io.blockgraph.driver.NodeRequest.ChildRequest;
import io.blockgraph.driver.NodeRequest.Target;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Turns a request for a node, with others inline below it, into edits: children before parents.
///
/// An inline node without a name is called after its place, `disk.file`, with a number behind it
/// when that is taken.
final class NewNodes {
  private static final int LONGEST_NAME = 64;

  private final Topology topology;
  private final Set<String> taken = new HashSet<>();
  private final List<GraphEdit> edits = new ArrayList<>();

  private NewNodes(Topology topology) {
    this.topology = topology;
  }

  /// The edits that add `request` to `topology`; `origin` is that of the topmost node.
  static List<GraphEdit> edits(NodeRequest request, NodeSpec.Origin origin, Topology topology) {
    NewNodes nodes = new NewNodes(topology);
    nodes.add(request, request.name().orElseThrow(), origin);
    return nodes.edits;
  }

  private void add(NodeRequest request, NodeName name, NodeSpec.Origin origin) {
    taken.add(name.value());
    List<ChildSpec> children = new ArrayList<>();
    for (ChildRequest child : request.children()) {
      children.add(new ChildSpec(child.name(), child.roles(), nodeOf(child, name)));
    }
    edits.add(
        new GraphEdit.AddNode(
            new NodeSpec(
                name, request.driver(), request.access(), origin, request.options(), children)));
  }

  private NodeName nodeOf(ChildRequest child, NodeName parent) {
    return switch (child.target()) {
      case Target.Reference(NodeName node) -> node;
      case Target.Inline(NodeRequest inline) -> {
        NodeName name = inline.name().orElseGet(() -> nameFor(parent, child));
        add(inline, name, NodeSpec.Origin.INLINE);
        yield name;
      }
    };
  }

  private NodeName nameFor(NodeName parent, ChildRequest child) {
    String wanted = parent + "." + child.name();
    String name = wanted.substring(0, Math.min(wanted.length(), LONGEST_NAME));
    for (int n = 2; isTaken(name); n++) {
      String suffix = "." + n;
      name =
          wanted.substring(0, Math.min(wanted.length(), LONGEST_NAME - suffix.length())) + suffix;
    }
    return new NodeName(name);
  }

  private boolean isTaken(String name) {
    return taken.contains(name)
        || topology.node(new NodeName(name)).isPresent()
        || topology.user(new UserId(name)).isPresent();
  }
}
