package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.graph.GrantReasons.Cause;
import io.blockgraph.graph.GrantReasons.Claim;
import io.blockgraph.graph.GrantReasons.Doing;
import io.blockgraph.graph.GrantReasons.Reason;
import io.blockgraph.graph.GrantReasons.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GrantReasonsTest {
  private static final TestRules RULES = new TestRules();

  @Test
  void followsAWriteThroughFiltersUpToTheExport() {
    Topology graph =
        graph(file("a"), filter("low", "a"), filter("high", "low"), writer("vm", "high"));

    assertThat(sentences(graph, "low:file", Doing.TAKES, Permission.WRITE))
        .containsExactly(
            "edge 'low:file' of node 'low' takes write because node 'high' (edge 'high:file') takes"
                + " write",
            "edge 'high:file' of node 'high' takes write because export 'vm' (edge 'vm:root') takes"
                + " write",
            "edge 'vm:root' of export 'vm' takes write because export 'vm' asks for it");
    assertThat(users(graph, "low:file", Doing.TAKES, Permission.WRITE)).containsExactly("vm");
  }

  @Test
  void saysThatADriverDoesItOfItsOwnAccord() {
    Topology graph = graph(file("f"), format("top", "f"), writer("vm", "top"));

    assertThat(reason(graph, "top:file", Doing.TAKES, Permission.WRITE))
        .isEqualTo(new Reason.Own(name("top"), TestRules.FORMAT));
    assertThat(sentences(graph, "top:file", Doing.UNSHARES, Permission.WRITE))
        .containsExactly(
            "edge 'top:file' of node 'top' does not share write because node 'top' (driver"
                + " 'format') relies on that, whoever uses it");
    assertThat(users(graph, "top:file", Doing.TAKES, Permission.WRITE)).isEmpty();
  }

  @Test
  void findsACauseThatIsAnotherPermission() {
    Topology graph = graph(file("f"), raw("top", "f"), writer("vm", "top"));

    assertThat(sentences(graph, "top:file", Doing.TAKES, Permission.RESIZE))
        .first()
        .isEqualTo(
            "edge 'top:file' of node 'top' takes resize because export 'vm' (edge 'vm:root') takes"
                + " write");
  }

  @Test
  void findsACauseInWhatIsNotShared() {
    Topology graph =
        graph(
            file("f"),
            file("g"),
            format("base", "f"),
            format("top", "g", "base"),
            user("vm", User.Kind.EXPORT, "top", READ, READ));

    Reason reason = reason(graph, "top:backing", Doing.UNSHARES, Permission.RESIZE);

    assertThat(reason)
        .isEqualTo(
            new Reason.Above(
                name("top"),
                List.of(
                    new Cause(
                        Doing.UNSHARES, Permission.WRITE, List.of(edgeOf(graph, "vm:root"))))));
  }

  @Test
  void namesEverybodyWhoIsACauseAndCountsTheRest() {
    Topology graph =
        graph(
            Stream.concat(
                    Stream.of(file("a"), filter("f", "a")),
                    Stream.of("x0", "x1", "x2", "x3", "x4").map(id -> reader(id, "f")))
                .toArray(Record[]::new));

    assertThat(sentences(graph, "f:file", Doing.TAKES, Permission.CONSISTENT_READ))
        .first()
        .isEqualTo(
            "edge 'f:file' of node 'f' takes consistent-read because export 'x0' (edge 'x0:root'),"
                + " export 'x1' (edge 'x1:root'), export 'x2' (edge 'x2:root') and 2 more take"
                + " consistent-read");
    assertThat(users(graph, "f:file", Doing.TAKES, Permission.CONSISTENT_READ)).hasSize(5);
  }

  @Test
  void looksAtEachEdgeOnceHoweverManyWaysLeadUp() {
    List<Record> parts = new ArrayList<>(List.of(file("n0")));
    for (int i = 1; i <= 40; i++) {
      String below = "n" + (i - 1);
      parts.add(filter("l" + i, below));
      parts.add(filter("r" + i, below));
      parts.add(
          quorum("n" + i, "l" + i, "r" + i).withOptions(Options.NONE.with("allowDuplicate", true)));
    }
    parts.add(reader("x", "n40"));
    Topology graph = graph(parts.toArray(Record[]::new));

    int steps = chain(graph, "l1:file", Doing.TAKES, Permission.CONSISTENT_READ).size();
    assertThat(steps).isEqualTo(2 + 39 * 4 + 1);
  }

  @Test
  void saysWhatIsNotDoneAndWhetherItCouldBe() {
    Topology graph = graph(file("f"), format("top", "f"), reader("x", "top"));

    assertThat(absent(graph, "top:file", Doing.TAKES, Permission.WRITE_UNCHANGED))
        .isEqualTo("does not take write-unchanged: nothing above makes it");
    assertThat(absent(graph, "top:file", Doing.UNSHARES, Permission.CONSISTENT_READ))
        .isEqualTo("shares consistent-read: nothing above stands against it");
    assertThat(absent(graph, "x:root", Doing.TAKES, Permission.WRITE))
        .isEqualTo("does not take write: export 'x' has no use for it");
    Topology backed = graph(file("f"), file("g"), format("base", "f"), format("top", "g", "base"));
    assertThat(absent(backed, "top:backing", Doing.TAKES, Permission.WRITE))
        .isEqualTo("does not take write: it never does");
    assertThat(absent(backed, "top:backing", Doing.UNSHARES, Permission.CONSISTENT_READ))
        .isEqualTo("shares consistent-read: it always does");
  }

  @Test
  void saysTheRuleOfDriversAndUsers() {
    Topology graph =
        graph(file("f"), format("top", "f"), filter("th", "top"), reader("x", "th"), job("j", "f"));

    for (Edge edge : graph.edges()) {
      assertThat(GrantWords.rule(graph, RULES, edge)).as(edge.described()).isNotBlank();
    }
    assertThat(GrantWords.rule(graph, RULES, edgeOf(graph, "th:file"))).startsWith("a filter");
    assertThat(GrantWords.rule(graph, RULES, edgeOf(graph, "j:hold.0"))).startsWith("a job");
  }

  /// What a chain does not name has nothing to do with it: without all other users the edge still
  /// does the same; and without those it names, and no driver, it does not.
  @Test
  void isRightAboutEveryEdgeOfRandomGraphs() {
    long seed = Seeds.first();
    System.out.println("GrantReasonsTest: -Dseed=" + seed);
    RandomEdits edits = new RandomEdits(seed);
    Topology graph = planned(Topology.EMPTY, edits.making(40).toArray(GraphEdit[]::new));
    int checked = 0;
    for (int i = 0; i < 200; i++) {
      if (PLANNER.plan(graph, edits.changing(graph)) instanceof Outcome.Planned(Topology next)) {
        graph = next;
      }
      for (Claim claim : claims(graph)) {
        isRight(graph, claim, "seed " + seed);
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(1_000);
  }

  private static void isRight(Topology graph, Claim claim, String about) {
    List<Step> chain = new GrantReasons(graph, RULES).chain(claim);
    Set<UserId> named =
        GrantReasons.usersOf(chain).stream().map(Parent.OfUser::user).collect(Collectors.toSet());
    boolean ownAccord = chain.stream().anyMatch(step -> step.reason() instanceof Reason.Own);
    assertThat(named.isEmpty() && !ownAccord).as(about).isFalse();
    Topology without = withoutUsers(graph, id -> !named.contains(id));
    assertThat(holdsIn(without, claim)).as("%s: %s", about, claim).isTrue();
    if (!ownAccord) {
      Topology bare = withoutUsers(graph, _ -> true);
      assertThat(holdsIn(bare, claim)).as("%s: %s", about, claim).isFalse();
    }
  }

  private static Topology withoutUsers(Topology graph, java.util.function.Predicate<UserId> which) {
    GraphEdit[] edits =
        graph.users().stream()
            .map(User::id)
            .filter(which)
            .map(GraphEdit.RemoveUser::new)
            .toArray(GraphEdit[]::new);
    return planned(graph, edits);
  }

  private static boolean holdsIn(Topology graph, Claim claim) {
    return graph
        .edge(claim.edge().id())
        .map(edge -> new Claim(edge, claim.doing(), claim.permission()).holds())
        .orElse(false);
  }

  private static List<Claim> claims(Topology graph) {
    List<Edge> edges = List.copyOf(graph.edges());
    Edge edge = edges.get(edges.size() / 2);
    return Stream.concat(Stream.of(edge), edges.stream().limit(8))
        .filter(e -> e.parent() instanceof Parent.OfNode)
        .flatMap(
            e ->
                Arrays.stream(Doing.values())
                    .flatMap(
                        doing ->
                            Arrays.stream(Permission.values())
                                .map(permission -> new Claim(e, doing, permission))))
        .filter(Claim::holds)
        .toList();
  }

  private static Reason reason(Topology graph, String edge, Doing doing, Permission permission) {
    return chain(graph, edge, doing, permission).getFirst().reason();
  }

  private static List<Step> chain(Topology graph, String edge, Doing doing, Permission permission) {
    Claim claim = new Claim(edgeOf(graph, edge), doing, permission);
    assertThat(claim.holds()).isTrue();
    return new GrantReasons(graph, RULES).chain(claim);
  }

  private static List<String> sentences(
      Topology graph, String edge, Doing doing, Permission permission) {
    return chain(graph, edge, doing, permission).stream().map(GrantWords::sentence).toList();
  }

  private static List<String> users(
      Topology graph, String edge, Doing doing, Permission permission) {
    return GrantReasons.usersOf(chain(graph, edge, doing, permission)).stream()
        .map(user -> user.user().value())
        .toList();
  }

  private static String absent(Topology graph, String edge, Doing doing, Permission permission) {
    Claim claim = new Claim(edgeOf(graph, edge), doing, permission);
    assertThat(claim.holds()).isFalse();
    return GrantWords.absent(claim, new GrantReasons(graph, RULES).couldBe(claim));
  }
}
