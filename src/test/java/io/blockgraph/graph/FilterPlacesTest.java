package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilterPlacesTest {
  private static final ChildName MAIN = new ChildName("main");
  private static final ChildName SOURCE = new ChildName("source");
  private static final ChildName TARGET = new ChildName("target");

  private final RuleBook rules = new TestRules();

  /// A job that copies `s` to `t`: its own filter is above `s`, an export above that.
  private static Topology copying() {
    return graph(
        file("s"),
        file("t"),
        implicit(verify("own", "s", "t")),
        new User(
            new UserId("j"),
            User.Kind.JOB,
            List.of(
                hold(MAIN, "own", Permissions.NONE),
                hold(SOURCE, "s", Permissions.NONE),
                hold(TARGET, "t", Permissions.of(Permission.WRITE)))),
        user("x", User.Kind.EXPORT, "own", Permissions.NONE, Permissions.ALL));
  }

  private static User.UserEdge hold(ChildName edge, String node, Permissions taken) {
    return new User.UserEdge(edge, name(node), new Grant(taken, Permissions.ALL), User.OnSwap.STAY);
  }

  private Topology with(Topology graph, String filter, String node, String... edges) {
    return done(graph, List.of(add(filter(filter, node))), above(graph, filter, node, edges));
  }

  private Ruling<List<GraphEdit>> above(
      Topology graph, String filter, String node, String... edges) {
    FilterPlaces places = new FilterPlaces(graph, rules);
    return edges.length == 0
        ? places.above(name(node), name(filter))
        : places.above(
            name(node),
            name(filter),
            Set.of(java.util.Arrays.stream(edges).map(TestGraphs::edge).toArray(EdgeId[]::new)));
  }

  private Topology without(Topology graph, String filter, String node) {
    return done(graph, List.of(), new FilterPlaces(graph, rules).without(name(filter), name(node)));
  }

  private static Topology done(
      Topology graph, List<GraphEdit> first, Ruling<List<GraphEdit>> ruling) {
    List<GraphEdit> edits = new ArrayList<>(first);
    edits.addAll(((Ruling.Allowed<List<GraphEdit>>) ruling).value());
    return planned(graph, edits.toArray(GraphEdit[]::new));
  }

  private static Refusal refusal(Ruling<List<GraphEdit>> ruling) {
    return ((Ruling.Refused<List<GraphEdit>>) ruling).refusal();
  }

  private Refusal refusedRemoval(Topology graph, String filter, String node) {
    return refusal(new FilterPlaces(graph, rules).without(name(filter), name(node)));
  }

  @Test
  void allParentsMoveOrOnlyThoseNamed() {
    Topology graph = graph(file("a"), format("f", "a"), reader("x", "f"), reader("y", "f"));
    Topology all = with(graph, "new", "f");
    assertThat(under(all, "x:root")).isEqualTo(name("new"));
    assertThat(under(all, "y:root")).isEqualTo(name("new"));
    Topology one = with(graph, "new", "f", "x:root");
    assertThat(under(one, "x:root")).isEqualTo(name("new"));
    assertThat(under(one, "y:root")).isEqualTo(name("f"));
    assertThat(under(with(graph, "new", "a", "f:file"), "f:file")).isEqualTo(name("new"));
  }

  @Test
  void puttingInAndTakingOutAgainLeavesEverySmallGraphAsItWas() {
    List<Topology> graphs =
        IntStream.rangeClosed(1, 3)
            .boxed()
            .flatMap(SmallGraphs::ofNodes)
            .map(making -> PLANNER.plan(Topology.EMPTY, making))
            .flatMap(
                outcome ->
                    outcome instanceof Outcome.Planned(Topology graph)
                        ? Optional.of(graph).stream()
                        : Optional.<Topology>empty().stream())
            .toList();
    int count = 0;
    for (Topology graph : graphs) {
      for (NodeSpec node : graph.nodes()) {
        List<GraphEdit> edits = new ArrayList<>(List.of(add(filter("new", node.name().value()))));
        if (above(graph, "new", node.name().value())
                instanceof Ruling.Allowed<List<GraphEdit>>(List<GraphEdit> moves)
            && edits.addAll(moves)
            && PLANNER.plan(graph, edits) instanceof Outcome.Planned(Topology filtered)) {
          Topology back = without(filtered, "new", node.name().value());
          assertThat(JudgeWords.of(back)).isEqualTo(JudgeWords.of(graph));
          count++;
        }
      }
    }
    assertThat(count).isGreaterThan(500);
  }

  @Test
  void atTheSourceOfAJobTheFilterGoesBelowTheJobsOwnAndTheHoldStays() {
    Topology graph = with(copying(), "new", "s");
    assertThat(under(graph, "own:raw")).isEqualTo(name("new"));
    assertThat(under(graph, "j:source")).isEqualTo(name("s"));
    assertThat(under(graph, "x:root")).isEqualTo(name("own"));
    assertThat(JudgeWords.of(without(graph, "new", "s"))).isEqualTo(JudgeWords.of(copying()));
  }

  @Test
  void atTheTargetOfAJobBothOfItsEdgesMoveTogether() {
    for (String[] edges : new String[][] {{}, {"j:target"}, {"own:test"}}) {
      Topology graph = with(copying(), "new", "t", edges);
      assertThat(under(graph, "own:test")).isEqualTo(name("new"));
      assertThat(under(graph, "j:target")).isEqualTo(name("new"));
      assertThat(edgeOf(graph, "new:file").grant().taken().has(Permission.WRITE)).isTrue();
      assertThat(JudgeWords.of(without(graph, "new", "t"))).isEqualTo(JudgeWords.of(copying()));
    }
  }

  @Test
  void theEdgeOfAJobToItsOwnFilterStaysAndTheRefusalNamesTheOneBelow() {
    for (String edge : List.of("j:main", "j:source")) {
      String node = edge.equals("j:main") ? "own" : "s";
      Refusal refused = refusal(above(copying(), "new", node, edge));
      assertThat(refused)
          .isEqualTo(
              new Refusal.JobEdgeFixed(
                  edgeOf(copying(), edge),
                  new UserId("j"),
                  User.Kind.JOB,
                  List.of(edge("own:raw"))));
      assertThat(Sentences.of(refused)).contains("'" + edge + "'", "job 'j'", "'" + node + "'");
      assertThat(Sentences.hint(refused)).contains("put the filter at edge 'own:raw' instead");
    }
  }

  @Test
  void aboveTheJobsOwnFilterOthersMoveAndTheJobStays() {
    Topology graph = with(copying(), "new", "own");
    assertThat(under(graph, "x:root")).isEqualTo(name("new"));
    assertThat(under(graph, "j:main")).isEqualTo(name("own"));
    Topology alone = planned(copying(), new GraphEdit.RemoveUser(new UserId("x")));
    assertThat(refusal(above(alone, "new", "own"))).isInstanceOf(Refusal.JobEdgeFixed.class);
  }

  @Test
  void refusesEdgesThatLeadElsewhereOrNowhere() {
    Topology graph = graph(file("a"), file("b"), reader("x", "a"));
    assertThat(refusal(above(graph, "new", "b", "x:root")))
        .isEqualTo(new Refusal.EdgeElsewhere(edgeOf(graph, "x:root"), name("b")));
    assertThat(refusal(above(graph, "new", "b", "y:root")))
        .isEqualTo(new Refusal.EdgeNotFound(edge("y:root")));
  }

  @Test
  void takesOutNothingButAFilterAboveThatNode() {
    Topology graph = graph(file("a"), filter("p", "a"), format("f", "p"), filter("q", "f"));
    assertThat(refusedRemoval(graph, "f", "p"))
        .isEqualTo(new Refusal.NotAFilter(name("f"), TestRules.FORMAT));
    assertThat(refusedRemoval(graph, "q", "a"))
        .isEqualTo(new Refusal.FilterElsewhere(name("q"), name("f"), name("a")));
    assertThat(refusedRemoval(graph, "nobody", "a"))
        .isEqualTo(new Refusal.NodeNotFound(name("nobody")));
    assertThat(refusedRemoval(graph, "p", "nobody"))
        .isEqualTo(new Refusal.NodeNotFound(name("nobody")));
  }

  @Test
  void takesOutNoFilterThatAJobHoldsOrHasPutIn() {
    assertThat(refusedRemoval(copying(), "own", "s"))
        .isEqualTo(new Refusal.NodeBusy(name("own"), new UserId("j")));
    Topology held = graph(file("a"), filter("p", "a"), job("j", "p"));
    assertThat(refusedRemoval(held, "p", "a"))
        .isEqualTo(new Refusal.NodeBusy(name("p"), new UserId("j")));
  }

  @Test
  void takesOutNoFilterWhoseEdgeIsFrozen() {
    Topology graph =
        planned(
            graph(file("a"), filter("p", "a"), filter("q", "p"), job("j", "a")),
            freeze("q:file", "j"));
    var edits =
        (Ruling.Allowed<List<GraphEdit>>)
            new FilterPlaces(graph, rules).without(name("p"), name("a"));
    assertThat(refused(graph, edits.value().toArray(GraphEdit[]::new)))
        .isInstanceOf(Refusal.EdgeFrozen.class);
  }
}
