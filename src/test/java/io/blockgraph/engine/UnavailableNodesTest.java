package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Nodes that could not be opened at the start, and how long their disks were before a change that
/// was never decided.
class UnavailableNodesTest {
  private static final NodeName DISK = new NodeName("disk");
  private static final NodeName FILTER = new NodeName("filter");
  private static final long OLD_BYTES = 4096;

  private final TaggedDrivers drivers = new TaggedDrivers();
  private final MemoryGraphStore store = new MemoryGraphStore();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private BlockGraph graph = empty();

  private BlockGraph empty() {
    return new BlockGraph(
        drivers.registry(),
        new Opening.Services(new SimulatedHostFiles(), events, new ManualTicker()),
        store,
        events,
        EngineLimits.DEFAULT);
  }

  @BeforeEach
  void addAFilterOverADisk() {
    graph.commit(
        Change.of(
            "add",
            List.of(
                new GraphEdit.AddNode(TaggedDrivers.leaf("disk")),
                new GraphEdit.AddNode(TaggedDrivers.pass("filter", "disk")))));
    store.lengthening(store.intend("longer", List.of()), DISK, OLD_BYTES);
  }

  private void restart() {
    graph.close();
    graph = empty();
    new Restart(store, graph.services().files()).into(graph);
  }

  private Result<Handover.Turned> open(NodeName node) {
    return new Handover(graph)
        .set(
            new Handover.Request(node, Handover.Wanted.ACTIVE, Handover.Requests.MUST_NOT_FAIL),
            Ask.PLAIN);
  }

  private boolean isUnavailable(NodeName node) {
    return graph.inspect(view -> view.unavailable(node).isPresent());
  }

  private long size() {
    return graph.inspect(view -> view.disk(DISK).sizeBytes());
  }

  private void restartWithoutTheDisk() {
    drivers.failing.add("open disk");
    restart();
    assertThat(isUnavailable(DISK)).isTrue();
    assertThat(store.oldLengths()).as("kept for a start that can open the disk").hasSize(1);
  }

  @Test
  void areOpenedAnewWithAllBelowAndNothingElseHappens() {
    restartWithoutTheDisk();
    drivers.failing.clear();
    drivers.log.clear();
    Result<Handover.Turned> opened = open(FILTER);
    assertThat(opened)
        .isInstanceOfSatisfying(
            Result.Done.class,
            done -> assertThat(((Handover.Turned) done.value()).turned()).containsExactly(DISK));
    assertThat(isUnavailable(DISK)).isFalse();
    assertThat(drivers.log).containsExactly("open disk");
  }

  @Test
  void stayAsTheyAreWhenOneOfThemCannotBeOpened() {
    drivers.failing.add("open filter");
    restartWithoutTheDisk();
    drivers.failing.remove("open disk");
    assertThat(open(FILTER))
        .isInstanceOfSatisfying(
            Result.Rejected.class,
            no ->
                assertThat(no.reason())
                    .isInstanceOfSatisfying(
                        Rejection.WorldBroke.class,
                        broke -> assertThat(broke.node()).isEqualTo(Optional.of(FILTER))));
    assertThat(isUnavailable(DISK)).isTrue();
    assertThat(drivers.log.getLast()).as("what was opened is closed").isEqualTo("close disk");
    assertThat(store.oldLengths()).hasSize(1);
  }

  /// Else the next start would cut off what is written behind the old end from then on.
  @Test
  void areNotMadeShortAgainOnceTheyWereUsed() {
    restartWithoutTheDisk();
    drivers.failing.clear();
    open(DISK);
    assertThat(store.oldLengths()).isEmpty();
    restart();
    assertThat(size()).isGreaterThan(OLD_BYTES);
  }

  @Test
  void leaveNoLengthBehindForOthersOfTheirName() {
    restartWithoutTheDisk();
    drivers.failing.clear();
    graph.commit(
        Change.of(
            "remove", List.of(new GraphEdit.RemoveNode(FILTER), new GraphEdit.RemoveNode(DISK))));
    assertThat(store.oldLengths()).isEmpty();
  }

  @Test
  void areMadeShortAgainByAStartThatCanOpenThem() {
    restartWithoutTheDisk();
    drivers.failing.clear();
    restart();
    assertThat(size()).isEqualTo(OLD_BYTES);
    assertThat(store.oldLengths()).isEmpty();
  }

  @Test
  void aDiskThatCannotBeMadeShortStaysLong() {
    drivers.failing.add("resize disk");
    restart();
    assertThat(size()).isGreaterThan(OLD_BYTES);
    drivers.failing.clear();
    restart();
    assertThat(size()).as("it may have been written since").isGreaterThan(OLD_BYTES);
  }
}
