package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.snapshotaccess.SnapshotAccessDriver;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Roles;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.job.copy.TargetFile;
import io.blockgraph.strangers.QemuImg;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The copy is the disk as it was when the job began, whatever clients write meanwhile.
@Timeout(120)
class BackupJobTest {
  private static final long MIB = BackupBench.MIB;
  private static final long SLOW = BackupBench.SLOWEST;

  @TempDir Path directory;
  private BackupBench bench;
  private ChainWorld world;
  private GatedDisk client;
  private byte[] then = new byte[0];

  @BeforeEach
  void open() {
    bench = new BackupBench(directory);
    world = bench.world;
    client = world.writer("w", "disk");
    then = ChainWorld.content(client);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private List<ModelledClient> clients() {
    List<ModelledClient> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ByteRange part = new ByteRange(i * (5 * MIB / 4), 5 * MIB / 4);
      all.add(new ModelledClient(client, part, then, System.nanoTime()).resting(300).start());
    }
    return all;
  }

  private void copyOpen() {
    world.open("copy", null, true);
  }

  @Test
  void theCopyIsTheDiskOfTheStartWhileClientsWriteAllTheTime() throws Exception {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    List<ModelledClient> clients = clients();
    for (ModelledClient each : clients) {
      each.awaitOperations(50);
    }
    bench.finishes();
    for (ModelledClient each : clients) {
      each.stop();
    }
    bench.assertShows(world.image("copy"), then);
  }

  /// Each version goes to the first place, and only then to the second: no moment shows a second
  /// place that is ahead.
  @Test
  void theCopyIsOfOneMomentAlsoWhenItBeginsAmongWrites() throws Exception {
    copyOpen();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int version = 1; version < 3_000; version++) {
                    byte[] bytes = ByteBuffer.allocate(4).putInt(version).array();
                    ChainWorld.write(client, 3 * MIB + 5, bytes);
                    ChainWorld.write(client, 17, bytes);
                  }
                });
    Thread.sleep(20);
    bench.started(BackupRequest.of(ChainWorld.JOB, BackupBench.onto("copy", BackupSync.FULL)));
    bench.finishes();
    writer.join();
    byte[] copy = ChainWorld.content(world.reader("r", "copy"));
    int first = ByteBuffer.wrap(copy, (int) (3 * MIB) + 5, 4).getInt();
    int second = ByteBuffer.wrap(copy, 17, 4).getInt();
    assertThat(first - (second == 0x01010101 ? 0 : second)).isBetween(0, 1);
  }

  @Test
  void copiesTheTopAloneAndTheBaseShowsThroughTheRest() throws Exception {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.TOP), SLOW));
    List<ModelledClient> clients = clients();
    for (ModelledClient each : clients) {
      each.awaitOperations(20);
    }
    bench.finishes();
    for (ModelledClient each : clients) {
      each.stop();
    }
    world.close();
    QemuImg.rebaseUnsafe(world.image("copy"), world.image("base").toString(), "qcow2");
    bench.assertShows(world.image("copy"), then);
    assertThat(QemuImg.map(world.image("copy"), "qcow2").toString()).contains("\"depth\":1");
  }

  @Test
  void aClusterOfTheTargetIsCopiedAsAWhole() throws Exception {
    bench.copy(Map.of("cluster_size", "2M"));
    copyOpen();
    JobRecord job =
        bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.TOP), SLOW));
    assertThat(job.details().number("clusterSize")).contains(2 * MIB);
    ChainWorld.write(client, 5, new byte[] {9});
    bench.finishes();
    world.close();
    QemuImg.rebaseUnsafe(world.image("copy"), world.image("base").toString(), "qcow2");
    bench.assertShows(world.image("copy"), then);
  }

  @Test
  void noneCopiesOnlyWhatClientsOverwriteUntilItIsCompleted() {
    copyOpen();
    bench.started(BackupRequest.of(ChainWorld.JOB, BackupBench.onto("copy", BackupSync.NONE)));
    world.await(ChainWorld.JOB, JobStatus.READY);
    ChainWorld.write(client, MIB + 5, new byte[] {9});
    assertThat(world.jobs().complete(ChainWorld.JOB)).isInstanceOf(JobResult.Done.class);
    bench.finishes();
    byte[] copy = ChainWorld.content(world.reader("r", "copy"));
    assertThat(Arrays.copyOfRange(copy, (int) MIB, (int) MIB + 65536)).containsOnly(2);
    assertThat(Arrays.copyOfRange(copy, 0, (int) MIB)).containsOnly(0);
    assertThat(ChainWorld.read(client, MIB + 5, 1)).containsExactly(9);
  }

  @Test
  void anOverlayOverTheSourceShowsTheMomentWhileTheJobRuns() throws Exception {
    world.open("copy", "disk", true);
    bench.started(BackupRequest.of(ChainWorld.JOB, BackupBench.onto("copy", BackupSync.NONE)));
    world.await(ChainWorld.JOB, JobStatus.READY);
    GatedDisk past = world.reader("r", "copy");
    List<ModelledClient> clients = clients();
    for (int i = 0; i < 30; i++) {
      assertThat(ChainWorld.content(past)).isEqualTo(then);
    }
    for (ModelledClient each : clients) {
      each.stop();
    }
    assertThat(ChainWorld.content(past)).isEqualTo(then);
  }

  @Test
  void anOverlayOverTheSourceThatSomebodyWritesIsNoTarget() {
    world.open("copy", "disk", true);
    GatedDisk writer = world.writer("x", "copy");
    ChainWorld.write(writer, 0, new byte[] {1, 2, 3});
    assertThat(world.ruled(bench.start(BackupBench.onto("copy", BackupSync.FULL))))
        .isInstanceOf(Refusal.PermissionConflict.class);
    assertThat(ChainWorld.read(writer, 0, 3)).containsExactly(1, 2, 3);
    world.assertNoJobInGraph();
  }

  /// Who writes the source writes the backing disk of the target, and is let in all the same.
  @Test
  void nobodyComesToWriteAnOverlayOverTheSourceWhileItIsTheTarget() {
    world.open("copy", "disk", true);
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    assertThat(world.refusedEdit(world.addingWriter("x", "copy")))
        .isInstanceOf(Refusal.PermissionConflict.class);
    ChainWorld.write(client, 5, new byte[] {9});
    ChainWorld.write(world.writer("w2", "disk"), 6, new byte[] {9});
    bench.finishes();
    assertThat(world.child("copy:backing")).isEqualTo("disk");
    assertThat(ChainWorld.content(world.writer("x", "copy"))).isEqualTo(then);
  }

  @Test
  void norADiskBetweenTheTargetAndTheSource() {
    world.image("mid", "disk", ChainWorld.SIZE).open("mid", "disk", true);
    world.open("copy", "mid", true);
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    for (String node : List.of("copy", "mid")) {
      assertThat(world.refusedEdit(world.addingWriter("x", node)))
          .isInstanceOf(Refusal.PermissionConflict.class);
    }
    ChainWorld.write(client, 5, new byte[] {9});
    bench.finishes();
    assertThat(world.child("mid:backing")).isEqualTo("disk");
    assertThat(ChainWorld.content(world.reader("r", "copy"))).isEqualTo(then);
  }

  @Test
  void aClientThatComesToTheSourceStillComesInAboveTheFilter() {
    world.open("copy", "disk", true);
    bench.started(BackupRequest.of(ChainWorld.JOB, BackupBench.onto("copy", BackupSync.NONE)));
    assertThat(world.graph().wayIn(new NodeName("disk")).value()).isEqualTo("j.filter");
    assertThat(world.graph().wayIn(new NodeName("copy")).value()).isEqualTo("copy");
  }

  @Test
  void theNextRunOfTheServiceFindsAnOverlayOnItsBackingDisk() {
    world.open("copy", "disk", true);
    bench.started(BackupRequest.of(ChainWorld.JOB, BackupBench.onto("copy", BackupSync.NONE)));
    world.restartFromNow();
    world.assertNoJobInGraph();
    assertThat(world.child("copy:backing")).isEqualTo("disk");
  }

  @Test
  void makesTheImageOfItsTargetAndClosesItInTheEnd() throws Exception {
    bench.started(
        BackupBench.slowly(
            bench.ontoFile("made.qcow2", BackupSync.FULL, TargetFile.Mode.ABSOLUTE_PATHS), SLOW));
    assertThat(world.topology().node(new NodeName("made"))).isPresent();
    List<ModelledClient> clients = clients();
    bench.finishes();
    for (ModelledClient each : clients) {
      each.stop();
    }
    assertThat(world.topology().node(new NodeName("made"))).isEmpty();
    bench.assertShows(directory.resolve("made.qcow2"), then);
  }

  @Test
  void anImageMadeForTheTopNamesWhatItBelongsOn() throws Exception {
    bench.started(
        BackupRequest.of(
            ChainWorld.JOB,
            bench.ontoFile("made.qcow2", BackupSync.TOP, TargetFile.Mode.ABSOLUTE_PATHS)));
    bench.finishes();
    bench.assertShows(directory.resolve("made.qcow2"), then);
  }

  @Test
  void isCancelledAndLeavesNothingBehind() {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    world.jobs().cancel(ChainWorld.JOB, CancelMode.SOFT);
    JobRecord over = world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    assertThat(over.error().map(JobError::code)).contains(JobError.CANCELLED);
    world.assertNoJobInGraph();
    assertThat(ChainWorld.content(client)).isEqualTo(then);
  }

  @Test
  void restsWhenPausedAndKeepsTheMomentMeanwhile() throws Exception {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    world.jobs().pause(ChainWorld.JOB);
    world.await(ChainWorld.JOB, JobStatus.PAUSED);
    ChainWorld.write(client, 0, new byte[(int) MIB]);
    world.jobs().resume(ChainWorld.JOB);
    bench.finishes();
    bench.assertShows(world.image("copy"), then);
  }

  @Test
  void tellsHowFarItIs() {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    JobRecord seen =
        world
            .jobs()
            .await(ChainWorld.JOB, now -> now.progress().bytesDone() > 0, 20_000)
            .orElseThrow();
    assertThat(seen.progress().bytesTotal()).isEqualTo(ChainWorld.SIZE);
    assertThat(seen.progress().phase()).isEqualTo(JobPhase.COPYING);
    bench.finishes();
  }

  @Test
  void nobodyElseWritesTheTargetNorBesideTheFilter() {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    for (String node : List.of("copy", "disk")) {
      assertThat(world.refusedEdit(world.addingWriter("x", node)))
          .isInstanceOf(Refusal.PermissionConflict.class);
    }
    assertThat(ChainWorld.read(world.reader("r", "copy"), 0, 1)).hasSize(1);
  }

  @Test
  void aSecondJobIsToldWhoHoldsTheDisk() {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    JobResult<JobRecord> second =
        bench.backups.start(
            BackupRequest.of(new JobId("k"), BackupBench.onto("copy", BackupSync.FULL)));
    assertThat(world.ruled(second)).isInstanceOf(Refusal.NodeBusy.class);
  }

  @Test
  void refusesATargetThatTheSourceIsReadFrom() {
    for (String target : List.of("disk", "base", "disk-file")) {
      assertThat(world.ruled(bench.start(BackupBench.onto(target, BackupSync.FULL))))
          .isInstanceOf(Refusal.SelfMirror.class);
    }
    world.assertNoJobInGraph();
  }

  @Test
  void refusesATargetOfAnotherLength() {
    QemuImg.create(world.image("copy"), 2 * MIB, Map.of());
    copyOpen();
    JobRejection.Graph refused =
        (JobRejection.Graph) world.rejected(bench.start(BackupBench.onto("copy", BackupSync.FULL)));
    assertThat(refused.rejection()).isInstanceOf(Rejection.SizeMismatch.class);
  }

  @Test
  void failsWhenItsTargetGetsABackingDiskThatWouldShow() {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    world.edit(
        new GraphEdit.AttachChild(
            new NodeName("copy"),
            new ChildSpec(ChildName.BACKING, Roles.BACKING, new NodeName("base"))));
    JobRecord over = world.await(ChainWorld.JOB, JobStatus.CONCLUDED);
    assertThat(over.error().map(JobError::code)).contains("TARGET_CHANGED");
    world.assertNoJobInGraph();
  }

  @Test
  void theNextRunOfTheServiceFindsTheDiskWithoutTheFilter() {
    copyOpen();
    bench.started(BackupBench.slowly(BackupBench.onto("copy", BackupSync.FULL), SLOW));
    ChainWorld.write(client, 5, new byte[] {9});
    client.flush();
    world.restartFromNow();
    world.assertNoJobInGraph();
    then[5] = 9;
    assertThat(ChainWorld.content(world.disk("w"))).isEqualTo(then);
  }

  @Test
  void backsUpAPointInTime() throws Exception {
    copyOpen();
    world.image("scratch", null, ChainWorld.SIZE).open("scratch", null, true);
    world.edit(
        new GraphEdit.AddNode(
            Bench.spec(
                new CopyBeforeWriteDriver(),
                Map.of("nodeName", "cbw", "file", "disk", "target", "scratch"))),
        new GraphEdit.MoveParents(
            new NodeName("disk"), new NodeName("cbw"), Set.of(new EdgeId("cbw:file"))),
        new GraphEdit.AddNode(
            Bench.spec(
                new SnapshotAccessDriver(),
                Map.of("nodeName", "past", "file", "cbw", "readOnly", true))));
    ChainWorld.write(client, 0, new byte[(int) MIB]);
    bench.started(
        BackupRequest.of(
            ChainWorld.JOB,
            new BackupRequest.Disks(
                new NodeName("past"), new NodeName("copy"), Optional.empty(), BackupSync.FULL)));
    bench.finishes();
    bench.assertShows(world.image("copy"), then);
  }
}
