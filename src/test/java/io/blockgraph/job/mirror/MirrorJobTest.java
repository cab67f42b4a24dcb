package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.GatedDisk;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The whole course of a mirror job over disks in memory.
class MirrorJobTest {
  private final MirrorWorld world = new MirrorWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void copiesEverythingAndTakesThePlaceOfItsSource() {
    world.disk("s", "t").fill("s", 7);
    world.reader("r", "s");
    world.start(MirrorWorld.request("s", "t"));
    JobRecord over = world.complete();
    assertThat(over.succeeded()).as("%s", over).isTrue();
    assertThat(world.child("r:root")).isEqualTo("t");
    world.assertEqual("s", "t");
    world.assertNoJobInGraph();
  }

  @Test
  void putsItsFilterBetweenTheSourceAndWhoUsesIt() {
    world.disk("s", "t");
    world.reader("r", "s");
    world.start(MirrorWorld.request("s", "t"));
    assertThat(world.child("r:root")).isEqualTo("m.filter");
    assertThat(world.child("m.filter:file")).isEqualTo("s");
    assertThat(world.child("m:target")).isEqualTo("t");
  }

  @Test
  void readyMeansThatLittleIsLeftAndProgressSaysSo() {
    world.disk("s", "t").fill("s", 1);
    world.start(MirrorWorld.request("s", "t"));
    JobRecord ready = world.await(JobStatus.READY);
    assertThat(ready.progress().phase()).isEqualTo(JobPhase.READY);
    assertThat(ready.progress().bytesLeft()).isLessThanOrEqualTo(MirrorWorld.LIMITS.readyBytes());
    assertThat(ready.progress().bytesDone()).isPositive();
  }

  @Test
  void copiesWhatIsWrittenWhileItIsReady() {
    world.disk("s", "t");
    GatedDisk client = world.writer("w", "s");
    world.start(MirrorWorld.request("s", "t"));
    world.await(JobStatus.READY);
    MirrorWorld.fill(client, 100_000, 50_000, 9);
    assertThat(world.complete().succeeded()).isTrue();
    world.assertEqual("s", "t");
    assertThat(world.drivers.disk("t").memory().durableContent(100_000, 1)[0]).isEqualTo((byte) 9);
  }

  @Test
  void clientWritesGoToTheTargetAfterTheSwap() {
    world.disk("s", "t");
    GatedDisk client = world.writer("w", "s");
    world.start(MirrorWorld.request("s", "t"));
    world.complete();
    MirrorWorld.fill(client, 0, 512, 5);
    assertThat(world.bytes("t")[0]).isEqualTo((byte) 5);
    assertThat(world.bytes("s")[0]).isZero();
  }

  @Test
  void softCancelOfAReadyJobLeavesAnEqualCopyAndTheGraphAsItWas() {
    world.disk("s", "t").fill("s", 3);
    GatedDisk client = world.writer("w", "s");
    world.start(MirrorWorld.request("s", "t"));
    world.await(JobStatus.READY);
    MirrorWorld.fill(client, 5_000, 700, 4);
    world.jobs.cancel(MirrorWorld.JOB, CancelMode.SOFT);
    assertThat(world.await(JobStatus.CONCLUDED).succeeded()).isTrue();
    assertThat(world.child("w:root")).isEqualTo("s");
    world.assertEqual("s", "t");
    world.assertNoJobInGraph();
  }

  @Test
  void forcedCancelTakesTheFilterOut() {
    world.disk("s", "t").fill("s", 3);
    world.reader("r", "s");
    world.start(MirrorWorld.request("s", "t"));
    world.jobs.cancel(MirrorWorld.JOB, CancelMode.FORCE);
    JobRecord over = world.await(JobStatus.CONCLUDED);
    assertThat(over.error().orElseThrow().code()).isEqualTo(JobError.CANCELLED);
    assertThat(world.child("r:root")).isEqualTo("s");
    world.assertNoJobInGraph();
  }

  @Test
  void syncNoneCopiesOnlyWhatIsWritten() {
    world.disk("s", "t").fill("s", 3);
    GatedDisk client = world.writer("w", "s");
    world.start(MirrorWorld.partial(MirrorWorld.request("s", "t", SyncMode.NONE)));
    MirrorWorld.fill(client, 64 << 10, 64 << 10, 8);
    assertThat(world.complete().succeeded()).isTrue();
    byte[] copy = world.bytes("t");
    assertThat(copy[64 << 10]).isEqualTo((byte) 8);
    assertThat(copy[0]).isZero();
  }

  @Test
  void syncTopCopiesWhatTheOverlayHoldsItself() {
    world.disk("base").fill("base", 1);
    world.overlay("s", "base").overlay("t", "base");
    GatedDisk client = world.writer("w", "s");
    MirrorWorld.fill(client, 128 << 10, 64 << 10, 2);
    world.start(MirrorWorld.request("s", "t", SyncMode.TOP));
    assertThat(world.complete().succeeded()).isTrue();
    assertThat(world.child("w:root")).isEqualTo("t");
    assertThat(world.drivers.disk("t").memory().content(128 << 10, 1)[0]).isEqualTo((byte) 2);
    assertThat(world.drivers.disk("t").memory().content(0, 1)[0]).isZero();
  }

  @Test
  void anEmptyDiskIsReadyAtOnceAndCanBeCompleted() {
    world.disk("s", 0).disk("t", 0);
    world.start(MirrorWorld.request("s", "t"));
    assertThat(world.complete().succeeded()).isTrue();
  }

  @Test
  void refusesToCompleteBeforeItIsReady() {
    world.disk("s", "t").fill("s", 1);
    world.start(MirrorWorld.slowest(MirrorWorld.request("s", "t")));
    JobResult<JobRecord> result = world.jobs.complete(MirrorWorld.JOB);
    assertThat(result)
        .isInstanceOfSatisfying(
            JobResult.Rejected.class,
            no -> assertThat(no.reason()).isInstanceOf(JobRejection.VerbNotAllowed.class));
  }

  @Test
  void completingTwiceIsAsGoodAsOnce() {
    world.disk("s", "t");
    world.start(MirrorWorld.request("s", "t"));
    world.await(JobStatus.READY);
    world.jobs.complete(MirrorWorld.JOB);
    world.jobs.complete(MirrorWorld.JOB);
    assertThat(world.await(JobStatus.CONCLUDED).succeeded()).isTrue();
    long swaps = world.store.history().stream().filter(what -> what.contains("replaces")).count();
    assertThat(swaps).isEqualTo(1);
  }

  @Test
  void mirrorsANodeInTheMiddleOfAChain() {
    world.disk("base").fill("base", 6);
    world.disk("t").overlay("top", "base");
    world.reader("r", "top");
    world.start(MirrorWorld.request("base", "t"));
    assertThat(world.complete().succeeded()).isTrue();
    assertThat(world.child("top:backing")).isEqualTo("t");
    world.assertEqual("base", "t");
    assertThat(world.has(new NodeName("base").value())).isTrue();
  }

  /// The flush of a whole copy can take long; clients must not wait for it.
  @Test
  void theTargetIsFlushedWhileClientsGoOn() {
    world.disk("s", "t").fill("s", 1);
    GatedDisk client = world.writer("w", "s");
    CountDownLatch release = new CountDownLatch(1);
    world.drivers.disk("t").holdFlushes(MirrorWorld.SIZE / 2, release);
    world.start(MirrorWorld.request("s", "t"));
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!world.drivers.disk("t").flushIsHeld() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(world.drivers.disk("t").flushIsHeld()).isTrue();
    MirrorWorld.fill(client, 0, 512, 2);
    assertThat(release.getCount()).isOne();
    release.countDown();
    assertThat(world.complete().succeeded()).isTrue();
    assertThat(MirrorWorld.read(client, 0, 1)).isEqualTo(new byte[] {2});
    world.assertEqual("s", "t");
  }

  @Test
  void moreThanTwoCopyWhenEachChunkTakesLong() {
    world.disk("s", 32 << 20).disk("far", 32 << 20).fill("s", 1);
    world.drivers.disk("far").slowWrites(10_000_000);
    world.start(MirrorWorld.request("s", "far"));
    assertThat(world.complete().succeeded()).isTrue();
    assertThat(world.drivers.disk("far").mostWrites()).isGreaterThan(2);
  }
}
