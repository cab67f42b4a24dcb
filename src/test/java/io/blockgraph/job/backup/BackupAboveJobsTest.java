package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.Bench;
import io.blockgraph.driver.blkdebug.BlkdebugDriver;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.stream.StreamJobs;
import io.blockgraph.job.stream.StreamRequest;
import io.blockgraph.job.stream.StreamTop;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A backup freezes edges. Another job whose filter is below one of them has to take that out.
@Timeout(120)
class BackupAboveJobsTest {
  private static final NodeName DISK = new NodeName("disk");
  private static final NodeName FRONT = new NodeName("front");
  private static final JobId OTHER = new JobId("other");

  @TempDir Path directory;
  private ChainWorld world;
  private ChainJobs<BackupRequest> backups;

  @BeforeEach
  void open() {
    world = new ChainWorld(directory, new BackupTop(), new BackupGap(), new StreamTop());
    backups = BackupJobs.in(world.graph(), world.jobs());
    world.images("base", "disk").fill("base", 1, 0, 1 << 20).fill("disk", 2, 1 << 20, 1 << 20);
    world.image("copy", null, ChainWorld.SIZE).image("more", null, ChainWorld.SIZE);
    world.open("base", "disk").open("copy", null, true).open("more", null, true);
    world.edit(
        new GraphEdit.AddNode(
            Bench.spec(new BlkdebugDriver(), Map.of("nodeName", "front", "file", "disk"))),
        new GraphEdit.MoveParents(DISK, FRONT, Set.of(new EdgeId("front:file"))));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static BackupRequest.Disks disks(NodeName source, String target, BackupSync sync) {
    return new BackupRequest.Disks(source, new NodeName(target), Optional.empty(), sync);
  }

  private JobResult<JobRecord> backUp(JobId job, BackupRequest.Disks disks) {
    return backups.start(
        new BackupRequest(
            job,
            disks,
            new BackupRequest.Pace(BackupBench.SLOWEST, 1),
            BackupRequest.Errors.REPORT,
            JobEnding.DEFAULT,
            Optional.empty()));
  }

  private void streamsIntoTheDisk() {
    StreamRequest whole = StreamRequest.of(OTHER, DISK, new StreamRequest.End.Whole());
    world.started(
        StreamJobs.in(world.graph(), world.jobs())
            .start(
                new StreamRequest(
                    OTHER,
                    whole.chain(),
                    1,
                    ErrorPolicy.REPORT,
                    JobEnding.DEFAULT,
                    Optional.empty())));
  }

  private void refusedAndTheOtherEndsWell(BackupRequest.Disks disks) {
    assertThat(world.ruled(backUp(ChainWorld.JOB, disks)))
        .isEqualTo(new Refusal.NodeBusy(new NodeName("other.filter"), OTHER.user()));
    world.jobs().setSpeed(OTHER, 0);
    world.succeeded(OTHER);
    world.assertNoJobInGraph();
  }

  @Test
  void aStreamOfTheDiskBelowComesToItsEnd() {
    streamsIntoTheDisk();
    refusedAndTheOtherEndsWell(disks(FRONT, "copy", BackupSync.TOP));
  }

  @Test
  void anotherBackupOfTheDiskBelowComesToItsEnd() {
    world.started(backUp(OTHER, disks(DISK, "more", BackupSync.FULL)));
    refusedAndTheOtherEndsWell(disks(FRONT, "copy", BackupSync.TOP));
  }

  /// Nothing is frozen for a copy of everything.
  @Test
  void aWholeCopyIsNotInTheWay() {
    streamsIntoTheDisk();
    world.started(backUp(ChainWorld.JOB, disks(FRONT, "copy", BackupSync.FULL)));
    world.jobs().cancel(OTHER, CancelMode.SOFT);
    world.await(OTHER, JobStatus.CONCLUDED);
    assertThat(world.child("front:file")).isEqualTo("disk");
    world.jobs().setSpeed(ChainWorld.JOB, 0);
    world.succeeded(ChainWorld.JOB);
    world.assertNoJobInGraph();
  }

  /// A gap would freeze what leads to the other job's filter, too.
  @Test
  void anotherBackupBelowTheTargetComesToItsEnd() {
    world.started(backUp(OTHER, disks(FRONT, "more", BackupSync.FULL)));
    world.image("over", null, ChainWorld.SIZE).open("over", "other.filter", true);
    refusedAndTheOtherEndsWell(disks(DISK, "over", BackupSync.NONE));
  }
}
