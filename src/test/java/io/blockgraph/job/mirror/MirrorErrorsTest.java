package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ErrorPolicy;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Disks that fail under a mirror, and what its policies make of it.
class MirrorErrorsTest {
  private final MirrorWorld world = new MirrorWorld();

  @AfterEach
  void close() {
    world.close();
  }

  private static MirrorRequest with(ErrorPolicy source, ErrorPolicy target, CopyMode mode) {
    MirrorRequest plain = MirrorWorld.request("s", "t");
    MirrorRequest.Copying copying =
        new MirrorRequest.Copying(
            mode,
            OptionalLong.empty(),
            0,
            0,
            MirrorRequest.Zeroing.DEFAULT,
            MirrorRequest.Verify.NO);
    return new MirrorRequest(
        plain.id(),
        plain.disks(),
        copying,
        new MirrorRequest.Errors(source, target),
        plain.ending(),
        plain.filter());
  }

  private static MirrorRequest with(ErrorPolicy policy) {
    return with(policy, policy, CopyMode.BACKGROUND);
  }

  private void failing(String node, FaultyDisk.Operation operation, BlockException.Kind kind) {
    world.disk("s", "t").fill("s", 1);
    world.drivers.disk(node).fail(operation, kind, 3);
  }

  @Test
  void reportEndsTheJobWithTheErrorOfTheSource() {
    failing("s", FaultyDisk.Operation.READ, BlockException.Kind.IO);
    world.reader("r", "s");
    world.start(with(ErrorPolicy.REPORT));
    JobError error = world.await(JobStatus.CONCLUDED).error().orElseThrow();
    assertThat(error.code()).isEqualTo("IO_ERROR");
    assertThat(error.detail()).contains("reading", "'s'", "told to fail");
    assertThat(world.child("r:root")).isEqualTo("s");
    world.assertNoJobInGraph();
  }

  @Test
  void reportEndsTheJobWithTheErrorOfTheTarget() {
    failing("t", FaultyDisk.Operation.WRITE, BlockException.Kind.NO_SPACE);
    world.start(with(ErrorPolicy.REPORT));
    JobError error = world.await(JobStatus.CONCLUDED).error().orElseThrow();
    assertThat(error.code()).isEqualTo("NO_SPACE");
    assertThat(error.detail()).contains("writing", "'t'");
    world.assertNoJobInGraph();
  }

  @Test
  void ignoreTriesAgainUntilEverythingIsCopied() {
    failing("s", FaultyDisk.Operation.READ, BlockException.Kind.IO);
    world.drivers.disk("t").fail(FaultyDisk.Operation.WRITE, BlockException.Kind.IO, 5);
    world.start(with(ErrorPolicy.IGNORE));
    assertThat(world.complete().succeeded()).isTrue();
    world.assertEqual("s", "t");
  }

  @Test
  void stopRestsUntilItIsResumed() {
    failing("t", FaultyDisk.Operation.WRITE, BlockException.Kind.IO);
    world.start(with(ErrorPolicy.STOP));
    JobRecord resting = world.await(JobStatus.PAUSED);
    assertThat(resting.state().ioStatus()).isEqualTo(IoStatus.FAILED);
    world.drivers.disk("t").heal();
    world.jobs.resume(MirrorWorld.JOB);
    assertThat(world.complete().succeeded()).isTrue();
    world.assertEqual("s", "t");
  }

  @Test
  void enospcRestsWhenThereIsNoSpace() {
    failing("t", FaultyDisk.Operation.WRITE, BlockException.Kind.NO_SPACE);
    world.start(with(ErrorPolicy.ENOSPC));
    assertThat(world.await(JobStatus.PAUSED).state().ioStatus()).isEqualTo(IoStatus.NOSPACE);
    world.drivers.disk("t").heal();
    world.jobs.resume(MirrorWorld.JOB);
    assertThat(world.complete().succeeded()).isTrue();
  }

  @Test
  void enospcReportsOtherErrors() {
    failing("t", FaultyDisk.Operation.WRITE, BlockException.Kind.IO);
    world.start(with(ErrorPolicy.ENOSPC));
    assertThat(world.await(JobStatus.CONCLUDED).error().orElseThrow().code()).isEqualTo("IO_ERROR");
  }

  @Test
  void aClientDoesNotNoticeThatTheTargetFailsInWriteBlockingMode() {
    world.disk("s", "t");
    GatedDisk client = world.writer("w", "s");
    world.start(with(ErrorPolicy.REPORT, ErrorPolicy.REPORT, CopyMode.WRITE_BLOCKING));
    world.await(JobStatus.READY);
    world.drivers.disk("t").fail(FaultyDisk.Operation.WRITE, BlockException.Kind.IO, 1);
    MirrorWorld.fill(client, 0, 4096, 9);
    assertThat(world.bytes("s")[0]).isEqualTo((byte) 9);
    assertThat(world.await(JobStatus.CONCLUDED).error().orElseThrow().code()).isEqualTo("IO_ERROR");
    world.assertNoJobInGraph();
  }

  @Test
  void aWriteThatFailedOnTheTargetIsCopiedLater() {
    world.disk("s", "t");
    GatedDisk client = world.writer("w", "s");
    world.start(with(ErrorPolicy.IGNORE, ErrorPolicy.IGNORE, CopyMode.WRITE_BLOCKING));
    world.await(JobStatus.READY);
    world.drivers.disk("t").fail(FaultyDisk.Operation.WRITE, BlockException.Kind.IO, 1);
    MirrorWorld.fill(client, 0, 4096, 9);
    assertThat(world.complete().succeeded()).isTrue();
    world.assertEqual("s", "t");
  }

  @Test
  void aFailingFlushOfTheTargetKeepsItFromTakingThePlaceOfTheSource() {
    world.disk("s", "t").fill("s", 1);
    world.reader("r", "s");
    world.start(with(ErrorPolicy.REPORT));
    world.await(JobStatus.READY);
    world.drivers.disk("t").fail(FaultyDisk.Operation.FLUSH, BlockException.Kind.FLUSH_FAILED, 1);
    assertThat(world.complete().error().orElseThrow().code()).isEqualTo("IO_ERROR");
    assertThat(world.child("r:root")).isEqualTo("s");
    world.assertNoJobInGraph();
  }

  @Test
  void aStoreThatCannotRememberTheSwapLeavesTheGraphAsItWas() {
    world.disk("s", "t").fill("s", 1);
    world.reader("r", "s");
    world.start(with(ErrorPolicy.REPORT));
    world.await(JobStatus.READY);
    world.store.failNextDecision();
    assertThat(world.complete().error().orElseThrow().code()).isEqualTo("NOT_REMEMBERED");
    assertThat(world.child("r:root")).isEqualTo("s");
    world.assertNoJobInGraph();
  }
}
