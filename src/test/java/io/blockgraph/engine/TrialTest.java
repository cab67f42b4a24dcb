package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Changes on trial: each sees what those before it left, and none leaves a trace.
class TrialTest {
  private final TaggedDrivers drivers = new TaggedDrivers();
  private final SimulatedHostFiles files = new SimulatedHostFiles();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final BlockGraph graph =
      new BlockGraph(
          drivers.registry(),
          new Opening.Services(files, events, new ManualTicker()),
          new MemoryGraphStore(),
          events,
          EngineLimits.DEFAULT);

  private static Change adding(String leaf) {
    return Change.of("test", List.of(new GraphEdit.AddNode(TaggedDrivers.leaf(leaf))));
  }

  private static Change adding(String pass, String below) {
    return Change.of("test", List.of(new GraphEdit.AddNode(TaggedDrivers.pass(pass, below))));
  }

  private static Change removing(String node) {
    return Change.of("test", List.of(new GraphEdit.RemoveNode(new NodeName(node))));
  }

  private Rejection refused(Change change) {
    return reason(made(change));
  }

  private Result<Committed> made(Change change) {
    return graph.onTrial(trial -> trial.make(change));
  }

  private static Rejection reason(Result<Committed> result) {
    assertThat(result).isInstanceOf(Result.Rejected.class);
    return ((Result.Rejected<Committed>) result).reason();
  }

  @Test
  void opensWhatAChangeWouldOpenAndClosesItAgain() {
    GraphState before = graph.state();
    Result<Committed> result = graph.onTrial(trial -> trial.make(adding("a")));
    assertThat(result)
        .isInstanceOfSatisfying(
            Result.Done.class,
            done -> assertThat(((Committed) done.value()).diff().nodesAdded()).hasSize(1));
    assertThat(drivers.log).containsExactly("open a", "close a");
    assertThat(graph.state()).isSameAs(before);
    assertThat(events.lastSequence()).isZero();
  }

  @Test
  void foreseesThatANodeCannotBeOpenedOrGotReady() {
    drivers.failing.add("open a");
    assertThat(refused(adding("a"))).isInstanceOf(Rejection.WorldBroke.class);
    drivers.failing.clear();
    assertThat(graph.commit(adding("a"))).isInstanceOf(Result.Done.class);
    drivers.failing.add("prepare a");
    Change readOnly =
        Change.of(
            "test", List.of(new GraphEdit.SetAccess(new NodeName("a"), NodeSpec.Access.READ_ONLY)));
    assertThat(refused(readOnly)).isInstanceOf(Rejection.WorldBroke.class);
  }

  @Test
  void buildsEachChangeOnThoseBeforeIt() {
    Topology last =
        graph.onTrial(
            trial -> {
              assertThat(trial.make(adding("a"))).isInstanceOf(Result.Done.class);
              assertThat(trial.make(adding("p", "a"))).isInstanceOf(Result.Done.class);
              assertThat(reason(trial.make(removing("a"))))
                  .isInstanceOf(Rejection.RuleBroken.class);
              assertThat(trial.make(removing("p"))).isInstanceOf(Result.Done.class);
              assertThat(trial.view().state().revision()).isEqualTo(3);
              return trial.view().state().topology();
            });
    assertThat(last.nodes()).extracting(node -> node.name().value()).containsExactly("a");
    assertThat(drivers.log).endsWith("close p", "close a");
  }

  @Test
  void takesSeveralAsOneBackWhenTheLastIsRefused() {
    graph.onTrial(
        trial -> {
          Result<Committed> both =
              trial.together(() -> trial.make(adding("a")).then(_ -> trial.make(removing("b"))));
          assertThat(both).isInstanceOf(Result.Rejected.class);
          assertThat(trial.view().state().topology().nodes()).isEmpty();
          assertThat(trial.view().state().revision()).isZero();
          return true;
        });
  }

  @Test
  void takesTheLastLooksAndNotTheWork() {
    assertThat(graph.commit(adding("a"))).isInstanceOf(Result.Done.class);
    Rejection no = new Rejection.NodeReadOnly(new NodeName("a"), "test");
    Change change = Change.of("test", List.of()).holding(Set.of(new NodeName("a")));
    assertThat(refused(change.checking((_, _, _) -> Optional.of(no)))).isEqualTo(no);
    assertThat(made(change.whileHeld((_, _, _) -> Optional.of(no))))
        .isInstanceOf(Result.Done.class);
  }

  @Test
  void takesANewLengthAsGivenAlsoThroughWhatIsAbove() {
    assertThat(graph.commit(adding("a"))).isInstanceOf(Result.Done.class);
    NodeName a = new NodeName("a");
    graph.onTrial(
        trial -> {
          Change longer = Change.of("test", List.of()).bringing(new Change.NewLength(a, 4_096));
          assertThat(trial.make(longer)).isInstanceOf(Result.Done.class);
          assertThat(trial.view().disk(a).sizeBytes()).isEqualTo(4_096);
          return true;
        });
    long now = graph.inspect(view -> view.disk(a).sizeBytes());
    assertThat(now).isNotEqualTo(4_096);
  }

  @Test
  void keepsWhatTheWorkOfAChangeBringsWhenLaterOnesBindTheDiskAnew() {
    assertThat(graph.commit(adding("a"))).isInstanceOf(Result.Done.class);
    NodeName a = new NodeName("a");
    Change longer = Change.of("test", List.of()).bringing(new Change.NewLength(a, 4_096));
    Change readOnly =
        Change.of("test", List.of(new GraphEdit.SetAccess(a, NodeSpec.Access.READ_ONLY)));
    graph.onTrial(
        trial -> {
          for (Change change : List.of(longer, adding("p", "a"), readOnly)) {
            assertThat(trial.make(change)).isInstanceOf(Result.Done.class);
          }
          assertThat(trial.view().disk(a).sizeBytes()).isEqualTo(4_096);
          return true;
        });
  }

  @Test
  void takesADiskThatComesAgainUnderTheNameOfOneThatWentAsItIs() {
    assertThat(graph.commit(adding("a"))).isInstanceOf(Result.Done.class);
    NodeName a = new NodeName("a");
    Change longer = Change.of("test", List.of()).bringing(new Change.NewLength(a, 4_096));
    graph.onTrial(
        trial -> {
          for (Change change : List.of(longer, removing("a"), adding("a"))) {
            assertThat(trial.make(change)).isInstanceOf(Result.Done.class);
          }
          assertThat(trial.view().disk(a).sizeBytes()).isNotEqualTo(4_096);
          return true;
        });
  }

  @Test
  void takesNoEffectOfAChangeThatIsTakenBack() {
    assertThat(graph.commit(adding("a"))).isInstanceOf(Result.Done.class);
    NodeName a = new NodeName("a");
    Change longer = Change.of("test", List.of()).bringing(new Change.NewLength(a, 4_096));
    graph.onTrial(
        trial -> {
          trial.together(() -> trial.make(longer).then(_ -> trial.make(removing("b"))));
          assertThat(trial.make(adding("p", "a"))).isInstanceOf(Result.Done.class);
          assertThat(trial.view().disk(a).sizeBytes()).isNotEqualTo(4_096);
          return true;
        });
  }

  @Test
  void insistsOnTheRevisionExpected() {
    assertThat(refused(adding("a").expecting(OptionalLong.of(7))))
        .isEqualTo(new Rejection.RevisionMismatch(7, 0));
  }

  @Test
  void makesFilesInMemoryAndRefusesThoseThatAreThere() {
    files.create(files.canonical("there")).close();
    FileCreation there = new FileCreation("there", _ -> {});
    assertThat(refused(adding("a").making(List.of(there))))
        .isInstanceOf(Rejection.WorldBroke.class);
    FileCreation twice = new FileCreation("new", _ -> {});
    assertThat(refused(adding("a").making(List.of(twice, twice))))
        .isInstanceOf(Rejection.WorldBroke.class);
    assertThat(made(adding("a").making(List.of(twice)))).isInstanceOf(Result.Done.class);
    try (HostFile made = files.create("new")) {
      assertThat(made.sizeBytes()).isZero();
    }
  }
}
