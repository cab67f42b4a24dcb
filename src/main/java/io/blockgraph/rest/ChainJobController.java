package io.blockgraph.rest;

import io.blockgraph.engine.Ask;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.backup.BackupJobs;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.commit.CommitJobs;
import io.blockgraph.job.commit.CommitRequest;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.stream.StreamJobs;
import io.blockgraph.job.stream.StreamRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Jobs that move data within a backing chain, and backups: starting them.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "jobs")
final class ChainJobController {
  private final Jobs jobs;
  private final ChainJobs<StreamRequest> streams;
  private final ChainJobs<CommitRequest> commits;
  private final ChainJobs<BackupRequest> backups;
  private final StrictJson json;

  ChainJobController(
      Jobs jobs,
      ChainJobs<StreamRequest> streams,
      ChainJobs<CommitRequest> commits,
      ChainJobs<BackupRequest> backups,
      StrictJson json) {
    this.jobs = jobs;
    this.streams = streams;
    this.commits = commits;
    this.backups = backups;
    this.json = json;
  }

  @Operation(
      operationId = "startStreamJob",
      summary = "Bring up into a disk what the disks below it hold")
  @PostMapping("/stream-jobs")
  ResponseEntity<?> stream(@RequestBody byte[] body, Ask ask) {
    return start(streams, ChainBodies.stream(json.read(body)), ask);
  }

  @Operation(operationId = "listStreamJobs", summary = "All stream jobs")
  @GetMapping("/stream-jobs")
  JobController.JobsView streams() {
    return list(StreamJobs.TYPE);
  }

  @Operation(
      operationId = "startCommitJob",
      summary = "Bring down into a disk what the disks above it hold")
  @PostMapping("/commit-jobs")
  ResponseEntity<?> commit(@RequestBody byte[] body, Ask ask) {
    return start(commits, ChainBodies.commit(json.read(body)), ask);
  }

  @Operation(operationId = "listCommitJobs", summary = "All commit jobs")
  @GetMapping("/commit-jobs")
  JobController.JobsView commits() {
    return list(CommitJobs.TYPE);
  }

  @Operation(
      operationId = "startBackupJob",
      summary = "Copy a disk as it is now, while clients go on writing it")
  @PostMapping("/backup-jobs")
  ResponseEntity<?> backup(@RequestBody byte[] body, Ask ask) {
    return start(backups, BackupBody.read(json.read(body)), ask);
  }

  @Operation(operationId = "listBackupJobs", summary = "All backup jobs")
  @GetMapping("/backup-jobs")
  JobController.JobsView backups() {
    return list(BackupJobs.TYPE);
  }

  private static <R> ResponseEntity<?> start(ChainJobs<R> starting, R request, Ask ask) {
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      return ResponseEntity.ok(
          DiffView.planned(JobProblems.answer(starting.plan(request, ask.expected()))));
    }
    JobRecord job = JobProblems.answer(starting.start(request, ask.expected()));
    return ResponseEntity.accepted()
        .location(URI.create("/api/v1/jobs/" + job.id()))
        .header("Retry-After", "1")
        .body(JobView.of(job));
  }

  private JobController.JobsView list(String type) {
    return new JobController.JobsView(
        jobs.list().stream()
            .filter(job -> job.title().type().equals(type))
            .map(JobView::of)
            .toList());
  }
}
