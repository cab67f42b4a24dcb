package io.blockgraph.job.replication;

import static io.blockgraph.job.replication.ReplicationVerb.CHECKPOINT;
import static io.blockgraph.job.replication.ReplicationVerb.FAILOVER;
import static io.blockgraph.job.replication.ReplicationVerb.START;
import static io.blockgraph.job.replication.ReplicationVerb.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Committed;
import io.blockgraph.job.replication.Replications.LostWrites;
import java.util.List;
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
}
