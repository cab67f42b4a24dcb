package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SentencesTest {
  private final Topology graph =
      graph(file("disk"), format("top", "disk"), reader("x", "top"), job("j", "top"));
  private final Edge file = edgeOf(graph, "top:file");
  private final Edge export = edgeOf(graph, "x:root");

  @Test
  void namesBothEdgesOfAConflictAndWhatToDo() {
    Refusal refusal = refused(graph, add(writer("w", "disk")));

    assertThat(Sentences.of(refusal))
        .isEqualTo(
            "on node 'disk', export 'w' (edge 'w:root') needs write, which node 'top' (edge"
                + " 'top:file') does not share");
    assertThat(Sentences.hint(refusal)).contains("close export 'w', or make export 'w' read-only");
  }

  @Test
  void suggestsAReadOnlyExportToAWriterThatIsInTheWay() {
    Topology quorum = graph(file("a"), file("b"), quorum("q", "a", "b"));

    Refusal refusal = refused(quorum, add(writer("x", "a")));

    assertThat(Sentences.of(refusal))
        .isEqualTo(
            "on node 'a', export 'x' (edge 'x:root') needs write, which node 'q' (edge"
                + " 'q:children.0') does not share");
    assertThat(Sentences.hint(refusal)).contains("close export 'x', or make export 'x' read-only");
  }

  @Test
  void saysWhoWritesToAReadOnlyNode() {
    Refusal refusal = refused(graph(readOnly(file("a"))), add(writer("x", "a")));

    assertThat(Sentences.of(refusal))
        .isEqualTo("node 'a' is read-only; export 'x' (edge 'x:root') needs write");
    assertThat(Sentences.hint(refusal))
        .contains("make node 'a' writable, or make export 'x' read-only");
  }

  @Test
  void listsEverybodyWhoUsesANode() {
    Refusal refusal = refused(graph, remove("top"));

    assertThat(Sentences.of(refusal))
        .isEqualTo("node 'top' is in use by export 'x' (edge 'x:root'), job 'j' (edge 'j:hold.0')");
    assertThat(Sentences.hint(refusal)).contains("close export 'x'");
  }

  @Test
  void drawsTheWayOfACycle() {
    Refusal refusal = refused(graph, new GraphEdit.AttachChild(name("top"), backing("top")));

    assertThat(Sentences.of(refusal))
        .isEqualTo("the graph would lead back to where it began: top:backing -> top");
  }

  @Test
  void tellsToWaitForTheJobThatOwnsOrHasFrozen() {
    Refusal busy = new Refusal.NodeBusy(name("top"), new UserId("j"));
    Refusal frozen = new Refusal.EdgeFrozen(file, new UserId("j"));

    assertThat(Sentences.of(busy)).isEqualTo("node 'top' is owned by job 'j'");
    assertThat(Sentences.of(frozen))
        .isEqualTo("edge 'top:file' of node 'top' is frozen by job 'j'");
    assertThat(List.of(busy, frozen))
        .allSatisfy(
            refusal ->
                assertThat(Sentences.hint(refusal))
                    .contains("wait for job 'j' to end, or cancel it"));
  }

  @Test
  void saysWhyANodeCannotBeReplaced() {
    Edge vote = edgeOf(graph(file("a"), file("b"), quorum("q", "a", "b")), "q:children.0");
    Refusal changes = new Refusal.ReplaceWouldChangeData(vote, export, READ);
    Refusal shares =
        new Refusal.ReplaceWouldChangeData(vote, export, Permissions.of(Permission.WRITE));
    Refusal other = new Refusal.ReplaceWouldChangeData(vote, export, Permissions.NONE);

    String start =
        "replacing node 'a' under node 'q' (edge 'q:children.0') may change its data, and export"
            + " 'x' (edge 'x:root') ";
    assertThat(Sentences.of(changes)).isEqualTo(start + "reads it");
    assertThat(Sentences.of(shares)).isEqualTo(start + "does not share write");
    assertThat(Sentences.of(other)).isEqualTo(start + "uses it too");
  }

  @Test
  void saysALoopWithItsEdgesAndANoOpWithout() {
    Refusal loop = new Refusal.ReplaceWouldLoop(name("disk"), name("t"), List.of(file));
    Refusal nothing = new Refusal.ReplaceWouldLoop(name("disk"), name("t"), List.of());

    assertThat(Sentences.of(loop)).endsWith("since the target stands on it: top:file -> disk");
    assertThat(Sentences.of(nothing)).endsWith("would change nothing: nobody uses node 'disk'");
  }

  @Test
  void saysWhatIsWrongWithAnOverlay() {
    NodeName overlay = name("o");
    assertThat(Sentences.of(new Refusal.OverlayInUse(overlay, export)))
        .isEqualTo("overlay 'o' is read by export 'x' (edge 'x:root')");
    assertThat(Sentences.of(new Refusal.OverlayHasBacking(overlay, name("b"))))
        .contains("'o'", "'b'");
    assertThat(Sentences.of(new Refusal.OverlayIsFilter(overlay, TestRules.FILTER)))
        .contains("'o'", "'filter'");
    assertThat(Sentences.of(new Refusal.BackingUnsupported(overlay, TestRules.RAW)))
        .contains("'o'", "'raw'");
    assertThat(Sentences.of(new Refusal.OverlaySharesStorage(overlay, name("of"))))
        .contains("'o'", "'of'");
  }

  @Test
  void saysWhatIsNotThereOrTaken() {
    assertThat(Sentences.of(new Refusal.NodeNotFound(name("a")))).isEqualTo("there is no node 'a'");
    assertThat(Sentences.of(new Refusal.UserNotFound(new UserId("u")))).contains("'u'");
    assertThat(Sentences.of(new Refusal.EdgeNotFound(edge("a:b"))))
        .isEqualTo("there is no edge 'a:b'");
    assertThat(Sentences.of(new Refusal.NameInUse("a", "export")))
        .isEqualTo("the name 'a' is in use by an export");
    assertThat(Sentences.hint(new Refusal.NameInUse("a", "node"))).isPresent();
    assertThat(Sentences.hint(new Refusal.NodeNotFound(name("a")))).isEqualTo(Optional.empty());
  }

  @Test
  void saysTheRestWithItsNames() {
    assertThat(Sentences.of(new Refusal.UnknownDriver(name("a"), new DriverName("vhdx"))))
        .contains("'a'", "'vhdx'");
    assertThat(Sentences.of(new Refusal.BadShape(name("a"), "it needs a child 'file'")))
        .contains("'a'", "'file'");
    assertThat(Sentences.of(new Refusal.TooDeep(name("a"), 200))).contains("'a'", "200");
    assertThat(Sentences.of(new Refusal.SelfMirror(name("a"), name("b")))).contains("'a'", "'b'");
    assertThat(Sentences.of(new Refusal.ReplaceNotCovered(name("a"), name("b"), name("c"))))
        .contains("'a'", "'b'", "'c'");
  }
}
