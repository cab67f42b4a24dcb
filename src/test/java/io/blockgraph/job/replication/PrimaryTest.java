package io.blockgraph.job.replication;

import static io.blockgraph.job.replication.ReplicationVerb.CHECKPOINT;
import static io.blockgraph.job.replication.ReplicationVerb.FAILOVER;
import static io.blockgraph.job.replication.ReplicationVerb.START;
import static io.blockgraph.job.replication.ReplicationVerb.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import io.blockgraph.engine.MemoryGraphStore;
import io.blockgraph.job.replication.Replications.LostWrites;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A primary through a real engine: it forwards while it runs, and its verbs are refused where they
/// do not fit.
@Timeout(60)
class PrimaryTest {
  private final ReplicationWorld world =
      new ReplicationWorld(new SimulatedHostFiles(), new MemoryGraphStore());

  PrimaryTest() {
    world
        .image("disk", ReplicationWorld.SIZE)
        .node("disk", Map.of())
        .add(
            Bench.spec(
                new ReplicationDriver(),
                Map.of("nodeName", "c1", "mode", "primary", "file", "disk")))
        .user("vm", "c1");
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void refusesRequests(String why) {
    assertThatThrownBy(() -> Content.fill(world.vm(), 0, 100, 1))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("'c1'")
        .hasMessageContaining(why);
  }

  @Test
  void forwardsFromItsStartToItsStop() {
    refusesRequests("has not begun");
    world.does(START);
    Content.fill(world.vm(), 0, 100, 1);
    world.vm().flush();
    world.user("below", "disk");
    assertThat(Content.read(world.disk("below"), 0, 100)).containsOnly(1);
    world.does(STOP);
    refusesRequests("'done'");
    world.does(START);
    assertThat(Content.read(world.vm(), 0, 100)).containsOnly(1);
  }

  @Test
  void aCheckpointIsNotedAndChangesNothingElse() {
    world.does(START);
    Content.fill(world.vm(), 0, 100, 1);
    Instant begun = world.report().checkpointAt().orElseThrow();
    Instant since = world.report().since().orElseThrow();
    world.does(CHECKPOINT);
    assertThat(world.report().checkpointAt().orElseThrow()).isAfter(begun);
    assertThat(world.report().since()).contains(since);
    assertThat(world.report().stage()).isEqualTo(Stage.RUNNING);
    assertThat(world.topology().users()).hasSize(1);
    assertThat(Content.read(world.vm(), 0, 100)).containsOnly(1);
  }

  @Test
  void refusesVerbsThatDoNotFitTheStage() {
    refuses(CHECKPOINT, FAILOVER, STOP);
    world.does(START);
    refuses(START);
    world.does(FAILOVER);
    refuses(CHECKPOINT, FAILOVER);
    refusesRequests("'failover'");
    world.does(STOP);
    refuses(CHECKPOINT, FAILOVER, STOP);
  }

  private void refuses(ReplicationVerb... verbs) {
    ReplicationReport now = world.report();
    for (ReplicationVerb verb : verbs) {
      ReplicationRejection expected =
          new ReplicationRejection.VerbNotAllowed(
              now.node(), Mode.PRIMARY, now.stage(), verb, now.verbs());
      assertThat(world.refuses(verb)).isEqualTo(expected);
      assertThat(world.plan(verb)).isEqualTo(new ReplicationResult.Rejected<>(expected));
    }
    assertThat(world.report()).isEqualTo(now);
  }

  @Test
  void goesOnAfterAFailoverWhenItIsStartedAnew() {
    for (ReplicationVerb verb : List.of(START, FAILOVER, START)) {
      world.does(verb);
    }
    Content.fill(world.vm(), 0, 100, 1);
    assertThat(world.report().stage()).isEqualTo(Stage.RUNNING);
  }

  @Test
  void aLostWriteIsToldAndACheckpointWantsToKnowThatItIsKnown() {
    world.does(START);
    world.files.without(Lack.SPACE);
    Content.fill(world.vm(), 0, 100, 1);
    world.files.with(Lack.SPACE);
    assertThat(world.report().error()).isPresent();
    assertThat(world.report().stage()).isEqualTo(Stage.RUNNING);
    assertThatThrownBy(() -> Content.read(world.vm(), 0, 100))
        .hasMessageContaining("lacks what was written");
    assertThat(world.refuses(CHECKPOINT)).isInstanceOf(ReplicationRejection.LostWrites.class);
    assertThat(world.plan(CHECKPOINT)).isInstanceOf(ReplicationResult.Rejected.class);
    assertThat(world.ask(CHECKPOINT, LostWrites.ACCEPTED))
        .isInstanceOf(ReplicationResult.Done.class);
    assertThat(world.report().error()).isEmpty();
    assertThat(Content.read(world.vm(), 0, 100)).containsOnly(0);
  }

  @Test
  void hasFailedWhenTheServiceEndedWhileItRanAndBeginsAnewOrEnds() {
    world.does(START);
    for (ReplicationVerb out : List.of(START, STOP)) {
      try (ReplicationWorld again = world.afterKill()) {
        assertThat(again.report().stage()).isEqualTo(Stage.FAILED);
        assertThat(again.report().error().orElseThrow()).contains("the service ended");
        assertThat(again.refuses(CHECKPOINT))
            .isInstanceOf(ReplicationRejection.VerbNotAllowed.class);
        assertThat(again.plan(out)).isInstanceOf(ReplicationResult.Done.class);
        assertThat(again.report().stage()).isEqualTo(Stage.FAILED);
        again.does(out);
        assertThat(again.report().stage()).isEqualTo(out == START ? Stage.RUNNING : Stage.DONE);
        assertThat(again.report().error()).isEmpty();
      }
    }
  }
}
