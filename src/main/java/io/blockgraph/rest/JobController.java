package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.Verb;
import io.blockgraph.job.mirror.MirrorJobs;
import io.blockgraph.job.mirror.MirrorRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Jobs: start a mirror, look, steer, dismiss.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "jobs", description = "Jobs that copy data while clients go on")
final class JobController {
  private static final long MOST_WAIT_SECONDS = 60;

  private final Jobs jobs;
  private final MirrorJobs mirrors;
  private final BlockGraph graph;
  private final StrictJson json;

  JobController(Jobs jobs, MirrorJobs mirrors, BlockGraph graph, StrictJson json) {
    this.jobs = jobs;
    this.mirrors = mirrors;
    this.graph = graph;
    this.json = json;
  }

  /// All jobs.
  @Schema(name = "Jobs")
  record JobsView(List<JobView> jobs) {}

  @Operation(operationId = "startMirrorJob", summary = "Copy a node while clients go on using it")
  @PostMapping("/mirror-jobs")
  ResponseEntity<?> mirror(@RequestBody byte[] body, Ask ask) {
    MirrorRequest request =
        MirrorBody.read(Answers.of(RequestValidator.options(json.read(body), Bodies.MIRROR, "")));
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      return ResponseEntity.ok(
          DiffView.planned(JobProblems.answer(mirrors.plan(request, ask.expected()))));
    }
    JobRecord job = JobProblems.answer(mirrors.start(request, ask.expected()));
    return ResponseEntity.accepted()
        .location(URI.create("/api/v1/jobs/" + job.id()))
        .header("Retry-After", "1")
        .body(JobView.of(job));
  }

  @Operation(operationId = "listMirrorJobs", summary = "All mirror jobs")
  @GetMapping("/mirror-jobs")
  JobsView mirrors() {
    return list(MirrorJobs.TYPE, null);
  }

  @Operation(operationId = "listJobs", summary = "All jobs, also those that are over")
  @GetMapping("/jobs")
  JobsView list(
      @RequestParam(required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable String status) {
    return new JobsView(
        jobs.list().stream()
            .filter(job -> type == null || job.title().type().equals(type))
            .filter(job -> status == null || job.status().word().equals(status))
            .map(JobView::of)
            .toList());
  }

  @Operation(
      operationId = "getJob",
      summary = "One job; with wait, when it is ready, pending or over, or after so many seconds")
  @GetMapping("/jobs/{job}")
  JobView get(@PathVariable String job, @RequestParam(defaultValue = "0") long wait) {
    return JobView.of(await(id(job), wait));
  }

  @Operation(
      operationId = "pauseJob",
      summary = "Let a job rest; pauses nest; with wait, when it does, or after so many seconds")
  @PostMapping("/jobs/{job}/pause")
  JobView pause(@PathVariable String job, @RequestParam(defaultValue = "0") long wait, Ask ask) {
    Wait until = Wait.of(wait, now -> now.status().resting() || now.isOver());
    return JobView.of(asked(id(job), ask, Verb.PAUSE, until.after(jobs, jobs::pause)));
  }

  @Operation(operationId = "resumeJob", summary = "Take one pause back")
  @PostMapping("/jobs/{job}/resume")
  JobView resume(@PathVariable String job, Ask ask) {
    return JobView.of(asked(id(job), ask, Verb.RESUME, jobs::resume));
  }

  @Operation(operationId = "completeJob", summary = "Let a job that is ready come to its result")
  @PostMapping("/jobs/{job}/complete")
  JobView complete(@PathVariable String job, @RequestParam(defaultValue = "0") long wait, Ask ask) {
    Wait until = Wait.of(wait, JobController::rests);
    return JobView.of(asked(id(job), ask, Verb.COMPLETE, until.after(jobs, jobs::complete)));
  }

  @Operation(operationId = "finalizeJob", summary = "Make the result of a pending job visible")
  @PostMapping("/jobs/{job}/finalize")
  JobView finish(@PathVariable String job, @RequestParam(defaultValue = "0") long wait, Ask ask) {
    Wait until = Wait.of(wait, JobRecord::isOver);
    return JobView.of(asked(id(job), ask, Verb.FINALIZE, until.after(jobs, jobs::finalizeResult)));
  }

  @Operation(operationId = "cancelJob", summary = "End a job")
  @PostMapping("/jobs/{job}/cancel")
  JobView cancel(
      @PathVariable String job,
      @RequestBody(required = false) byte @Nullable [] body,
      @RequestParam(defaultValue = "0") long wait,
      Ask ask) {
    Options options =
        body == null || body.length == 0
            ? Options.NONE
            : Answers.of(RequestValidator.options(json.read(body), Bodies.CANCEL, ""));
    CancelMode mode =
        options.text("mode").orElse("force").equals("soft") ? CancelMode.SOFT : CancelMode.FORCE;
    Wait until = Wait.of(wait, JobController::rests);
    return JobView.of(
        asked(id(job), ask, Verb.CANCEL, until.after(jobs, it -> jobs.cancel(it, mode))));
  }

  @Operation(operationId = "changeJob", summary = "Change the speed or the copy mode of a job")
  @PatchMapping("/jobs/{job}")
  JobView change(@PathVariable String job, @RequestBody byte[] body, Ask ask) {
    Options options = Answers.of(RequestValidator.options(json.read(body), Bodies.JOB_CHANGE, ""));
    JobId id = id(job);
    // First what a job may refuse for itself: it takes any speed whenever it takes a change at all.
    options
        .text("copyMode")
        .map(mode -> Options.NONE.with("copyMode", mode))
        .ifPresent(mode -> asked(id, ask, Verb.CHANGE, it -> jobs.change(it, mode)));
    options
        .number("speed")
        .ifPresent(speed -> asked(id, ask, Verb.SET_SPEED, it -> jobs.setSpeed(it, speed)));
    return JobView.of(await(id, 0));
  }

  @Operation(operationId = "dismissJob", summary = "Forget a job that is over")
  @DeleteMapping("/jobs/{job}")
  JobView dismiss(@PathVariable String job, Ask ask) {
    return JobView.of(asked(id(job), ask, Verb.DISMISS, jobs::dismiss));
  }

  private JobRecord await(JobId id, long seconds) {
    Wait wait = Wait.of(seconds, job -> rests(job) || isReady(job));
    return jobs.await(id, wait.until(), wait.seconds() * 1000)
        .orElseThrow(
            () -> new ProblemException(ProblemKind.JOB_NOT_FOUND, "there is no job '" + id + "'"));
  }

  /// Asks a job for something; for a dry run, whether it would take it, and answers the job as it
  /// is.
  private JobRecord asked(
      JobId id, Ask ask, Verb verb, Function<JobId, JobResult<JobRecord>> doing) {
    ask.mismatch(graph.state())
        .ifPresent(
            mismatch -> {
              throw new ProblemException(RejectionProblems.of(mismatch));
            });
    return JobProblems.answer(
        switch (ask.mode()) {
          case DRY_RUN -> jobs.check(id, verb);
          case DO -> doing.apply(id);
        });
  }

  /// How long a request waits, and for what.
  private record Wait(long seconds, Predicate<JobRecord> until) {
    static Wait of(long seconds, Predicate<JobRecord> until) {
      if (seconds < 0 || seconds > MOST_WAIT_SECONDS) {
        throw Answers.parameter(
            "wait", "wait takes 0 to " + MOST_WAIT_SECONDS + " seconds, not " + seconds);
      }
      return new Wait(seconds, until);
    }

    /// Does something to a job and then waits for what comes of it; a job that is forgotten when it
    /// is over is answered as it was then.
    Function<JobId, JobResult<JobRecord>> after(
        Jobs jobs, Function<JobId, JobResult<JobRecord>> doing) {
      return id -> {
        Optional<Jobs.Watch> watch = jobs.watch(id);
        return doing
            .apply(id)
            .then(
                taken ->
                    new JobResult.Done<>(
                        watch.map(w -> w.await(until, seconds * 1000)).orElse(taken)));
      };
    }
  }

  /// Whether nothing happens any more until somebody asks for it.
  private static boolean rests(JobRecord job) {
    boolean asksForFinalize =
        job.state().verbs().contains(Verb.FINALIZE)
            && job.title().ending().finalizing() == JobEnding.Finalizing.ON_REQUEST;
    return job.isOver() || asksForFinalize;
  }

  /// Whether a job is ready and nobody has asked it to end yet: one that was asked goes on by
  /// itself.
  private static boolean isReady(JobRecord job) {
    return job.status() == JobStatus.READY && !job.state().leaving();
  }

  private static JobId id(String job) {
    if (!NodeName.isWellFormed(job)) {
      throw new ProblemException(
          ProblemKind.JOB_NOT_FOUND, "there is no job of this id; none can have it");
    }
    return new JobId(job);
  }
}
