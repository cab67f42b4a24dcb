package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A judge that agrees with everything proves nothing: each of these broken planners must be
/// noticed.
class JudgeTeethTest {
  static Stream<Mutant> broken() {
    return Stream.of(
        new Mutant(
            "Validation",
            "if (ordering.isCyclic()) {",
            "if (ordering.isCyclic() && nodes.size() > 3) {"),
        new Mutant("Heights", "node -> of(node) > limit", "node -> of(node) > limit + 1"),
        new Mutant(
            "Sharing",
            "for (int i = parents.size() - 1; i >= 0; i--) {",
            "for (int i = parents.size() - 1; i > 0; i--) {"),
        new Mutant("Sharing", "return node.readOnly() &&", "return false &&"),
        new Mutant("Sharing", "> own) {", "> 1) {"),
        new Mutant("Sharing", "all = all.and(parent.grant());", "all = parent.grant();"),
        new Mutant(
            "NodeShape", "if (filtered && (storage || cow)) {", "if (filtered && storage) {"),
        new Mutant(
            "NodeShape",
            "if (cow && (storage || roles.has(Role.PRIMARY))) {",
            "if (cow && storage) {"),
        new Mutant(
            "NodeShape",
            "List.of(Role.FILTERED, Role.COW, Role.PRIMARY)",
            "List.of(Role.FILTERED, Role.PRIMARY)"),
        new Mutant("NodeShape", "if (cow && !rules.supportsBacking()) {", "if (false) {"),
        new Mutant("NodeShape", "&& child.name().equals(ChildName.BACKING)", ""),
        new Mutant(
            "Draft",
            "parents.removeIf(parent -> stay.contains(parent.name()));",
            "parents.removeIf(_ -> stay.isEmpty());"),
        new Mutant("User", "&& edge.onSwap() == OnSwap.FOLLOW", ""),
        new Mutant(
            "Draft",
            "&& !move.keep().contains(EdgeId.of(new Parent.OfNode(parent), child.name()))",
            ""),
        new Mutant(
            "Orphans",
            "node.origin() == NodeSpec.Origin.INLINE",
            "node.origin() == NodeSpec.Origin.IMPLICIT"),
        new Mutant("Orphans", "addIfOrphan(below);", "below.name();"),
        new Mutant("Draft", "return ice.isPresent() ? ice : change(", "return change("),
        new Mutant("Draft", "if (ice.isPresent()) { return ice;", "if (false) { return ice;"),
        new Mutant("Draft", "ice.thawAllOf(user);", ""),
        new Mutant("Draft", "if (graph.node(new NodeName(name)) != null) {", "if (false) {"),
        new Mutant("Draft", "userEdge -> userEdge.withNode(with)", "userEdge -> userEdge"),
        new Mutant("Altered", "nodes.add(node);", ""),
        new Mutant(
            "DisksTwice",
            "NodeName disk = behindFilters(child.node(), specs);",
            "NodeName disk = child.node();"),
        new Mutant("Ice", ".filter(there.negate())", ".filter(_ -> false)"),
        new Mutant("RolePermissions", "node.readOnly() ? taken :", "false ? taken :"),
        new Mutant(
            "RolePermissions",
            "changeable ? READERS.union(WRITE_AND_RESIZE) : READERS",
            "READERS.union(WRITE_AND_RESIZE)"),
        new Mutant("RolePermissions", "taken = taken.with(Permission.RESIZE);", ""),
        new Mutant(
            "RolePermissions", "parents.shared().minus(WRITE_AND_RESIZE)", "parents.shared()"),
        new Mutant(
            "RolePermissions",
            "return roles.has(Role.METADATA) || roles.has(Role.DATA)",
            "return roles.has(Role.DATA)"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void noticesTheBrokenPlanner(Mutant mutant) {
    assertThat(mutant.judged()).as(mutant.toString()).isPresent();
  }

  @Test
  void findsNothingWrongWithAPlannerThatOnlyLooksDifferent() {
    assertThat(new Mutant("Planner", "= 200;", "= 150 + 50;").judged()).isEmpty();
  }
}
