package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.MemoryGraphStore;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobLimits;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.MemoryJobStore;
import io.blockgraph.job.copy.ModelledClient;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Mirror jobs against a graph that changes, a service that ends, and a job that waits to be
/// finalized.
class MirrorRaceTest {
  private final MirrorWorld world = new MirrorWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void completesWhileOthersChangeTheGraphAllTheTime() throws Exception {
    world.disk("s", "t").fill("s", 5);
    world.reader("r", "s");
    AtomicBoolean stop = new AtomicBoolean();
    Thread other = Thread.ofPlatform().start(() -> comeAndGo(stop));
    try {
      world.start(MirrorWorld.request("s", "t"));
      assertThat(world.complete().error()).isEmpty();
    } finally {
      stop.set(true);
      other.join(10_000);
    }
    world.assertEqual("s", "t");
    world.assertNoJobInGraph();
  }

  private void comeAndGo(AtomicBoolean stop) {
    while (!stop.get()) {
      world.tryEdit(
          new GraphEdit.AddUser(
              MirrorWorld.user("c", "s", io.blockgraph.graph.Permission.CONSISTENT_READ)));
      world.tryEdit(new GraphEdit.RemoveUser(new UserId("c")));
    }
  }

  @Test
  void changesOfTheGraphDoNotDeadlockWithWritesToBothDisks() throws Exception {
    world.disk("s", "t");
    GatedDisk client = world.writer("w", "s");
    MirrorRequest request = MirrorRandomTest.blocking();
    world.start(request);
    world.await(JobStatus.READY);
    ModelledClient writer =
        new ModelledClient(
                client, new io.blockgraph.block.ByteRange(0, MirrorWorld.SIZE), world.bytes("s"), 4)
            .start();
    long begin = System.nanoTime();
    for (int i = 0; i < 50; i++) {
      world.pass("p" + i, "s");
      world.edit(new GraphEdit.RemoveNode(new io.blockgraph.graph.NodeName("p" + i)));
      world.edit(
          new GraphEdit.SetOptions(
              new io.blockgraph.graph.NodeName("s"),
              io.blockgraph.graph.Options.NONE.with("size", MirrorWorld.SIZE).with("n", (long) i)));
    }
    writer.stop();
    assertThat((System.nanoTime() - begin) / 1_000_000).isLessThan(60_000);
    assertThat(world.complete().error()).isEmpty();
    world.assertEqual("s", "t");
  }

  @Test
  void waitsToBeFinalizedWithoutHoldingClientsBack() {
    world.disk("s", "t").fill("s", 1);
    GatedDisk client = world.writer("w", "s");
    world.start(onRequest(MirrorWorld.request("s", "t")));
    world.await(JobStatus.READY);
    world.jobs.complete(MirrorWorld.JOB);
    world.await(JobStatus.PENDING);
    MirrorWorld.fill(client, 70_000, 9_000, 8);
    assertThat(world.child("w:root")).isEqualTo("m.filter");
    world.jobs.finalizeResult(MirrorWorld.JOB);
    assertThat(world.await(JobStatus.CONCLUDED).error()).isEmpty();
    assertThat(world.child("w:root")).isEqualTo("t");
    world.assertEqual("s", "t");
  }

  @Test
  void canBeCancelledWhileItWaitsToBeFinalized() {
    world.disk("s", "t");
    world.reader("r", "s");
    world.start(onRequest(MirrorWorld.request("s", "t")));
    world.await(JobStatus.READY);
    world.jobs.complete(MirrorWorld.JOB);
    world.await(JobStatus.PENDING);
    world.jobs.cancel(MirrorWorld.JOB, CancelMode.FORCE);
    assertThat(world.await(JobStatus.CONCLUDED).error().orElseThrow().code())
        .isEqualTo(JobError.CANCELLED);
    assertThat(world.child("r:root")).isEqualTo("s");
  }

  private static MirrorRequest onRequest(MirrorRequest plain) {
    return new MirrorRequest(
        plain.id(),
        plain.disks(),
        plain.copying(),
        plain.errors(),
        new JobEnding(JobEnding.Finalizing.ON_REQUEST, JobEnding.Dismissing.ON_REQUEST),
        plain.filter());
  }

  @Test
  void closingEndsJobsAsInterruptedAndTakesTheirFiltersOut() {
    world.disk("s", "t").fill("s", 1);
    world.reader("r", "s");
    world.start(MirrorWorld.request("s", "t"));
    world.await(JobStatus.READY);
    world.jobs.close();
    JobRecord over = world.jobs.find(MirrorWorld.JOB).orElseThrow();
    assertThat(over.error().orElseThrow().code()).isEqualTo(JobError.INTERRUPTED);
    assertThat(world.child("r:root")).isEqualTo("s");
    world.assertNoJobInGraph();
  }

  @Test
  void aFinishedJobCanBeReadAfterARestartAndAnInterruptedOneIsKnownForIt() {
    world.disk("s", "t");
    world.start(MirrorWorld.request("s", "t"));
    JobRecord ready = world.await(JobStatus.READY);
    MemoryJobStore crashed = new MemoryJobStore();
    crashed.save(ready);
    try (Jobs after = new Jobs(crashed, world.events, Clock.systemUTC(), JobLimits.DEFAULT)) {
      JobRecord found = after.find(MirrorWorld.JOB).orElseThrow();
      assertThat(found.status()).isEqualTo(JobStatus.CONCLUDED);
      assertThat(found.error().orElseThrow().code()).isEqualTo(JobError.INTERRUPTED);
      assertThat(found.error().orElseThrow().detail()).contains("ready");
    }
  }

  @Test
  void tellsEveryStatusInOrderAndProgressNotTooOften() {
    world.disk("s", "t").fill("s", 1);
    long before = world.events.lastSequence();
    world.start(MirrorWorld.request("s", "t"));
    world.complete();
    var reading = (io.blockgraph.engine.EventLog.Reading.Events) world.events.after(before, 0);
    assertThat(
            reading.events().stream()
                .filter(event -> event.type().equals("job-changed"))
                .map(event -> event.data().get("status")))
        .containsExactly("created", "running", "ready", "waiting", "pending", "concluded");
  }

  @Test
  void dismissForgetsAJobThatIsOverAndNoOther() {
    world.disk("s", "t");
    world.start(MirrorWorld.request("s", "t"));
    assertThat(world.jobs.dismiss(MirrorWorld.JOB).toString()).contains("VerbNotAllowed");
    world.complete();
    assertThat(world.jobs.dismiss(MirrorWorld.JOB))
        .isInstanceOf(io.blockgraph.job.JobResult.Done.class);
    assertThat(world.jobs.find(MirrorWorld.JOB)).isEmpty();
    assertThat(world.jobStore.load()).isEmpty();
  }

  @Test
  void theStoreOfTheGraphKnowsTheWholeStory() {
    MemoryGraphStore store = world.store;
    world.disk("s", "t");
    world.start(MirrorWorld.request("s", "t"));
    world.complete();
    assertThat(store.history())
        .endsWith("mirror 'm' of 's' begins", "mirror 'm' replaces 's' by 't'");
  }

  @Test
  void aCrashTakesFilterAndJobOutAndLeavesTheSourceInUse() {
    world.disk("s", "t").fill("s", 1);
    world.reader("r", "s");
    world.start(MirrorWorld.request("s", "t"));
    world.await(JobStatus.READY);
    try (BlockGraph again = world.afterCrash()) {
      Topology topology = again.state().topology();
      assertThat(topology.edge(new EdgeId("r:root")).orElseThrow().child().value()).isEqualTo("s");
      assertThat(topology.nodes())
          .extracting(node -> node.name().value())
          .containsExactly("s", "t");
      assertThat(topology.user(MirrorWorld.JOB.user())).isEmpty();
    }
  }
}
