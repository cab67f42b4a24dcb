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
        new Mutant("Ordering", "if (height[node] > limit) {", "if (height[node] > limit + 1) {"),
        new Mutant(
            "Granting",
            "for (int i = wiring.incomingCount(node) - 1; i >= 0; i--) { Edge requiring",
            "for (int i = wiring.incomingCount(node) - 1; i > 0; i--) { Edge requiring"),
        new Mutant("Granting", "return spec.readOnly() &&", "return false &&"),
        new Mutant("Granting", "> own) {", "> 1) {"),
        new Mutant(
            "Granting",
            "all = all.and(incoming(node, i).grant());",
            "all = incoming(node, i).grant();"),
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
            "if (stay.contains(parent.name())) {",
            "if (parent.name().equals(move.to())) {"),
        new Mutant("Draft", "&& edge.onSwap() == User.OnSwap.FOLLOW", ""),
        new Mutant(
            "Draft",
            "&& !move.keep().contains(EdgeId.of(new Parent.OfNode(parent), child.name()))",
            ""),
        new Mutant(
            "Draft",
            "node.origin() == NodeSpec.Origin.INLINE",
            "node.origin() == NodeSpec.Origin.IMPLICIT"),
        new Mutant("Draft", "if (below != null && isOrphan(below, uses)) {", "if (false) {"),
        new Mutant("Draft", "return ice.isPresent() ? ice : change(", "return change("),
        new Mutant("Draft", "if (ice.isPresent()) { return ice;", "if (false) { return ice;"),
        new Mutant("Draft", "frozen.values().removeIf(user::equals);", ""),
        new Mutant("Draft", "if (nodes.containsKey(new NodeName(name))) {", "if (false) {"),
        new Mutant("Draft", "userEdge -> userEdge.withNode(with)", "userEdge -> userEdge"),
        new Mutant("Draft", "removed.add(node);", ""),
        new Mutant(
            "Validation",
            "NodeName disk = behindFilters(child.node());",
            "NodeName disk = child.node();"),
        new Mutant("Validation", ".filter(job -> !draft.hasUser(job))", ".filter(_ -> false)"),
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
