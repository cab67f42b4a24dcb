package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.snapshotaccess.SnapshotAccessDriver;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainWorld;
import io.blockgraph.job.copy.TargetFile;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A chain `base`, `disk` with a client's way in, and an empty image `copy` to back it up to.
final class BackupBench implements AutoCloseable {
  static final long MIB = 1 << 20;

  /// A job copies one piece, and the next one tomorrow.
  static final long SLOWEST = 1;

  final ChainWorld world;
  final ChainJobs<BackupRequest> backups;
  private final Path directory;

  BackupBench(Path directory) {
    this.directory = directory;
    this.world =
        new ChainWorld(
            directory,
            new BackupTop(),
            new BackupGap(),
            new CopyBeforeWriteDriver(),
            new SnapshotAccessDriver());
    this.backups = BackupJobs.in(world.graph(), world.jobs());
    world.images("base", "disk");
    world.fill("base", 1, 0, 3 * MIB).fill("disk", 2, MIB, MIB).zero("disk", 2 * MIB, MIB / 2);
    copy(Map.of());
    world.open("base", "disk");
  }

  /// Makes the image of the copy.
  BackupBench copy(Map<String, String> options) {
    QemuImg.create(world.image("copy"), ChainWorld.SIZE, options);
    return this;
  }

  static BackupRequest.Disks onto(String target, BackupSync sync) {
    return new BackupRequest.Disks(
        new NodeName("disk"), new NodeName(target), Optional.empty(), sync);
  }

  BackupRequest.Disks ontoFile(String filename, BackupSync sync, TargetFile.Mode mode) {
    return new BackupRequest.Disks(
        new NodeName("disk"),
        new NodeName("made"),
        Optional.of(
            new TargetFile(
                directory.resolve(filename).toString(), new DriverName("qcow2"), mode, 0)),
        sync);
  }

  static BackupRequest slowly(BackupRequest.Disks disks, long speed) {
    return with(disks, new BackupRequest.Pace(speed, 4), BackupRequest.Errors.REPORT);
  }

  static BackupRequest with(
      BackupRequest.Disks disks, BackupRequest.Pace pace, BackupRequest.Errors errors) {
    return new BackupRequest(
        ChainWorld.JOB, disks, pace, errors, JobEnding.DEFAULT, Optional.empty());
  }

  JobRecord started(BackupRequest request) {
    return world.started(backups.start(request));
  }

  JobResult<JobRecord> start(BackupRequest.Disks disks) {
    return backups.start(BackupRequest.of(ChainWorld.JOB, disks));
  }

  /// The job goes on as fast as it can, and has its copy.
  void finishes() {
    world.jobs().setSpeed(ChainWorld.JOB, 0);
    world.succeeded(ChainWorld.JOB);
    world.assertNoJobInGraph();
  }

  /// A raw file that holds `content`, for qemu-img to compare with.
  Path reference(byte[] content) throws java.io.IOException {
    return Files.write(directory.resolve("reference.raw"), content);
  }

  /// After everything is closed, an image shows what the disk showed.
  void assertShows(Path image, byte[] then) throws java.io.IOException {
    world.close();
    QemuImg.assertClean(image);
    QemuImg.assertSameContent(reference(then), "raw", image, "qcow2");
    assertThat(image).exists();
  }

  @Override
  public void close() {
    world.close();
  }
}
