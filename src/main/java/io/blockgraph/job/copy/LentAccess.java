package io.blockgraph.job.copy;

import io.blockgraph.engine.Restart;
import io.blockgraph.graph.AccessEdits;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Nodes that are read-only and that a job has to write for a while: disks within a chain. Where
/// several jobs have to write one, the last to leave gives it back.
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

  /// Those of `wanted` that are read-only now, or would be but for other jobs.
  public static LentAccess of(Topology now, List<NodeName> wanted) {
    Set<NodeName> lent = lent(now.users().stream());
    return new LentAccess(
        wanted.stream()
            .filter(node -> isReadOnly(now, node) || lent.contains(node))
            .flatMap(node -> withInline(now, node))
            .filter(node -> isReadOnly(now, node) || lent.contains(node))
            .distinct()
            .toList());
  }

  /// What `user` has made writable.
  static LentAccess by(User user) {
    return new LentAccess(List.copyOf(lent(Stream.of(user))));
  }

  private static Set<NodeName> lent(Stream<User> users) {
    return users
        .flatMap(user -> user.options().list(Restart.READ_ONLY_AGAIN).stream())
        .map(name -> new NodeName((String) name))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static boolean isReadOnly(Topology now, NodeName node) {
    return now.node(node).filter(NodeSpec::readOnly).isPresent();
  }

  private static Stream<NodeName> withInline(Topology now, NodeName node) {
    return AccessEdits.of(now, node, NodeSpec.Access.READ_WRITE).stream()
        .map(GraphEdit.SetAccess.class::cast)
        .map(GraphEdit.SetAccess::node);
  }

  /// Makes them writable.
  public List<GraphEdit> begin() {
    return nodes.stream()
        .<GraphEdit>map(node -> new GraphEdit.SetAccess(node, NodeSpec.Access.READ_WRITE))
        .toList();
  }

  /// Makes those read-only again that are still there and that nobody but `job` has to write.
  public List<GraphEdit> end(Topology now, UserId job) {
    Set<NodeName> others = lent(now.users().stream().filter(user -> !user.id().equals(job)));
    return nodes.stream()
        .filter(node -> now.node(node).isPresent() && !others.contains(node))
        .<GraphEdit>map(node -> new GraphEdit.SetAccess(node, NodeSpec.Access.READ_ONLY))
        .toList();
  }

  /// What the job's user remembers, so that a restart gives them back.
  public Options remembered() {
    List<String> names = nodes.stream().map(NodeName::value).toList();
    return names.isEmpty() ? Options.NONE : Options.NONE.with(Restart.READ_ONLY_AGAIN, names);
  }
}
