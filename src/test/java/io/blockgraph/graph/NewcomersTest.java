package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.Newcomers.Kind;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NewcomersTest {
  private static final Newcomers NEWCOMERS = new Newcomers(PLANNER, new TestRules());

  @Test
  void letsAnybodyComeToANodeThatNobodyUses() {
    Topology graph = graph(file("a"));

    for (Kind kind : Kind.values()) {
      assertThat(objection(graph, "a", kind)).isEmpty();
    }
  }

  @Test
  void letsReadersAndNoOthersBelowAQuorum() {
    Topology graph = graph(file("a"), file("b"), quorum("q", "a", "b"));

    assertThat(objection(graph, "a", Kind.READER)).isEmpty();
    assertThat(unsharing(graph, "a", Kind.WRITER)).isEqualTo(edgeOf(graph, "q:children.0"));
    assertThat(unsharing(graph, "a", Kind.RESIZER)).isEqualTo(edgeOf(graph, "q:children.0"));
  }

  @Test
  void letsWritersButNoResizerBesideAnExport() {
    Topology graph = graph(file("a"), writer("x", "a"));

    assertThat(objection(graph, "a", Kind.WRITER)).isEmpty();
    assertThat(unsharing(graph, "a", Kind.RESIZER)).isEqualTo(edgeOf(graph, "x:root"));
  }

  @Test
  void letsNobodyWriteToAReadOnlyNodeOrResizeWhatAJobOwns() {
    assertThat(objection(graph(readOnly(file("a"))), "a", Kind.WRITER))
        .get()
        .isInstanceOf(Refusal.NodeReadOnly.class);
    assertThat(objection(graph(file("a"), job("j", "a")), "a", Kind.RESIZER))
        .contains(new Refusal.NodeBusy(name("a"), new UserId("j")));
  }

  @Test
  void callsTheNewcomerByANameThatIsFree() {
    Topology graph = graph(file("writer"), file("b"), quorum("q", "writer", "b"));

    Refusal.PermissionConflict conflict =
        (Refusal.PermissionConflict) objection(graph, "writer", Kind.WRITER).orElseThrow();

    assertThat(conflict.requiring().parent().id()).isEqualTo("writer.2");
  }

  private static Optional<Refusal> objection(Topology graph, String node, Kind kind) {
    return NEWCOMERS.objection(graph, name(node), kind);
  }

  private static Edge unsharing(Topology graph, String node, Kind kind) {
    return ((Refusal.PermissionConflict) objection(graph, node, kind).orElseThrow()).unsharing();
  }
}
