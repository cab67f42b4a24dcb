package io.blockgraph.job.copy;

import io.blockgraph.engine.Restart;
import io.blockgraph.graph.AccessEdits;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Nodes that are read-only and that a job has to write for a while: disks within a chain.
///
/// @param nodes what becomes writable, with what came inline with it
public record LentAccess(List<NodeName> nodes) {
  /// Copies `nodes`.
  public LentAccess {
    nodes = List.copyOf(nodes);
  }

  /// The same but for `kept`.
  LentAccess without(Set<NodeName> kept) {
    return new LentAccess(nodes.stream().filter(node -> !kept.contains(node)).toList());
  }

  /// Those of `wanted` that are read-only now.
  public static LentAccess of(Topology now, List<NodeName> wanted) {
    return new LentAccess(
        wanted.stream()
            .flatMap(node -> now.node(node).stream())
            .filter(NodeSpec::readOnly)
            .flatMap(node -> names(now, node.name()))
            .distinct()
            .toList());
  }

  private static Stream<NodeName> names(Topology now, NodeName node) {
    return AccessEdits.of(now, node, NodeSpec.Access.READ_WRITE).stream()
        .map(GraphEdit.SetAccess.class::cast)
        .map(GraphEdit.SetAccess::node)
        .filter(name -> now.node(name).filter(NodeSpec::readOnly).isPresent());
  }

  /// Makes them writable.
  public List<GraphEdit> begin() {
    return set(Optional.empty(), NodeSpec.Access.READ_WRITE);
  }

  /// Makes those that are still there read-only again.
  public List<GraphEdit> end(Topology now) {
    return set(Optional.of(now), NodeSpec.Access.READ_ONLY);
  }

  private List<GraphEdit> set(Optional<Topology> among, NodeSpec.Access access) {
    return nodes.stream()
        .filter(node -> among.isEmpty() || among.get().node(node).isPresent())
        .<GraphEdit>map(node -> new GraphEdit.SetAccess(node, access))
        .toList();
  }

  /// What the job's user remembers, so that a restart gives them back.
  public Options remembered() {
    List<String> names = nodes.stream().map(NodeName::value).toList();
    return names.isEmpty() ? Options.NONE : Options.NONE.with(Restart.READ_ONLY_AGAIN, names);
  }
}
