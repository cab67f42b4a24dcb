package io.blockgraph.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The rules of roles that every node keeps, whatever its driver (QEMU's), and then the driver's
/// own objection.
final class NodeShape {
  private NodeShape() {}

  /// The first rule that `node` breaks, in a sentence.
  static Optional<String> objection(NodeSpec node, DriverRules rules) {
    Set<ChildName> names = new HashSet<>();
    for (ChildSpec child : node.children()) {
      if (!names.add(child.name())) {
        return Optional.of("it has two children named '" + child.name() + "'");
      }
      Optional<String> mixed = mixedRoles(child);
      if (mixed.isPresent()) {
        return mixed;
      }
    }
    return together(node.children(), rules).or(() -> rules.objection(node));
  }

  private static Optional<String> mixedRoles(ChildSpec child) {
    Roles roles = child.roles();
    boolean storage = roles.has(Role.DATA) || roles.has(Role.METADATA);
    boolean filtered = roles.has(Role.FILTERED);
    boolean cow = roles.has(Role.COW);
    if (filtered && (storage || cow)) {
      return Optional.of(
          "child '" + child.name() + "' is FILTERED and so can have no role but PRIMARY besides");
    }
    if (cow && (storage || roles.has(Role.PRIMARY))) {
      return Optional.of("child '" + child.name() + "' is COW and so can have no other role");
    }
    return Optional.empty();
  }

  private static Optional<String> together(List<ChildSpec> children, DriverRules rules) {
    for (Role role : List.of(Role.FILTERED, Role.COW, Role.PRIMARY)) {
      if (count(children, role) > 1) {
        return Optional.of("more than one of its children has the role " + role);
      }
    }
    boolean cow = count(children, Role.COW) > 0;
    if (rules.isFilter() && cow) {
      return Optional.of("a filter cannot have a backing disk");
    }
    if (rules.isFilter()
        && children.stream().noneMatch(child -> child.roles().equals(Roles.FILTER))) {
      return Optional.of("a filter needs one child with the roles FILTERED and PRIMARY");
    }
    if (cow && !rules.supportsBacking()) {
      return Optional.of("its driver has no backing disks");
    }
    return cow && children.stream().noneMatch(NodeShape::isBackingDisk)
        ? Optional.of("a backing disk is the child named '" + ChildName.BACKING + "'")
        : Optional.empty();
  }

  private static boolean isBackingDisk(ChildSpec child) {
    return child.roles().has(Role.COW) && child.name().equals(ChildName.BACKING);
  }

  private static int count(List<ChildSpec> children, Role role) {
    int count = 0;
    for (ChildSpec child : children) {
      count += child.roles().has(role) ? 1 : 0;
    }
    return count;
  }
}
