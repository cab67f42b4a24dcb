package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlannerTest {
  @Test
  void addsChildrenAfterTheirParentInOnePlan() {
    Topology graph = planned(Topology.EMPTY, add(format("top", "disk")), add(file("disk")));

    assertThat(under(graph, "top:file")).isEqualTo(name("disk"));
  }

  @Test
  void givesTheFileOfAWritableFormatToNobodyElse() {
    Topology graph = graph(file("disk"), format("top", "disk"));

    Grant grant = edgeOf(graph, "top:file").grant();
    assertThat(grant.taken()).isEqualTo(READ_WRITE.with(Permission.RESIZE));
    assertThat(grant.shared())
        .isEqualTo(Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED));
  }

  @Test
  void refusesANameThatAnExportHas() {
    Topology graph = graph(file("disk"), reader("x", "disk"));

    assertThat(refused(graph, add(file("x")))).isEqualTo(new Refusal.NameInUse("x", "export"));
  }

  @Test
  void refusesAnExportWithTheNameOfANode() {
    Topology graph = graph(file("disk"));

    assertThat(refused(graph, add(reader("disk", "disk"))))
        .isEqualTo(new Refusal.NameInUse("disk", "node"));
  }

  @Test
  void refusesAnUnknownDriver() {
    DriverName nobody = new DriverName("nobody");

    assertThat(refused(Topology.EMPTY, add(node("a", nobody))))
        .isEqualTo(new Refusal.UnknownDriver(name("a"), nobody));
  }

  @Test
  void refusesAChildThatIsNotThere() {
    assertThat(refused(Topology.EMPTY, add(format("top", "disk"))))
        .isEqualTo(new Refusal.NodeNotFound(name("disk")));
  }

  @Test
  void refusesToRemoveANodeInUseAndNamesItsParents() {
    Topology graph = graph(file("disk"), format("top", "disk"), reader("x", "top"));

    assertThat(refused(graph, remove("disk")))
        .isEqualTo(new Refusal.NodeInUse(name("disk"), List.of(edgeOf(graph, "top:file"))));
  }

  @Test
  void removesParentAndChildInAnyOrder() {
    Topology graph = graph(file("disk"), format("top", "disk"));

    assertThat(planned(graph, remove("disk"), remove("top")).nodes()).isEmpty();
  }

  @Test
  void refusesACycleAndListsItsEdgesInOrder() {
    Topology graph = graph(file("f"), format("a", "f"), filter("b", "a"), filter("c", "b"));

    Refusal refusal = refused(graph, new GraphEdit.AttachChild(name("a"), backing("c")));

    assertThat(refusal).isInstanceOf(Refusal.WouldCycle.class);
    assertThat(((Refusal.WouldCycle) refusal).cycle())
        .extracting(edge -> edge.id().value())
        .containsExactly("a:backing", "c:file", "b:file");
  }

  @Test
  void refusesANodeThatIsItsOwnChild() {
    assertThat(refused(Topology.EMPTY, add(filter("a", "a"))))
        .isInstanceOf(Refusal.WouldCycle.class);
  }

  @Test
  void refusesAChainLongerThanAllowedAndAllowsTheLongest() {
    Record[] chain =
        IntStream.range(0, Planner.DEFAULT_MAX_DEPTH)
            .mapToObj(i -> i == 0 ? file("n0") : filter("n" + i, "n" + (i - 1)))
            .toArray(Record[]::new);

    Topology graph = graph(chain);

    assertThat(refused(graph, add(filter("n200", "n199"))))
        .isEqualTo(new Refusal.TooDeep(name("n200"), Planner.DEFAULT_MAX_DEPTH));
  }

  @Test
  void refusesASecondWriterOnAFileUnderAFormatAndNamesBothEdges() {
    Topology graph = graph(file("disk"), format("top", "disk"));
    User x = writer("x", "disk");

    Refusal refusal = refused(graph, add(x));

    Edge export = x.edges().getFirst().edgeOf(x);
    assertThat(refusal)
        .isEqualTo(
            new Refusal.PermissionConflict(
                name("disk"), Permissions.of(Permission.WRITE), export, edgeOf(graph, "top:file")));
  }

  @Test
  void refusesToWriteToAReadOnlyNode() {
    Topology graph = graph(readOnly(file("disk")));
    User x = writer("x", "disk");

    assertThat(refused(graph, add(x)))
        .isEqualTo(
            new Refusal.NodeReadOnly(
                name("disk"), Permissions.of(Permission.WRITE), x.edges().getFirst().edgeOf(x)));
  }

  @Test
  void refusesToMakeANodeReadOnlyThatIsWritten() {
    Topology graph = graph(file("disk"), writer("x", "disk"));

    assertThat(refused(graph, new GraphEdit.SetAccess(name("disk"), NodeSpec.Access.READ_ONLY)))
        .isInstanceOf(Refusal.NodeReadOnly.class);
  }

  @Test
  void refusesAnythingToAFrozenEdgeUntilItIsThawed() {
    Topology graph =
        planned(
            graph(file("a"), file("b"), filter("f", "a"), job("j", "a")), freeze("f:file", "j"));
    Refusal frozen = new Refusal.EdgeFrozen(edgeOf(graph, "f:file"), new UserId("j"));

    assertThat(refused(graph, replace("f", "file", "b"))).isEqualTo(frozen);
    assertThat(refused(graph, move("a", "b"))).isEqualTo(frozen);
    assertThat(refused(graph, remove("f"))).isEqualTo(frozen);
    assertThat(refused(graph, new GraphEdit.DetachChild(name("f"), ChildName.FILE)))
        .isEqualTo(frozen);
    GraphEdit thaw = new GraphEdit.Unfreeze(edge("f:file"), new UserId("j"));
    assertThat(under(planned(graph, thaw, replace("f", "file", "b")), "f:file"))
        .isEqualTo(name("b"));
  }

  @Test
  void thawsTheEdgesOfAJobThatGoes() {
    Topology graph =
        planned(graph(file("a"), filter("f", "a"), job("j", "a")), freeze("f:file", "j"));

    Topology after = planned(graph, new GraphEdit.RemoveUser(new UserId("j")));

    assertThat(edgeOf(after, "f:file").frozenBy()).isEmpty();
  }

  @Test
  void refusesAFreezeForAJobThatIsNotThere() {
    Topology graph = graph(file("a"), filter("f", "a"));

    assertThat(refused(graph, freeze("f:file", "j")))
        .isEqualTo(new Refusal.UserNotFound(new UserId("j")));
  }

  @Test
  void refusesToFreezeOrThawWhatAnotherJobHasFrozen() {
    Topology graph =
        planned(
            graph(file("a"), filter("f", "a"), job("j", "a"), job("k", "a")),
            freeze("f:file", "j"));

    assertThat(refused(graph, freeze("f:file", "k"))).isInstanceOf(Refusal.EdgeFrozen.class);
    assertThat(refused(graph, new GraphEdit.Unfreeze(edge("f:file"), new UserId("k"))))
        .isInstanceOf(Refusal.EdgeFrozen.class);
  }

  @Test
  void movesExportsAndParentsButNotJobsNorWhatIsKeptNorTheSubtreeOfTheNewNode() {
    Topology graph =
        graph(
            file("a"),
            file("o"),
            filter("f", "a"),
            filter("g", "a"),
            filter("top", "a"),
            user("x", User.Kind.EXPORT, "a", READ, Permissions.ALL),
            job("j", "a"));

    Topology after =
        planned(graph, new GraphEdit.MoveParents(name("a"), name("top"), Set.of(edge("g:file"))));

    assertThat(under(after, "f:file")).isEqualTo(name("top"));
    assertThat(under(after, "x:root")).isEqualTo(name("top"));
    assertThat(under(after, "g:file")).isEqualTo(name("a"));
    assertThat(under(after, "top:file")).isEqualTo(name("a"));
    assertThat(under(after, "j:hold.0")).isEqualTo(name("a"));
  }

  @Test
  void removesInlineNodesWithTheirLastParentAndWhatOnlyTheyUsed() {
    Topology graph =
        graph(
            file("kept"),
            inline(file("disk")),
            inline(format("mid", "disk", "kept")),
            filter("top", "mid"));

    Topology after = planned(graph, remove("top"));

    assertThat(names(after.nodes().stream().map(NodeSpec::name))).containsExactly("kept");
  }

  @Test
  void keepsAnInlineNodeThatAJobHolds() {
    Topology graph = graph(inline(file("disk")), filter("top", "disk"), job("j", "disk"));

    assertThat(planned(graph, remove("top")).node(name("disk"))).isPresent();
  }

  @Test
  void refusesToLetAnInlineNodeGoWhoseEdgeIsFrozen() {
    Topology graph =
        planned(
            graph(file("a"), inline(filter("f", "a")), filter("top", "f"), job("j", "a")),
            freeze("f:file", "j"));

    assertThat(refused(graph, remove("top"))).isInstanceOf(Refusal.EdgeFrozen.class);
  }

  @Test
  void answersTheSameForTheSameQuestion() {
    Topology graph = graph(file("disk"), format("top", "disk"));

    assertThat(refused(graph, add(writer("x", "disk"))))
        .isEqualTo(refused(graph, add(writer("x", "disk"))));
  }
}
