package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ModelledClient;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// `verify`: both disks are compared before the copy takes the place of its source.
class MirrorVerifyTest {
  private final MirrorWorld world = new MirrorWorld();

  @AfterEach
  void close() {
    world.close();
  }

  private static MirrorRequest verified(SyncMode sync) {
    MirrorRequest plain = MirrorWorld.request("s", "t", sync);
    MirrorRequest.Copying copying =
        new MirrorRequest.Copying(
            CopyMode.BACKGROUND,
            OptionalLong.empty(),
            0,
            0,
            MirrorRequest.Zeroing.DEFAULT,
            MirrorRequest.Verify.YES);
    return new MirrorRequest(
        plain.id(), plain.disks(), copying, plain.errors(), plain.ending(), plain.filter());
  }

  @Test
  void anEqualCopyIsUsed() {
    world.disk("s", "t").fill("s", 1);
    world.start(verified(SyncMode.FULL));
    assertThat(world.complete().error()).isEmpty();
  }

  @Test
  void aCopyThatDiffersIsNotUsedAndTheErrorSaysWhere() {
    world.disk("s", "t").fill("s", 1);
    world.reader("r", "s");
    world.start(verified(SyncMode.FULL));
    world.await(JobStatus.READY);
    MirrorWorld.fill(world.drivers.disk("t").memory(), 3_000_001, 1, 66);
    JobError error = world.complete().error().orElseThrow();
    assertThat(error.code()).isEqualTo("VERIFY_MISMATCH");
    assertThat(error.detail()).contains("'t'", "'s'", "3000001");
    assertThat(world.child("r:root")).isEqualTo("s");
    world.assertNoJobInGraph();
  }

  @Test
  void clientsWhoWriteMeanwhileDoNotMakeItDiffer() throws Exception {
    world.disk("s", "t").fill("s", 1);
    GatedDisk disk = world.writer("w", "s");
    ModelledClient client =
        new ModelledClient(disk, new ByteRange(0, MirrorWorld.SIZE), world.bytes("s"), 11)
            .resting(200)
            .start();
    world.start(verified(SyncMode.FULL));
    assertThat(world.complete().error()).isEmpty();
    assertThat(client.stop()).isEqualTo(world.bytes("t"));
  }

  @Test
  void onlyACopyOfEverythingCanBeVerified() {
    world.disk("s", "t");
    assertThat(world.refused(verified(SyncMode.NONE)))
        .isInstanceOfSatisfying(
            JobRejection.InvalidParameter.class,
            no -> assertThat(no.parameter()).isEqualTo("verify"));
  }
}
