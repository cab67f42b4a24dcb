package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.LoopRules.BackingAfter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The measured loop cases, the two tests of the first version of the patches, and the open
/// questions of their review.
class LoopRulesTest {
  private final Topology throttled =
      graph(file("f"), format("filtered", "f"), filter("source", "filtered"));

  @Test
  void refusesToCopyNewWritesOnlyAndReplaceWhatTheSourceFilters() {
    Optional<Refusal> refusal =
        swap(throttled, "source", "filtered", "target", new BackingAfter.Of(name("source")));

    assertThat(edges(refusal)).containsExactly("target:backing", "source:file");
  }

  @Test
  void allowsTheSameWithAFullCopy() {
    assertThat(swap(throttled, "source", "filtered", "target", new BackingAfter.None())).isEmpty();
  }

  @Test
  void allowsCopyingNewWritesOnlyWithTheSourceAsTheBackingDisk() {
    assertThat(swap(throttled, "source", "source", "target", new BackingAfter.Of(name("source"))))
        .isEmpty();
  }

  @Test
  void allowsASourceThatNobodyUsesWhenNoNodeToReplaceIsNamed() {
    Topology graph = graph(file("f"), format("disk", "f"));

    assertThat(swap(graph, "disk", "disk", "target", new BackingAfter.Of(name("disk")))).isEmpty();
  }

  @Test
  void refusesATargetThatStandsOnTheReplacedNodeAlready() {
    Topology graph =
        graph(
            file("f"),
            file("g"),
            format("x", "f"),
            filter("source", "x"),
            filter("mid", "x"),
            format("target", "g", "mid"));

    assertThat(edges(swap(graph, "source", "x", "target", new BackingAfter.Unchanged())))
        .containsExactly("target:backing", "mid:file");
  }

  @Test
  void allowsATargetWhoseBackingDiskIsTheReplacedNode() {
    Topology graph =
        graph(
            file("f"),
            file("g"),
            format("x", "f"),
            filter("source", "x"),
            format("target", "g", "x"));

    assertThat(swap(graph, "source", "x", "target", new BackingAfter.Unchanged())).isEmpty();
  }

  @Test
  void refusesATargetThatKeepsItsFileInTheReplacedNode() {
    Topology graph = graph(file("x"), filter("source", "x"), format("target", "x"));

    assertThat(edges(swap(graph, "source", "x", "target", new BackingAfter.Unchanged())))
        .containsExactly("target:file");
  }

  @Test
  void refusesAQuorumTargetThatGotAChildStandingOnTheReplacedNode() {
    Topology graph =
        graph(
            file("f"),
            file("a"),
            format("x", "f"),
            filter("source", "x"),
            filter("mid", "x"),
            quorum("target", "a", "mid"));

    assertThat(edges(swap(graph, "source", "x", "target", new BackingAfter.Unchanged())))
        .containsExactly("target:children.1", "mid:file");
  }

  @Test
  void refusesANestedQuorumTarget() {
    Topology graph =
        graph(
            file("x"),
            file("a"),
            filter("source", "x"),
            quorum("inner", "a", "x"),
            file("b"),
            quorum("target", "b", "inner"));

    assertThat(edges(swap(graph, "source", "x", "target", new BackingAfter.Unchanged())))
        .containsExactly("target:children.1", "inner:children.1");
  }

  @Test
  void refusesABackingDiskThatStandsOnTheTarget() {
    Topology graph =
        graph(
            file("f"),
            file("g"),
            format("target", "g"),
            format("source", "f", "target"),
            reader("x", "source"));

    assertThat(
            edges(swap(graph, "source", "source", "target", new BackingAfter.Of(name("source")))))
        .containsExactly("target:backing", "source:backing");
  }

  @Test
  void refusesANamedNodeThatNobodyUsesSinceNothingWouldMove() {
    Topology graph = graph(file("x"), filter("source", "x"), file("target"), file("lone"));

    assertThat(swap(graph, "source", "lone", "target", new BackingAfter.Unchanged()))
        .contains(new Refusal.ReplaceWouldLoop(name("lone"), name("target"), List.of()));
  }

  @Test
  void refusesANamedNodeThatOnlyTheTargetUses() {
    Topology graph =
        graph(file("f"), file("g"), format("x", "f"), format("target", "g", "x"), file("source"));

    assertThat(edges(swap(graph, "source", "x", "target", new BackingAfter.Unchanged())))
        .containsExactly("target:backing");
  }

  @Test
  void doesNotTakeTheHoldOfAJobForAMove() {
    Topology graph = graph(file("source"), file("x"), file("target"), job("j", "x"));

    assertThat(swap(graph, "source", "x", "target", new BackingAfter.Unchanged())).isPresent();
  }

  @Test
  void listsOnlyEdgesThatAPlanWouldLeaveOut() {
    Topology graph =
        graph(
            file("x"),
            filter("source", "x"),
            file("a"),
            filter("mid", "x"),
            quorum("target", "a", "mid"));

    Topology swapped = planned(graph, move("x", "target"));

    assertThat(under(swapped, "source:file")).isEqualTo(name("target"));
    assertThat(under(swapped, "mid:file")).isEqualTo(name("x"));
  }

  @Test
  void r19RefusesToMirrorADiskOntoItselfThroughFilters() {
    LoopRules rules = new LoopRules(throttled, new TestRules());

    assertThat(rules.selfMirror(name("source"), name("filtered")))
        .contains(new Refusal.SelfMirror(name("source"), name("filtered")));
    assertThat(rules.selfMirror(name("filtered"), name("source"))).isPresent();
    assertThat(rules.selfMirror(name("source"), name("f"))).isEmpty();
  }

  private static Optional<Refusal> swap(
      Topology graph, String source, String replaced, String target, BackingAfter backing) {
    return new LoopRules(graph, new TestRules())
        .objection(
            new LoopRules.Swap(name(source), name(replaced), name(target), backing, Set.of()));
  }

  private static List<String> edges(Optional<Refusal> refusal) {
    return ((Refusal.ReplaceWouldLoop) refusal.orElseThrow())
        .edges().stream().map(edge -> edge.id().value()).toList();
  }
}
