package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.mutants.BrokenClass;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each of these looks at what was touched is broken so that it overlooks something, or sees what
/// is not there; [TwoLooks] must notice.
class RevalidationTeethTest {
  private static final Mutant ONLY_DIFFERENT =
      new Mutant("Comparison", "MOST_STEPS = 100", "MOST_STEPS = 99");

  static Stream<Mutant> looks() {
    return Stream.of(
        new Mutant(
            "Revalidation",
            "graph.nodesAbove(gone).forEach(above -> names.add(above.name()));",
            "gone.value();"),
        new Mutant(
            "Revalidation",
            "graph.usersAbove(gone).forEach(above -> ids.add(above.id()));",
            "gone.value();"),
        new Mutant(
            "Revalidation",
            "names = new LinkedHashSet<>(graph.nodes());",
            "names = new LinkedHashSet<>();"),
        new Mutant("Revalidation", "new LinkedHashSet<>(graph.users())", "new LinkedHashSet<>()"),
        new Mutant("Revalidation", ".or(this::freezes)", ""),
        new Mutant("Revalidation", "depth(heights).or(() -> twice(heights))", "twice(heights)"),
        new Mutant("Revalidation", "depth(heights).or(() -> twice(heights))", "depth(heights)"),
        new Mutant(
            "Revalidation",
            "depth(heights).or(() -> twice(heights))",
            "twice(heights).or(() -> depth(heights))"),
        new Mutant("Revalidation", "names.addAll(graph.nodes());", ""),
        new Mutant(
            "Revalidation", "new LinkedHashSet<>(heights.reached())", "new LinkedHashSet<>()"),
        new Mutant("Revalidation", "case 1 ->", "case 1, 2, 3 ->"),
        new Mutant("Regranting", ".ifPresent(objections::add)", ".isPresent()"),
        new Mutant("Orphans", "new LinkedHashSet<>(graph.nodes());", "new LinkedHashSet<>();"),
        new Mutant(
            "Orphans",
            "graph.before().childrenOf(node).forEach(edge -> all.add(edge.child()));",
            ""),
        new Mutant(
            "Orphans", "graph.before().edgesOf(user).forEach(edge -> all.add(edge.child()));", ""));
  }

  static Stream<Mutant> heights() {
    return Stream.of(
        new Mutant(
            "Heights", "parents.forEach(parent -> next.add(parent.name()));", "parents.size();"),
        new Mutant(
            "Heights",
            "graph.nodes().stream().filter(this::hasOtherChildren)",
            "graph.nodes().stream().filter(n -> graph.before().node(n).isEmpty())"
                + ".filter(this::hasOtherChildren)"),
        new Mutant("Heights", "filter(c -> above.containsKey(c.node()))", "filter(_ -> false)"),
        new Mutant("Heights", "own == null ? graph.before().heightOf(node) : own", "own"),
        new Mutant("Heights", "node -> changed.put(node, 1)", "node -> changed.size()"));
  }

  static Stream<Mutant> grants() {
    return Stream.of(
        new Mutant("Regranting", ".reversed()", ""),
        new Mutant("Regranting", "graph.nodes().forEach(this::begin);", ""),
        new Mutant("Regranting", "graph.users().forEach(this::begin);", ""),
        new Mutant(
            "Regranting",
            "draft.ice().touched().forEach(edge -> before.edge(edge).ifPresent(this::beginAbove));",
            ""),
        new Mutant("Regranting", ".filter(edge -> !isThere(edge))", ".filter(_ -> false)"),
        new Mutant("Regranting", "&& (!touched || isThere(edge))", ""),
        new Mutant("Regranting", "!below.containsKey(edge.parent().id()) &&", ""),
        new Mutant(
            "Regranting",
            "old.stream().filter(edge -> !same",
            "edges.stream().filter(edge -> same"),
        new Mutant(
            "Regranting",
            "edges.stream().filter(edge -> !same",
            "old.stream().filter(edge -> same"),
        new Mutant("Regranting", "came.stream().sorted(order).toList()", "came"),
        new Mutant(
            "Regranting",
            "same.removeIf(edge -> !graph.members().haveAsIn(before.members(), edge.parent()));",
            ""),
        new Mutant("Regranting", "changed.put(node, List.of());", "changed.size();"),
        new Mutant("Regranting", "above.put(name, parents);", ""));
  }

  static Stream<Mutant> parts() {
    return Stream.of(
        new Mutant("Ordered", "old == null ? next : old.place()", "next"),
        new Mutant(
            "Ordered", "byKey.minus(key), byPlace.minus(old.place())", "byKey.minus(key), byPlace"),
        new Mutant("Ordered", "Math.max(next, place + 1)", "next"),
        new Mutant("Ordered", ".sorted(Comparator.comparingLong(Entry::place))", ""),
        new Mutant("Ice", "own == null ? held(edge) : own", "own == null ? Optional.empty() : own"),
        new Mutant("Ice", "next = next.refrozen(edge, held(edge), holder(edge));", ""),
        new Mutant(
            "Ice",
            "before.wires().frozenBy(user).forEach(edge -> changed.putIfAbsent(edge,"
                + " Optional.empty()));",
            ""),
        new Mutant("Wires", "left.isEmpty() ?", "false ?"),
        new Mutant("Wires", "change.getValue() == 1", "false"),
        new Mutant("Wires", "change.getValue().isEmpty()", "false"),
        new Mutant("Comparison", "parents.addAll(step.parents());", ""),
        new Mutant("Comparison", "nodes.addAll(step.nodes());", ""),
        new Mutant("Comparison", "users.addAll(step.users());", ""));
  }

  @ParameterizedTest
  @MethodSource({"looks", "heights", "grants", "parts"})
  void noticesTheBrokenLook(Mutant mutant) throws Exception {
    assertThat(noticed(mutant)).as(mutant.toString()).isPresent();
  }

  @Test
  void findsNothingWrongWithALookThatOnlyLooksDifferent() throws Exception {
    assertThat(noticed(ONLY_DIFFERENT)).isEmpty();
  }

  private static Optional<?> noticed(Mutant mutant) throws Exception {
    return new BrokenClass("graph/" + mutant.type(), mutant.original(), mutant.broken())
        .noticed(TwoLooks.class, "io.blockgraph.graph.");
  }
}
