package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.SnapshotRules.Request;
import io.blockgraph.graph.SnapshotRules.Snapshot;
import io.blockgraph.graph.SnapshotRules.Warning;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The measured snapshot matrix, as far as it is decided by the graph alone.
class SnapshotRulesTest {
  private static final SnapshotRules RULES = new SnapshotRules(PLANNER, new TestRules());
  private static final NodeSpec OF = file("of");
  private static final NodeSpec O = format("o", "of");

  @Test
  void putsAnOverlayOnARootAndKeepsTheOldNodeReadOnly() {
    Topology graph = graph(file("f"), format("n", "f"), writer("x", "n"), OF, O);

    Topology after = allowed(graph, "n").next();

    assertThat(under(after, "x:root")).isEqualTo(name("o"));
    assertThat(under(after, "o:backing")).isEqualTo(name("n"));
    assertThat(after.node(name("n")).orElseThrow().readOnly()).isTrue();
    assertThat(after.grantOn(name("n")).taken()).isEqualTo(READ);
  }

  @Test
  void putsAnOverlayUnderAFilter() {
    Topology graph = graph(file("f"), format("n", "f"), copyOnRead("cor", "n"), OF, O);

    assertThat(under(allowed(graph, "n").next(), "cor:file")).isEqualTo(name("o"));
  }

  @Test
  void putsAnOverlayOnAQuorumAndUnderOne() {
    Topology graph = graph(file("a"), file("b"), quorum("q", "a", "b"), writer("x", "q"), OF, O);

    assertThat(under(allowed(graph, "b").next(), "q:children.1")).isEqualTo(name("o"));
    assertThat(under(allowed(graph, "q").next(), "x:root")).isEqualTo(name("o"));
  }

  @Test
  void lets041ReplaceTheOverlayOfAQuorumChildAndNoLongerTheChild() {
    Topology graph = graph(file("a"), file("b"), quorum("q", "a", "b"), OF, O);
    ReplaceRules rules = new ReplaceRules(allowed(graph, "b").next(), new TestRules());

    assertThat(rules.objection(replacing("o"))).isEmpty();
    assertThat(rules.objection(replacing("b"))).isPresent();
  }

  @Test
  void putsAnOverlayOnTheFileOfAFormatAndWarns() {
    Topology graph = graph(file("f"), format("n", "f"), OF, O);

    Snapshot snapshot = allowed(graph, "f");

    assertThat(under(snapshot.next(), "n:file")).isEqualTo(name("o"));
    assertThat(snapshot.warnings())
        .containsExactly(new Warning.MetadataInOverlay(edgeOf(graph, "n:file"), name("o")));
  }

  @Test
  void putsAnOverlayIntoTheMiddleAndAtTheEndOfAChain() {
    Topology graph = chain();

    assertThat(under(allowed(graph, "mid").next(), "top:backing")).isEqualTo(name("o"));
    assertThat(under(allowed(graph, "base").next(), "mid:backing")).isEqualTo(name("o"));
  }

  @Test
  void refusesToTouchAFrozenEdge() {
    Topology graph = planned(chain(), add(job("j", "top")), freeze("top:backing", "j"));

    assertThat(refusal(graph, "mid"))
        .isEqualTo(new Refusal.EdgeFrozen(edgeOf(graph, "top:backing"), new UserId("j")));
  }

  @Test
  void refusesANodeThatAJobOwns() {
    Topology graph = planned(chain(), add(job("j", "mid")));

    assertThat(refusal(graph, "mid")).isEqualTo(new Refusal.NodeBusy(name("mid"), new UserId("j")));
  }

  @Test
  void putsTheOverlayAboveTheFilterOfAJobThatAdmitsIt() {
    for (String node : List.of("n", "moment")) {
      Topology after = allowed(underAJob(), node).next();

      assertThat(under(after, "x:root")).isEqualTo(name("o"));
      assertThat(under(after, "o:backing")).isEqualTo(name("moment"));
      assertThat(under(after, "moment:file")).isEqualTo(name("n"));
      assertThat(under(after, "j:hold.0")).isEqualTo(name("n"));
      assertThat(readOnly(after)).containsExactlyInAnyOrder("f", "n", "moment");
    }
  }

  @Test
  void bringsThoseAlongWhoUseTheNodeBesideTheFilterButForOtherFiltersOfJobs() {
    Topology graph =
        planned(
            underAJob(),
            new GraphEdit.RemoveUser(new UserId("x")),
            add(reader("y", "n")),
            add(raw("r", "n")),
            add(implicit(filter("gap", "n"))));

    Topology after = allowed(graph, "n").next();

    assertThat(under(after, "y:root")).isEqualTo(name("o"));
    assertThat(under(after, "r:file")).isEqualTo(name("o"));
    assertThat(under(after, "gap:file")).isEqualTo(name("n"));
  }

  @Test
  void refusesTheNodeOfAJobWhoseFilterAdmitsNoOverlayOrDoesNotStandOnIt() {
    Topology other = graph(file("f"), implicit(filter("own", "f")), job("j", "f", "own"), OF, O);
    Topology between =
        planned(underAJob(), add(filter("th", "n")), replace("moment", "file", "th"));
    Refusal busy = new Refusal.NodeBusy(name("n"), new UserId("j"));

    assertThat(refusal(other, "f")).isEqualTo(new Refusal.NodeBusy(name("f"), new UserId("j")));
    assertThat(refusal(between, "n")).isEqualTo(busy);
  }

  @Test
  void refusesTheNodeOfAnotherJobBelowTheFilter() {
    Topology graph = planned(underAJob(), add(job("k", "n")));

    assertThat(refusal(graph, "n")).isInstanceOf(Refusal.NodeBusy.class);
  }

  private static Topology underAJob() {
    return graph(
        inline(file("f")),
        format("n", "f"),
        moment("moment", "n"),
        writer("x", "moment"),
        job("j", "n", "moment"),
        OF,
        O);
  }

  private static List<String> readOnly(Topology graph) {
    return graph.nodes().stream()
        .filter(NodeSpec::readOnly)
        .map(node -> node.name().value())
        .toList();
  }

  @Test
  void refusesMissingNodeAndMissingOverlay() {
    Topology graph = graph(file("f"));

    assertThat(refusal(graph, "nobody")).isEqualTo(new Refusal.NodeNotFound(name("nobody")));
    assertThat(refusal(graph, "f")).isEqualTo(new Refusal.NodeNotFound(name("o")));
  }

  @Test
  void refusesAnOverlayThatIsAFilter() {
    Topology graph = graph(file("f"), OF, filter("o", "of"));

    assertThat(refusal(graph, "f"))
        .isEqualTo(new Refusal.OverlayIsFilter(name("o"), TestRules.FILTER));
  }

  @Test
  void refusesAnOverlayWhoseDriverHasNoBackingDisks() {
    assertThat(refusal(graph(file("f"), OF, raw("o", "of")), "f"))
        .isEqualTo(new Refusal.BackingUnsupported(name("o"), TestRules.RAW));
    assertThat(refusal(graph(file("f"), file("o")), "f"))
        .isEqualTo(new Refusal.BackingUnsupported(name("o"), TestRules.FILE));
  }

  @Test
  void refusesAnOverlayWithABackingDisk() {
    Topology graph = graph(file("f"), file("b"), OF, format("o", "of", "b"));

    assertThat(refusal(graph, "f")).isEqualTo(new Refusal.OverlayHasBacking(name("o"), name("b")));
  }

  @Test
  void refusesAnOverlayThatIsReadAndNamesTheReader() {
    Topology graph = graph(file("f"), OF, O, reader("x", "o"));

    assertThat(refusal(graph, "f"))
        .isEqualTo(new Refusal.OverlayInUse(name("o"), edgeOf(graph, "x:root")));
  }

  @Test
  void allowsAnOverlayUnderAnIdleCopyOnReadNodeAndSaysSo() {
    Topology graph = graph(file("f"), OF, O, copyOnRead("cor", "o"));

    assertThat(allowed(graph, "f").warnings())
        .containsExactly(new Warning.OverlayHasWriter(name("o"), edgeOf(graph, "cor:file")));
  }

  @Test
  void refusesTheNodeAsItsOwnOverlay() {
    Topology graph = graph(OF, O);

    assertThat(refusal(graph, "o")).isInstanceOf(Refusal.WouldCycle.class);
  }

  @Test
  void refusesAnOverlayAboveWhichTheNodeStands() {
    Topology graph = graph(OF, O, filter("n", "o"));

    assertThat(refusal(graph, "n")).isInstanceOf(Refusal.WouldCycle.class);
  }

  @Test
  void refusesTheOverlaysOwnFileAndAFilterOverItAsTheNode() {
    Topology graph = graph(OF, O, filter("th", "of"));
    Refusal shared = new Refusal.OverlaySharesStorage(name("o"), name("of"));

    assertThat(refusal(graph, "of")).isEqualTo(shared);
    assertThat(refusal(graph, "th")).isEqualTo(shared);
  }

  @Test
  void leavesACopyOnReadNodeWritableSoThatItGoesOnCopying() {
    Topology graph = graph(file("f"), copyOnRead("cor", "f"), OF, O);

    assertThat(allowed(graph, "cor").next().node(name("cor")).orElseThrow().readOnly()).isFalse();
  }

  @Test
  void leavesANodeWritableThatAWriterStaysWith() {
    User.UserEdge stays =
        new User.UserEdge(
            ChildName.ROOT,
            name("f"),
            new Grant(Permissions.of(Permission.WRITE), Permissions.ALL),
            User.OnSwap.STAY);
    Topology graph =
        graph(file("f"), OF, O, new User(new UserId("x"), User.Kind.EXPORT, List.of(stays)));

    Topology after = allowed(graph, "f").next();

    assertThat(after.node(name("f")).orElseThrow().readOnly()).isFalse();
    assertThat(under(after, "x:root")).isEqualTo(name("f"));
  }

  @Test
  void addsTheOverlayInTheSamePlan() {
    Topology graph = graph(file("f"), writer("x", "f"));
    Request request = new Request(List.of(add(inline(OF)), add(O)), name("f"), name("o"));

    Snapshot snapshot = ((Ruling.Allowed<Snapshot>) RULES.one(graph, request)).value();

    assertThat(
            GraphDiff.between(
                    snapshot.next(), planned(graph, snapshot.edits().toArray(GraphEdit[]::new)))
                .isEmpty())
        .isTrue();
  }

  @Test
  void takesAllOfAGroupOrNone() {
    Topology graph = graph(file("f"), file("g"), OF, O);

    Ruling<Snapshot> ruling =
        RULES.all(
            graph, List.of(new Request(name("f"), name("o")), new Request(name("g"), name("p"))));

    assertThat(ruling).isEqualTo(new Ruling.Refused<>(new Refusal.NodeNotFound(name("p"))));
  }

  @Test
  void stacksTheSnapshotsOfAGroup() {
    Topology graph = graph(file("f"), OF, O, file("pf"), format("p", "pf"), reader("x", "f"));
    List<Request> requests =
        List.of(new Request(name("f"), name("o")), new Request(name("o"), name("p")));

    Topology after = ((Ruling.Allowed<Snapshot>) RULES.all(graph, requests)).value().next();

    assertThat(
            names(new Walks(after, new TestRules()).backingChain(under(after, "x:root")).stream()))
        .containsExactly("p", "o", "f");
  }

  private static Topology chain() {
    return graph(
        file("f1"),
        file("f2"),
        file("f3"),
        format("base", "f1"),
        format("mid", "f2", "base"),
        format("top", "f3", "mid"),
        writer("x", "top"),
        OF,
        O);
  }

  private static ReplaceRules.Request replacing(String node) {
    return new ReplaceRules.Request(
        name("q"), name(node), ReplaceRules.OtherParents.PERMISSIONS, java.util.Set.of());
  }

  private static Snapshot allowed(Topology graph, String node) {
    Ruling<Snapshot> ruling = RULES.one(graph, new Request(name(node), name("o")));
    assertThat(ruling).isInstanceOf(Ruling.Allowed.class);
    return ((Ruling.Allowed<Snapshot>) ruling).value();
  }

  private static Refusal refusal(Topology graph, String node) {
    Ruling<Snapshot> ruling = RULES.one(graph, new Request(name(node), name("o")));
    assertThat(ruling).isInstanceOf(Ruling.Refused.class);
    return ((Ruling.Refused<Snapshot>) ruling).refusal();
  }
}
