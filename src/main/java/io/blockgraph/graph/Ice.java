package io.blockgraph.graph;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Which edges are frozen, and by whom, as a plan changes it. One thread.
final class Ice {
  private final Topology before;
  private final Map<EdgeId, Optional<UserId>> changed = new LinkedHashMap<>();

  Ice(Topology before) {
    this.before = before;
  }

  /// Who has frozen the edge; cheap when nothing is frozen at all.
  Optional<UserId> holder(Parent parent, ChildName child) {
    return changed.isEmpty() && before.wires().frozen().isEmpty()
        ? Optional.empty()
        : holder(EdgeId.of(parent, child));
  }

  Optional<UserId> holder(EdgeId edge) {
    Optional<UserId> own = changed.get(edge);
    return own == null ? held(edge) : own;
  }

  private Optional<UserId> held(EdgeId edge) {
    return before.edge(edge).flatMap(Edge::frozenBy);
  }

  void freeze(EdgeId edge, UserId by) {
    changed.remove(edge);
    changed.put(edge, Optional.of(by));
  }

  void thaw(EdgeId edge) {
    changed.put(edge, Optional.empty());
  }

  void thawAllOf(UserId user) {
    changed.replaceAll((_, holder) -> holder.filter(by -> !by.equals(user)));
    before.wires().frozenBy(user).forEach(edge -> changed.putIfAbsent(edge, Optional.empty()));
  }

  /// The first who has frozen an edge during the plan and is no user at its end. Those who had
  /// before and went have taken their ice with them.
  Optional<UserId> stranger(Predicate<UserId> there) {
    return changed.values().stream().flatMap(Optional::stream).filter(there.negate()).findFirst();
  }

  /// The edges about which anything was said.
  Set<EdgeId> touched() {
    return changed.keySet();
  }

  /// `wires` with what is frozen now.
  Wires in(Wires wires) {
    Wires next = wires;
    for (EdgeId edge : changed.keySet()) {
      next = next.refrozen(edge, held(edge), holder(edge));
    }
    return next;
  }
}
