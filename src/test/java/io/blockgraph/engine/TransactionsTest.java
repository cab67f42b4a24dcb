package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Parts of a transaction, and what becomes of those that were done when a later step fails.
class TransactionsTest {
  private static final NodeName DISK = new NodeName("disk");

  private final TaggedDrivers drivers = new TaggedDrivers();
  private final MemoryGraphStore store = new MemoryGraphStore();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final BlockGraph graph =
      new BlockGraph(
          drivers.registry(),
          new Opening.Services(new SimulatedHostFiles(), events, new ManualTicker()),
          store,
          events,
          EngineLimits.DEFAULT);
  private final Resizes resizes = new Resizes(graph, new Commands(graph));
  private final Transactions transactions = new Transactions(graph);
  private final List<String> told = new ArrayList<>();
  private long size;

  @BeforeEach
  void addADisk() {
    graph.commit(Change.of("add", List.of(new GraphEdit.AddNode(TaggedDrivers.leaf("disk")))));
    size = size();
  }

  private long size() {
    return graph.inspect(view -> view.disk(DISK).sizeBytes());
  }

  private Part longer() {
    return resizes.resizing(new Resizes.Request(DISK, size * 2, Resizes.Shrink.REFUSED));
  }

  private static Operation adding(String leaf) {
    return _ ->
        new Result.Done<>(
            Change.of("add", List.of(new GraphEdit.AddNode(TaggedDrivers.leaf(leaf)))));
  }

  /// A part that says what becomes of it.
  private record Telling(Operation operation, List<String> told, String name) implements Part {
    @Override
    public Result<Operation.Made> rehearse(Trial trial) {
      return operation.rehearse(trial);
    }

    @Override
    public Result<Claim> claim() {
      told.add("claim " + name);
      return new Result.Done<>(
          new Claim() {
            @Override
            public List<String> made(Committed whole) {
              told.add("made " + name);
              return List.of();
            }

            @Override
            public void givenUp() {
              told.add("given up " + name);
            }
          });
    }
  }

  private Part telling(String leaf) {
    return new Telling(adding(leaf), told, leaf);
  }

  private Transactions.Outcome make(Part... parts) {
    return transactions.make(List.of(parts), Ask.PLAIN);
  }

  @Test
  void makesADiskLongerAlongWithOtherChangesAndRemembersHowLongItWas() {
    List<GraphStore.OldLength> noted = new ArrayList<>();
    store.beforeEachDecision(() -> noted.addAll(store.oldLengths()));
    assertThat(make(longer(), adding("b"))).isInstanceOf(Transactions.Outcome.Done.class);
    assertThat(size()).isEqualTo(size * 2);
    assertThat(noted).containsExactly(new GraphStore.OldLength(1, DISK, size));
    assertThat(store.oldLengths()).isEmpty();
    assertThat(graph.state().topology().users()).isEmpty();
  }

  @Test
  void makesTheDiskShortAgainWhenTheStoreCannotRememberTheWhole() {
    store.failNextDecision();
    assertThat(make(longer(), adding("b")))
        .isInstanceOfSatisfying(
            Transactions.Outcome.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Rejection.NotRemembered.class));
    assertThat(size()).isEqualTo(size);
    assertThat(store.oldLengths()).isEmpty();
    assertThat(graph.state().topology().users()).isEmpty();
  }

  @Test
  void aRestartMakesShortAgainWhatWasNeverDecided() {
    long intent = store.intend("longer", List.of());
    store.lengthening(intent, DISK, size / 2);
    graph.close();
    BlockGraph again =
        new BlockGraph(drivers.registry(), graph.services(), store, events, EngineLimits.DEFAULT);
    new Restart(store, graph.services().files()).into(again);
    long now = again.inspect(view -> view.disk(DISK).sizeBytes());
    assertThat(now).isEqualTo(size / 2);
    assertThat(store.oldLengths()).isEmpty();
  }

  @Test
  void tellsEveryPartOnceThatItIsMade() {
    make(telling("a"), telling("b"));
    assertThat(told).containsExactly("claim a", "claim b", "made a", "made b");
  }

  @Test
  void givesUpWhatWasClaimedInReverseWhenTheWholeFails() {
    store.failNextDecision();
    make(telling("a"), telling("b"));
    assertThat(told).containsExactly("claim a", "claim b", "given up b", "given up a");
  }

  @Test
  void claimsNothingWhenAPartIsRefused() {
    Transactions.Outcome outcome = make(telling("a"), telling("disk"));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Transactions.Outcome.Refused.class,
            refused -> assertThat(refused.index()).isEqualTo(1));
    assertThat(told).isEmpty();
  }

  /// A part in whose claim somebody else changes the graph, so often.
  private final class Overtaken implements Part {
    private int others;
    private int rehearsals;

    Overtaken(int others) {
      this.others = others;
    }

    @Override
    public Result<Operation.Made> rehearse(Trial trial) {
      rehearsals++;
      return adding("mine").rehearse(trial);
    }

    @Override
    public Result<Claim> claim() {
      if (others > 0) {
        String other = "other" + others--;
        graph.commit(
            Change.of("meanwhile", List.of(new GraphEdit.AddNode(TaggedDrivers.leaf(other)))));
      }
      return new Result.Done<>(Claim.NOTHING);
    }
  }

  @Test
  void isTriedAgainOnTheGraphThatSomebodyElseHasLeft() {
    Overtaken part = new Overtaken(2);
    assertThat(make(part)).isInstanceOf(Transactions.Outcome.Done.class);
    assertThat(part.rehearsals).isEqualTo(3);
    assertThat(graph.state().topology().node(new NodeName("mine"))).isPresent();
  }

  @Test
  void isNotTriedAgainWhenItIsMeantForOneRevisionOnly() {
    Overtaken part = new Overtaken(1);
    long revision = graph.state().revision();
    Ask once = new Ask(OptionalLong.of(revision), Ask.Mode.DO);
    assertThat(transactions.make(List.of(part), once))
        .isInstanceOfSatisfying(
            Transactions.Outcome.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Rejection.RevisionMismatch.class));
    assertThat(part.rehearsals).isEqualTo(1);
    assertThat(graph.state().topology().node(new NodeName("mine"))).isEmpty();
  }

  @Test
  void whatBreaksAfterTheDecisionIsToldWhenAllOthersAreMade() {
    Part breaking =
        new Part() {
          @Override
          public Result<Operation.Made> rehearse(Trial trial) {
            return adding("a").rehearse(trial);
          }

          @Override
          public Result<Claim> claim() {
            return new Result.Done<>(
                new Claim() {
                  @Override
                  public List<String> made(Committed whole) {
                    throw new IllegalStateException("broken");
                  }
                });
          }
        };
    assertThatThrownBy(() -> make(breaking, telling("b"))).hasMessage("broken");
    assertThat(told).containsExactly("claim b", "made b");
    assertThat(graph.state().topology().node(new NodeName("b"))).isPresent();
  }
}
