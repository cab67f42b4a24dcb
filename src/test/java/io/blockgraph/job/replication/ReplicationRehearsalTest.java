package io.blockgraph.job.replication;

import static io.blockgraph.job.replication.ReplicationVerb.CHECKPOINT;
import static io.blockgraph.job.replication.ReplicationVerb.FAILOVER;
import static io.blockgraph.job.replication.ReplicationVerb.START;
import static io.blockgraph.job.replication.ReplicationVerb.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Committed;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.replication.Replications.LostWrites;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Verbs played one after another on a trial: each meets the replication as those before it would
/// leave it, and the replication itself stays as it is.
@Timeout(60)
class ReplicationRehearsalTest {
  private final ReplicationWorld world = ReplicationWorld.secondary();

  @AfterEach
  void close() {
    world.close();
    world.requireSound();
  }

  /// Whether each was done, on one trial.
  private List<Boolean> played(ReplicationVerb... verbs) {
    ReplicationReport before = world.report();
    List<Boolean> done =
        world.graph.onTrial(
            trial ->
                Stream.of(verbs)
                    .map(ReplicationRehearsalTest::request)
                    .map(request -> world.replications.rehearse(request, trial))
                    .map(ReplicationResult.Done.class::isInstance)
                    .toList());
    assertThat(world.report()).isEqualTo(before);
    return done;
  }

  private static Replications.Request request(ReplicationVerb verb) {
    return new Replications.Request(ReplicationWorld.C1, verb, LostWrites.REFUSED, Ask.PLAIN);
  }

  private void losesAWrite() {
    world.files.without(Lack.SPACE);
    assertThatThrownBy(() -> Content.fill(world.primary(), 200_000, 100, 2))
        .isInstanceOf(BlockException.class);
    world.files.with(Lack.SPACE);
  }

  @Test
  void movesFromStageToStage() {
    assertThat(played(STOP, START, START, CHECKPOINT, STOP, STOP, START, FAILOVER, CHECKPOINT))
        .containsExactly(false, true, false, true, true, false, true, true, false);
  }

  @Test
  void remembersALostWriteUntilAPlayedVerbForgetsIt() {
    world.does(START);
    losesAWrite();
    assertThat(world.plan(CHECKPOINT))
        .isEqualTo(
            new ReplicationResult.Rejected<Committed>(
                new ReplicationRejection.LostWrites(
                    ReplicationWorld.C1, world.report().error().orElseThrow())));
    assertThat(played(CHECKPOINT, STOP, START, CHECKPOINT))
        .containsExactly(false, true, true, true);
    world.graph.onTrial(
        trial -> {
          var known =
              new Replications.Request(
                  ReplicationWorld.C1, CHECKPOINT, LostWrites.ACCEPTED, Ask.PLAIN);
          assertThat(world.replications.rehearse(known, trial))
              .isInstanceOf(ReplicationResult.Done.class);
          assertThat(world.replications.rehearse(request(CHECKPOINT), trial))
              .isInstanceOf(ReplicationResult.Done.class);
          return true;
        });
  }

  @Test
  void meetsDisksWhoseEmptyingWasInterrupted() {
    world.does(START);
    Content.fill(world.vm(), 0, 100, 7);
    world.store.failNextDecision();
    assertThat(world.ask(STOP, LostWrites.REFUSED)).isInstanceOf(ReplicationResult.Rejected.class);
    assertThat(played(STOP, START)).isEqualTo(List.of(world.report().verbs().contains(STOP), true));
    world.does(STOP).does(START);
  }

  @Test
  void takesDisksAsEmptiedThatWouldHaveBeen() {
    world.does(START);
    Content.fill(world.vm(), 0, 100, 7);
    Content.fill(world.primary(), 0, 100_000, 2);
    assertThat(played(STOP, START, CHECKPOINT, STOP, START))
        .containsExactly(true, true, true, true, true);
    world.does(STOP).does(START);
  }

  @Test
  void tellsNobodyAndWritesNothing() {
    Content.fill(world.primary(), 0, 100_000, 2);
    world.primary().flush();
    long told = world.events.lastSequence();
    byte[] hidden = bytes("hidden");
    byte[] sec = bytes("sec");
    assertThat(played(START, CHECKPOINT, FAILOVER)).containsExactly(true, true, true);
    assertThat(world.events.lastSequence()).isEqualTo(told);
    assertThat(bytes("hidden")).isEqualTo(hidden);
    assertThat(bytes("sec")).isEqualTo(sec);
    Content.fill(world.primary(), 0, 100_000, 3);
    assertThat(Content.read(world.primary(), 0, 10)).containsOnly(3);
  }

  private byte[] bytes(String disk) {
    var content = world.files.content(disk + ".qcow2");
    return Content.read(content, 0, (int) content.sizeBytes());
  }

  /// Any verbs, of a replication in any state, come to what they came to on a trial before.
  @Test
  void foreseesWhatAnyVerbsComeTo() {
    long seed = Seeds.first();
    System.out.println("ReplicationRehearsalTest: -Dseed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      try (ReplicationWorld any = ReplicationWorld.secondary()) {
        disturb(any, random);
        List<ReplicationVerb> verbs =
            random
                .ints(6, 0, ReplicationVerb.values().length)
                .mapToObj(i -> ReplicationVerb.values()[i])
                .toList();
        List<Object> foreseen =
            any.graph.onTrial(
                trial ->
                    verbs.stream()
                        .map(verb -> told(any.replications.rehearse(request(verb), trial)))
                        .toList());
        List<Object> done =
            verbs.stream().map(verb -> told(any.ask(verb, LostWrites.REFUSED))).toList();
        assertThat(foreseen).as("round %d, -Dseed=%d: %s", round, seed, verbs).isEqualTo(done);
      }
    }
  }

  /// Verbs, writes of both sides, and a primary that may have gone.
  private static void disturb(ReplicationWorld any, Random random) {
    for (int i = random.nextInt(5); i > 0; i--) {
      ReplicationVerb verb = ReplicationVerb.values()[random.nextInt(4)];
      any.ask(verb, LostWrites.ACCEPTED);
      write(any.vm(), random);
      write(any.primary(), random);
    }
    if (random.nextBoolean()) {
      any.edit(new GraphEdit.RemoveUser(new UserId("primary")));
    }
  }

  /// Writes where that is possible at this stage.
  private static void write(BlockIo disk, Random random) {
    try {
      Content.fill(disk, random.nextInt(ReplicationWorld.SIZE - 100), 100, 5);
    } catch (BlockException e) {
      assertThat(e.kind()).isIn(BlockException.Kind.IO, BlockException.Kind.READ_ONLY);
    }
  }

  /// The names that change, or the refusal.
  private static Object told(ReplicationResult<Committed> result) {
    return switch (result) {
      case ReplicationResult.Rejected<Committed>(var reason) -> reason;
      case ReplicationResult.Done<Committed>(Committed made) ->
          List.of(
              made.diff().nodesAdded(),
              names(made.diff().nodesRemoved()),
              names(made.diff().nodesChanged()),
              made.diff().usersAdded(),
              made.diff().usersRemoved(),
              made.diff().usersChanged(),
              made.diff().edgesAdded(),
              made.diff().edgesRemoved(),
              made.diff().edgesChanged());
    };
  }

  private static List<NodeName> names(List<NodeSpec> nodes) {
    return nodes.stream().map(NodeSpec::name).toList();
  }
}
