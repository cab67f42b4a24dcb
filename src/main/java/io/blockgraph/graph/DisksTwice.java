package io.blockgraph.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Whether one disk stands twice under a node. Filters are looked through: a copy of the disk is no
/// other disk, and a filter that a job takes out must not leave what is not allowed.
final class DisksTwice {
  private DisksTwice() {}

  /// What stands against `node`, by the `rules` of its driver; `specs` has every node below it, and
  /// no cycle.
  static Optional<Refusal> objection(
      NodeSpec node, DriverRules rules, Function<NodeName, NodeSpec> specs) {
    if (node.children().size() < 2 || rules.allowsDuplicates(node)) {
      return Optional.empty();
    }
    Map<NodeName, ChildName> disks = new HashMap<>();
    for (ChildSpec child : node.children()) {
      NodeName disk = behindFilters(child.node(), specs);
      ChildName other = disks.put(disk, child.name());
      if (other != null) {
        String reason =
            "node '%s' is below it twice, as '%s' and as '%s', and would vote twice"
                .formatted(disk, other, child.name());
        return Optional.of(new Refusal.BadShape(node.name(), reason));
      }
    }
    return Optional.empty();
  }

  private static NodeName behindFilters(NodeName top, Function<NodeName, NodeSpec> specs) {
    NodeName at = top;
    Optional<NodeName> next = Optional.of(top);
    while (next.isPresent()) {
      at = next.get();
      next =
          specs.apply(at).children().stream()
              .filter(child -> child.roles().has(Role.FILTERED))
              .map(ChildSpec::node)
              .findFirst();
    }
    return at;
  }
}
