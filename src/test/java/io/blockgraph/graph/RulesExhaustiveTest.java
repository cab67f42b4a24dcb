package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.LoopRules.BackingAfter;
import io.blockgraph.graph.LoopRules.Swap;
import io.blockgraph.graph.SnapshotRules.Request;
import io.blockgraph.graph.SnapshotRules.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules of loop, replace and snapshot on every small graph, compared with what the planner
/// then really does.
class RulesExhaustiveTest {
  private static final TestRules RULES = new TestRules();
  private static final SnapshotRules SNAPSHOTS = new SnapshotRules(PLANNER, RULES);

  private int asked;

  @Test
  void foreseesForEverySwapWhatMovingTheParentsLeavesBehind() {
    bare(4).forEach(graph -> pairs(graph, (x, t) -> comparesWithTheMove(graph, x, t)));

    assertThat(asked).isGreaterThan(1_000);
  }

  @Test
  void foreseesTheSameWithABackingDiskThatTheTargetWillHave() {
    bare(4)
        .forEach(
            graph ->
                pairs(
                    graph,
                    (t, b) ->
                        graph.nodes().stream()
                            .filter(x -> !x.name().equals(t))
                            .forEach(
                                x -> comparesWithTheBackingDiskAttached(graph, x.name(), t, b))));

    assertThat(asked).isGreaterThan(500);
  }

  @Test
  void allowsAQuorumsChildExactlyWhenAWriterCouldTakeThePlaceOfTheQuorum() {
    dressed(3)
        .forEach(
            graph -> pairs(graph, (quorum, child) -> comparesWithAWriter(graph, quorum, child)));

    assertThat(asked).isGreaterThan(40);
  }

  @Test
  void putsAnOverlayAnywhereAndTouchesNothingElse() {
    dressed(3).forEach(graph -> graph.nodes().forEach(node -> putsAnOverlay(graph, node.name())));

    assertThat(asked).isGreaterThan(1_000);
  }

  private void comparesWithTheMove(Topology graph, NodeName x, NodeName t) {
    Optional<Refusal> refusal =
        loop(graph, new Swap(stranger(x, graph), x, t, new BackingAfter.Unchanged(), Set.of()));
    switch (PLANNER.plan(graph, List.of(new GraphEdit.MoveParents(x, t, Set.of())))) {
      case Outcome.Refused(Refusal why) ->
          assertThat(why).isNotInstanceOf(Refusal.WouldCycle.class);
      case Outcome.Planned(Topology next) -> {
        Set<EdgeId> left = ids(next.parentsOf(x));
        boolean moved = left.size() < graph.parentsOf(x).size();
        left.removeIf(id -> id.equals(EdgeId.of(new Parent.OfNode(t), ChildName.BACKING)));
        assertThat(refusal.isEmpty())
            .as("%s by %s in %s", x, t, JudgeWords.of(graph))
            .isEqualTo(moved && left.isEmpty());
        asked++;
      }
    }
  }

  private void comparesWithTheBackingDiskAttached(
      Topology graph, NodeName x, NodeName t, NodeName b) {
    NodeSpec target = graph.node(t).orElseThrow();
    if (!target.driver().equals(TestRules.FORMAT) || target.child(ChildName.BACKING).isPresent()) {
      return;
    }
    NodeName source = stranger(x, graph);
    Optional<Refusal> before =
        loop(graph, new Swap(source, x, t, new BackingAfter.Of(b), Set.of()));
    switch (PLANNER.plan(graph, List.of(new GraphEdit.AttachChild(t, backing(b.value()))))) {
      case Outcome.Refused(Refusal why) ->
          assertThat(why instanceof Refusal.WouldCycle && before.isEmpty()).isFalse();
      case Outcome.Planned(Topology attached) -> {
        Optional<Refusal> after =
            loop(attached, new Swap(source, x, t, new BackingAfter.Unchanged(), Set.of()));
        assertThat(before.isEmpty())
            .as("%s by %s on %s in %s", x, t, b, JudgeWords.of(graph))
            .isEqualTo(after.isEmpty());
        asked++;
      }
    }
  }

  /// Takes the quorum's edge away and lets somebody write there who shares no consistent read.
  private void comparesWithAWriter(Topology graph, NodeName quorum, NodeName child) {
    Optional<Edge> vote =
        graph.childrenOf(quorum).stream().filter(edge -> edge.child().equals(child)).findFirst();
    boolean isQuorum = graph.node(quorum).orElseThrow().driver().equals(TestRules.QUORUM);
    if (!isQuorum || vote.isEmpty() || graph.node(child).orElseThrow().readOnly()) {
      return;
    }
    User writer =
        user(
            "y",
            User.Kind.COMMAND,
            child.value(),
            Permissions.of(Permission.WRITE),
            Permissions.ALL.minus(READ));
    Outcome outcome =
        PLANNER.plan(
            graph, List.of(new GraphEdit.DetachChild(quorum, vote.get().name()), add(writer)));
    ReplaceRules.Request request =
        new ReplaceRules.Request(quorum, child, ReplaceRules.OtherParents.PERMISSIONS, Set.of());
    boolean allowed = new ReplaceRules(graph, RULES).objection(request).isEmpty();
    boolean conflict =
        outcome instanceof Outcome.Refused(Refusal.PermissionConflict(NodeName at, _, _, _))
            && at.equals(child);
    if (conflict || outcome instanceof Outcome.Planned) {
      assertThat(allowed)
          .as("%s under %s in %s", child, quorum, JudgeWords.of(graph))
          .isEqualTo(!conflict);
      asked++;
    }
  }

  private void putsAnOverlay(Topology bare, NodeName node) {
    Topology graph = planned(bare, add(file("of")), add(format("o", "of")));
    switch (SNAPSHOTS.one(graph, new Request(node, name("o")))) {
      case Ruling.Refused<Snapshot>(Refusal refusal) ->
          assertThat(refusal)
              .isInstanceOfAny(
                  Refusal.NodeBusy.class,
                  Refusal.EdgeFrozen.class,
                  Refusal.PermissionConflict.class,
                  Refusal.NodeReadOnly.class);
      case Ruling.Allowed<Snapshot>(Snapshot snapshot) -> {
        Topology next = snapshot.next();
        assertThat(ids(next.parentsOf(node))).containsExactly(edge("o:backing"));
        assertThat(ids(next.parentsOf(name("o")))).isEqualTo(ids(graph.parentsOf(node)));
        assertThat(GraphDiff.between(graph, next).nodesRemoved()).isEmpty();
        assertThat(GraphDiff.between(graph, next).edgesRemoved()).isEmpty();
        asked++;
      }
    }
  }

  private static Optional<Refusal> loop(Topology graph, Swap swap) {
    return new LoopRules(graph, RULES).objection(swap);
  }

  /// Some other node than `x` for the source, so that the node to replace counts as named.
  private static NodeName stranger(NodeName x, Topology graph) {
    return graph.nodes().stream()
        .map(NodeSpec::name)
        .filter(name -> !name.equals(x))
        .findFirst()
        .orElseThrow();
  }

  private static Set<EdgeId> ids(List<Edge> edges) {
    Set<EdgeId> ids = new HashSet<>();
    edges.forEach(edge -> ids.add(edge.id()));
    return ids;
  }

  private static Stream<Topology> bare(int most) {
    return topologies(IntStream.rangeClosed(2, most).boxed().flatMap(SmallGraphs::bareOfNodes));
  }

  private static Stream<Topology> dressed(int most) {
    return topologies(IntStream.rangeClosed(1, most).boxed().flatMap(SmallGraphs::ofNodes));
  }

  private static Stream<Topology> topologies(Stream<List<GraphEdit>> makings) {
    return makings
        .map(making -> PLANNER.plan(Topology.EMPTY, making))
        .flatMap(
            outcome ->
                outcome instanceof Outcome.Planned(Topology graph)
                    ? Stream.of(graph)
                    : Stream.of());
  }

  private static void pairs(Topology graph, BiConsumer<NodeName, NodeName> with) {
    List<NodeName> names = new ArrayList<>(graph.nodes().stream().map(NodeSpec::name).toList());
    names.forEach(
        one ->
            names.stream().filter(two -> !two.equals(one)).forEach(two -> with.accept(one, two)));
  }
}
