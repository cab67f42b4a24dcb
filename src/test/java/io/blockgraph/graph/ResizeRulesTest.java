package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ResizeRules.Resize;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The measured resize matrix, as far as it is decided by the graph alone.
class ResizeRulesTest {
  private static final ResizeRules RULES = new ResizeRules(PLANNER, new TestRules());
  private static final UserId COMMAND = new UserId("resize-1");

  @Test
  void resizesARoot() {
    assertThat(allowed(graph(file("f"), format("n", "f")), "n").truncated()).isEqualTo(name("n"));
  }

  @Test
  void resizesWhatAFilterShows() {
    Topology graph = graph(file("f"), format("n", "f"), copyOnRead("cor", "n"));

    assertThat(allowed(graph, "cor").truncated()).isEqualTo(name("n"));
    assertThat(allowed(graph, "n").truncated()).isEqualTo(name("n"));
  }

  @Test
  void givesResizeBackAtTheEnd() {
    Topology graph = graph(file("f"), format("n", "f"));
    Resize resize = allowed(graph, "n");

    Topology after = planned(resize.next(), resize.end().toArray(GraphEdit[]::new));

    assertThat(GraphDiff.between(graph, after).isEmpty()).isTrue();
  }

  @Test
  void resizesABackingDiskWhoseOverlaysUsersShareWrite() {
    assertThat(allowed(chain(Permissions.ALL), "base").truncated()).isEqualTo(name("base"));
  }

  @Test
  void refusesABackingDiskWhoseOverlaysUsersDoNotShareWrite() {
    Topology graph = chain(READ);

    assertThat(refusal(graph, "base"))
        .isInstanceOfSatisfying(
            Refusal.PermissionConflict.class,
            conflict -> assertThat(conflict.unsharing()).isEqualTo(edgeOf(graph, "top:backing")));
  }

  @Test
  void refusesTheFileUnderAFormatAndNamesThatEdge() {
    Topology graph = graph(file("f"), format("n", "f"));

    assertThat(refusal(graph, "f"))
        .isInstanceOfSatisfying(
            Refusal.PermissionConflict.class,
            conflict -> {
              assertThat(conflict.missing()).isEqualTo(Permissions.of(Permission.RESIZE));
              assertThat(conflict.requiring().parent().id()).isEqualTo("resize-1");
              assertThat(conflict.unsharing()).isEqualTo(edgeOf(graph, "n:file"));
            });
  }

  @Test
  void refusesAQuorumsChildAndTheFileUnderIt() {
    Topology graph = graph(file("f"), raw("a", "f"), file("b"), quorum("q", "a", "b"));

    assertThat(unsharing(graph, "a")).isEqualTo(edgeOf(graph, "q:children.0"));
    assertThat(unsharing(graph, "f")).isEqualTo(edgeOf(graph, "a:file"));
  }

  @Test
  void refusesANodeWithAnExportWritableOrNot() {
    Topology graph = graph(file("f"), reader("x", "f"), file("g"), writer("y", "g"));

    assertThat(unsharing(graph, "f")).isEqualTo(edgeOf(graph, "x:root"));
    assertThat(unsharing(graph, "g")).isEqualTo(edgeOf(graph, "y:root"));
  }

  @Test
  void refusesANodeThatAJobOwns() {
    Topology graph = graph(file("f"), job("mirror", "f"));

    assertThat(refusal(graph, "f"))
        .isEqualTo(new Refusal.NodeBusy(name("f"), new UserId("mirror")));
  }

  @Test
  void refusesMissingAndReadOnlyNodesAlsoBelowAFilter() {
    Topology graph = graph(readOnly(file("f")), filter("th", "f"));

    assertThat(refusal(graph, "nobody")).isEqualTo(new Refusal.NodeNotFound(name("nobody")));
    for (String node : List.of("f", "th")) {
      assertThat(refusal(graph, node))
          .isInstanceOfSatisfying(
              Refusal.NodeReadOnly.class,
              refusal -> assertThat(refusal.node()).isEqualTo(name("f")));
    }
  }

  @Test
  void refusesReadOnlyChildrenOfRawDisksAndQuorums() {
    Topology graph =
        graph(
            file("a"),
            readOnly(file("b")),
            quorum("q", "a", "b"),
            readOnly(file("f")),
            raw("r", "f"));

    assertThat(refusal(graph, "q"))
        .isInstanceOfSatisfying(
            Refusal.NodeReadOnly.class,
            refusal -> assertThat(refusal.requiring().id()).isEqualTo(edge("q:children.1")));
    assertThat(refusal(graph, "r"))
        .isInstanceOfSatisfying(
            Refusal.NodeReadOnly.class, refusal -> assertThat(refusal.node()).isEqualTo(name("f")));
  }

  private static Topology chain(Permissions shared) {
    return graph(
        file("f1"),
        file("f2"),
        format("base", "f1"),
        format("top", "f2", "base"),
        user("x", User.Kind.EXPORT, "top", READ, shared));
  }

  private static Edge unsharing(Topology graph, String node) {
    return ((Refusal.PermissionConflict) refusal(graph, node)).unsharing();
  }

  private static Resize allowed(Topology graph, String node) {
    Ruling<Resize> ruling = RULES.resize(graph, name(node), COMMAND);
    assertThat(ruling).isInstanceOf(Ruling.Allowed.class);
    return ((Ruling.Allowed<Resize>) ruling).value();
  }

  private static Refusal refusal(Topology graph, String node) {
    Ruling<Resize> ruling = RULES.resize(graph, name(node), COMMAND);
    assertThat(ruling).isInstanceOf(Ruling.Refused.class);
    return ((Ruling.Refused<Resize>) ruling).refusal();
  }
}
