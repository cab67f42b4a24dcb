package io.blockgraph.job.copy;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Roles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Gives a node another backing disk, or none. A node without one says so, whatever its image
/// names: it has to open again after a restart. Pure.
public final class BackingEdits {
  private BackingEdits() {}

  /// The edits that let `backing` back `node`; none when it does.
  public static List<GraphEdit> of(NodeSpec node, Optional<NodeName> backing) {
    Optional<NodeName> present = node.child(ChildName.BACKING).map(ChildSpec::node);
    NodeName name = node.name();
    if (present.equals(backing)) {
      return List.of();
    }
    if (backing.isEmpty()) {
      return List.of(
          new GraphEdit.DetachChild(name, ChildName.BACKING),
          new GraphEdit.SetOptions(name, node.options().with(ChildName.BACKING.value(), false)));
    }
    return present.isPresent()
        ? List.of(new GraphEdit.ReplaceChild(name, ChildName.BACKING, backing.get()))
        : List.of(
            new GraphEdit.AttachChild(
                name, new ChildSpec(ChildName.BACKING, Roles.BACKING, backing.get())),
            new GraphEdit.SetOptions(name, unsaid(node.options())));
  }

  /// The options without the statement that there is no backing disk.
  private static Options unsaid(Options options) {
    Map<String, Object> values = new LinkedHashMap<>(options.values());
    values.remove(ChildName.BACKING.value());
    return new Options(values);
  }
}
