package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Inactive nodes: what they take, and what may stand on them.
class ActivityTest {
  private final Topology graph = graph(file("disk"), format("top", "disk"), writer("x", "top"));

  private static GraphEdit turn(NodeSpec node, boolean active) {
    NodeSpec turned = node.withActive(active);
    return new GraphEdit.SetOptions(turned.name(), turned.options());
  }

  private static Topology inactive(Topology graph, String... names) {
    List<GraphEdit> edits =
        List.of(names).stream()
            .map(name -> turn(graph.node(name(name)).orElseThrow(), false))
            .toList();
    return planned(graph, edits.toArray(GraphEdit[]::new));
  }

  @Test
  void anInactiveNodeTakesNothingAndSharesEverything() {
    assertThat(edgeOf(graph, "top:file").grant().taken()).isNotEqualTo(Permissions.NONE);
    assertThat(edgeOf(inactive(graph, "top"), "top:file").grant()).isEqualTo(Grant.IDLE);
  }

  @Test
  void nothingActiveStandsOnAnInactiveNode() {
    Refusal refusal = refused(graph, turn(graph.node(name("disk")).orElseThrow(), false));
    assertThat(refusal).isEqualTo(new Refusal.NodeInactive(name("disk"), Optional.of(name("top"))));
    assertThat(Sentences.of(refusal))
        .isEqualTo("node 'disk' is inactive; node 'top' above it is not");
    assertThat(Sentences.hint(refusal))
        .contains("make node 'disk' active, or node 'top' inactive first");
    Topology all = inactive(graph, "top", "disk");
    assertThat(refused(all, turn(all.node(name("top")).orElseThrow(), true))).isEqualTo(refusal);
    assertThat(refused(all, add(filter("f", "top"))))
        .isEqualTo(new Refusal.NodeInactive(name("top"), Optional.of(name("f"))));
  }

  @Test
  void whatWasTakenBackIsAsItWas() {
    Topology all = inactive(graph, "top", "disk");
    Topology back =
        planned(
            all,
            turn(all.node(name("disk")).orElseThrow(), true),
            turn(all.node(name("top")).orElseThrow(), true));
    assertThat(back.nodes()).isEqualTo(graph.nodes());
    assertThat(back.edges()).isEqualTo(graph.edges());
  }

  @Test
  void nobodyIsBusyWithWhatIsHandedOver() {
    assertThat(Busy.objection(inactive(graph, "top"), name("top")))
        .contains(new Refusal.NodeInactive(name("top"), Optional.empty()));
  }

  /// Every set of inactive nodes, and every way from one to another: the look at what is touched
  /// comes to the same as the look at everything.
  @Test
  void everyHandOverComesToTheSameAsBuildingTheGraphAnew() {
    List<NodeSpec> nodes =
        List.of(file("a"), format("b", "a"), filter("f", "b"), file("c"), format("t", "c", "f"));
    int accepted = 0;
    for (int from = 0; from < 1 << nodes.size(); from++) {
      if (anew(nodes, from) instanceof Outcome.Planned(Topology before)) {
        accepted++;
        for (int to = 0; to < 1 << nodes.size(); to++) {
          assertThat(kind(PLANNER.plan(before, turns(nodes, from, to))))
              .as("from %d to %d", from, to)
              .isEqualTo(kind(anew(nodes, to)));
        }
      }
    }
    assertThat(accepted).isBetween(3, 20);
  }

  private static NodeSpec in(NodeSpec node, int index, int inactive) {
    return node.withActive((inactive >> index & 1) == 0);
  }

  private static Outcome anew(List<NodeSpec> nodes, int inactive) {
    List<GraphEdit> edits = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      edits.add(add(in(nodes.get(i), i, inactive)));
    }
    edits.add(add(writer("w", "t")));
    return PLANNER.plan(Topology.EMPTY, edits);
  }

  private static List<GraphEdit> turns(List<NodeSpec> nodes, int from, int to) {
    List<GraphEdit> edits = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if ((from >> i & 1) != (to >> i & 1)) {
        edits.add(turn(nodes.get(i), (to >> i & 1) == 0));
      }
    }
    return edits;
  }

  private static Object kind(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Planned(Topology next) -> Set.copyOf(next.edges());
      case Outcome.Refused(Refusal refusal) -> refusal.getClass();
    };
  }
}
