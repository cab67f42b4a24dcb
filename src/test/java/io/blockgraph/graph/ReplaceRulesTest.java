package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ReplaceRules.OtherParents;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The rows R1 to R27 of the measured replace matrix that need nothing but the graph.
class ReplaceRulesTest {
  private static final List<NodeSpec> QUORUM =
      List.of(file("img0"), file("img1"), file("img2"), quorum("q", "img0", "img1", "img2"));

  @Test
  void r1AllowsAChildOfAQuorum() {
    assertThat(objection(graph(with(QUORUM)), "q", "img1")).isEmpty();
  }

  @Test
  void r2AllowsAChildThatAnIdleParentUsesTooUnlessNoneIsAllowed() {
    Topology graph =
        graph(
            with(
                QUORUM,
                user("other", User.Kind.EXPORT, "img1", Permissions.NONE, Permissions.ALL)));

    assertThat(objection(graph, "q", "img1")).isEmpty();
    assertThat(objection(graph, "q", "img1", OtherParents.NONE_ALLOWED))
        .contains(
            changes(edgeOf(graph, "q:children.1"), edgeOf(graph, "other:root"), Permissions.NONE));
  }

  @Test
  void r2AllowsAChildUnderAnIdleRawNodeUnlessNoneIsAllowed() {
    Topology graph = graph(with(QUORUM, raw("other", "img1")));

    assertThat(objection(graph, "q", "img1")).isEmpty();
    assertThat(objection(graph, "q", "img1", OtherParents.NONE_ALLOWED)).isPresent();
  }

  @Test
  void r3RefusesAChildThatAnExportReadsAndNamesIt() {
    Topology graph = graph(with(QUORUM, reader("x", "img1")));

    assertThat(objection(graph, "q", "img1"))
        .contains(changes(edgeOf(graph, "q:children.1"), edgeOf(graph, "x:root"), READ));
  }

  @Test
  void refusesAChildWhoseOtherParentDoesNotShareWrite() {
    Topology graph =
        graph(with(QUORUM, user("x", User.Kind.EXPORT, "img1", Permissions.NONE, READ)));

    assertThat(objection(graph, "q", "img1"))
        .contains(
            changes(
                edgeOf(graph, "q:children.1"),
                edgeOf(graph, "x:root"),
                Permissions.of(Permission.WRITE)));
  }

  @Test
  void r4AndR5AllowTheFiltersAndTheNodeBelowThem() {
    Topology graph =
        graph(file("disk"), copyOnRead("filter1", "disk"), copyOnRead("filter0", "filter1"));

    assertThat(objection(graph, "filter0", "filter1")).isEmpty();
    assertThat(objection(graph, "filter0", "disk")).isEmpty();
  }

  @Test
  void r6AllowsTheSourceItselfWhoeverUsesIt() {
    Topology graph = graph(file("f"), format("img", "f"), writer("x", "img"));

    assertThat(objection(graph, "img", "img")).isEmpty();
  }

  @Test
  void r7R8AndR9RefuseBackingDiskFileAndStranger() {
    Topology graph =
        graph(
            file("f"),
            file("g"),
            format("base", "g"),
            format("img", "f", "base"),
            file("stranger"));

    for (String replaced : List.of("base", "f", "stranger")) {
      assertThat(objection(graph, "img", replaced)).contains(notCovered("img", replaced, "img"));
    }
  }

  @Test
  void r10RefusesAMissingNode() {
    assertThat(objection(graph(with(QUORUM)), "q", "nobody"))
        .contains(new Refusal.NodeNotFound(name("nobody")));
    assertThat(objection(graph(with(QUORUM)), "nobody", "q"))
        .contains(new Refusal.NodeNotFound(name("nobody")));
  }

  @Test
  void r12AllowsAChildOfAQuorumBelowAFilter() {
    assertThat(objection(graph(with(QUORUM, filter("top", "q"))), "top", "img1")).isEmpty();
  }

  @Test
  void r13RefusesTheNodeBelowAFilterThatIsAChildOfAQuorumButAllowsTheFilter() {
    Topology graph = graph(file("a"), file("b"), filter("f", "b"), quorum("q", "a", "f"));

    assertThat(objection(graph, "q", "b")).contains(notCovered("q", "b", "q"));
    assertThat(objection(graph, "q", "f")).isEmpty();
  }

  @Test
  void r14RefusesAGrandchildThroughAQuorumButAllowsTheInnerQuorum() {
    Topology graph =
        graph(
            file("a"),
            file("b"),
            file("c"),
            quorum("inner", "a", "b"),
            quorum("outer", "inner", "c"));

    assertThat(objection(graph, "outer", "a")).contains(notCovered("outer", "a", "outer"));
    assertThat(objection(graph, "outer", "inner")).isEmpty();
  }

  @Test
  void r15RefusesTheFileOfARawNode() {
    Topology graph = graph(file("disk"), raw("r", "disk"));

    assertThat(objection(graph, "r", "disk")).contains(notCovered("r", "disk", "r"));
  }

  @Test
  void r16AllowsBothSidesOfAVerifierAndWhatTheyFilter() {
    Topology graph = graph(file("a"), file("b"), filter("fb", "b"), verify("v", "a", "fb"));

    assertThat(objection(graph, "v", "a")).isEmpty();
    assertThat(objection(graph, "v", "fb")).isEmpty();
    assertThat(objection(graph, "v", "b")).isEmpty();
  }

  @Test
  void namesTheReaderEvenWhenTheQuorumIsTheSecondSideOfAVerifier() {
    Topology graph =
        graph(with(QUORUM, file("plain"), verify("v", "plain", "q"), reader("x", "img1")));

    assertThat(objection(graph, "v", "img1"))
        .contains(changes(edgeOf(graph, "q:children.1"), edgeOf(graph, "x:root"), READ));
  }

  @Test
  void r24AllowsAChildUnderAnIdleCopyOnReadNodeUnlessNoneIsAllowed() {
    Topology graph = graph(with(QUORUM, copyOnRead("cor", "img1")));

    assertThat(objection(graph, "q", "img1")).isEmpty();
    assertThat(objection(graph, "q", "img1", OtherParents.NONE_ALLOWED)).isPresent();
  }

  @Test
  void r26CountsTheSecondEdgeOfTheSameQuorumAsAnotherParent() {
    Options duplicates = Options.NONE.with("allowDuplicate", true);
    Topology graph = graph(file("a"), quorum("q", "a", "a").withOptions(duplicates));

    assertThat(objection(graph, "q", "a"))
        .contains(
            changes(
                edgeOf(graph, "q:children.0"),
                edgeOf(graph, "q:children.1"),
                Permissions.of(Permission.WRITE)));
  }

  @Test
  void r27AllowsAReadOnlyChildOfAReadOnlyQuorum() {
    Topology graph =
        graph(
            readOnly(file("a")),
            readOnly(file("b")),
            readOnly(quorum("q", "a", "b")),
            reader("x", "q"));

    assertThat(objection(graph, "q", "a")).isEmpty();
  }

  @Test
  void doesNotCountTheEdgesOfTheAskingJob() {
    Topology graph = graph(with(QUORUM, user("j", User.Kind.JOB, "img1", READ, Permissions.NONE)));
    ReplaceRules rules = new ReplaceRules(graph, new TestRules());

    assertThat(
            rules.objection(
                new ReplaceRules.Request(
                    name("q"), name("img1"), OtherParents.NONE_ALLOWED, Set.of(edge("j:root")))))
        .isEmpty();
    assertThat(objection(graph, "q", "img1")).isPresent();
  }

  @Test
  void tellsTheWayThroughFiltersSidesAndVotes() {
    Topology graph =
        graph(with(QUORUM, filter("th", "q"), file("plain"), verify("v", "plain", "th")));

    assertThat(way(graph, "v", "img1"))
        .containsExactly("v:test same-data", "th:file filter", "q:children.1 own-child");
    assertThat(way(graph, "v", "plain")).containsExactly("v:raw same-data");
    assertThat(way(graph, "v", "v")).isEmpty();
  }

  private static List<String> way(Topology graph, String source, String replaced) {
    var request =
        new ReplaceRules.Request(name(source), name(replaced), OtherParents.PERMISSIONS, Set.of());
    Ruling<List<ReplaceRules.Step>> ruling =
        new ReplaceRules(graph, new TestRules()).cover(request);
    if (ruling instanceof Ruling.Allowed<List<ReplaceRules.Step>>(var steps)) {
      return steps.stream().map(step -> step.edge().id() + " " + step.onward().word()).toList();
    }
    throw new AssertionError(ruling.toString());
  }

  private static Record[] with(List<NodeSpec> nodes, Record... more) {
    List<Record> all = new java.util.ArrayList<>(nodes);
    all.addAll(List.of(more));
    return all.toArray(Record[]::new);
  }

  private static Optional<Refusal> objection(Topology graph, String source, String replaced) {
    return objection(graph, source, replaced, OtherParents.PERMISSIONS);
  }

  private static Optional<Refusal> objection(
      Topology graph, String source, String replaced, OtherParents others) {
    return new ReplaceRules(graph, new TestRules())
        .objection(new ReplaceRules.Request(name(source), name(replaced), others, Set.of()));
  }

  private static Refusal notCovered(String source, String replaced, String stop) {
    return new Refusal.ReplaceNotCovered(name(source), name(replaced), name(stop));
  }

  private static Refusal changes(Edge vote, Edge other, Permissions cares) {
    return new Refusal.ReplaceWouldChangeData(vote, other, cares);
  }
}
