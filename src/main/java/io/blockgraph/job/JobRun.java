package io.blockgraph.job;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.EventLog;
import io.blockgraph.graph.Options;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// One job from its first to its last status, on a thread of its own.
///
/// Everything that can be known of it goes to the store and the event log from [#publish], one
/// caller at a time, so that what is remembered never goes back in time.
final class JobRun implements Runnable {
  private static final long LOOK_EVERY_MS = 100;
  private static final long AGAIN_AFTER_MS = 50;

  private final JobRecord.Title title;
  private final JobWork work;
  private final JobLife life;
  private final Surroundings around;
  private final JobGroup group;
  private final ReentrantLock publishing = new ReentrantLock();
  private volatile JobTimes times;
  private volatile Optional<JobError> error = Optional.empty();
  private volatile boolean interrupted;

  /// Whether its last status was remembered and told.
  private volatile boolean told;

  private volatile Optional<JobId> endedBy = Optional.empty();
  private long lastProgressNanos = Long.MIN_VALUE;

  /// What every job lives in.
  ///
  /// @param store where jobs are remembered
  /// @param events where their changes are told
  /// @param clock the time of day
  /// @param limits how often progress is told
  record Surroundings(JobStore store, EventLog events, InstantSource clock, JobLimits limits) {}

  /// What a job joins.
  ///
  /// @param group the jobs it ends with
  /// @param revision the graph's revision right after the job joined it
  record Joined(JobGroup group, long revision) {}

  JobRun(JobRecord.Title title, JobWork work, Joined joined, Surroundings around) {
    this.title = title;
    this.work = work;
    this.life = new JobLife(title.id(), around.limits().stack());
    this.around = around;
    this.group = joined.group();
    this.times =
        new JobTimes(
            around.clock().instant(), Optional.empty(), Optional.empty(), joined.revision());
  }

  JobId id() {
    return title.id();
  }

  JobEnding ending() {
    return title.ending();
  }

  /// Whether it is over and nobody wants to be told. Its last status has been remembered then: a
  /// new job of this id is not remembered as this one.
  boolean isForgotten() {
    return ending().dismissing() == JobEnding.Dismissing.AUTOMATIC && told;
  }

  /// Lets it and its group make their results visible.
  Optional<JobRejection> finalizeResult() {
    Optional<JobRejection> objection = life.finalizeResult();
    if (objection.isEmpty()) {
      group.finalizeAll();
    }
    return objection;
  }

  /// Ends it because `other`, a job of its group, has ended without a result.
  void endWith(JobId other) {
    endedBy = Optional.of(other);
    life.interrupt();
  }

  JobLife life() {
    return life;
  }

  JobWork work() {
    return work;
  }

  /// Ends it because the service ends.
  void interrupt() {
    interrupted = true;
    life.interrupt();
  }

  @Override
  public void run() {
    try {
      life.moveTo(JobStatus.RUNNING);
      times = times.startedAt(around.clock().instant());
      publish();
      work.run(life);
      life.moveTo(JobStatus.WAITING);
      awaitOthers();
      life.moveTo(JobStatus.PENDING);
      publish();
      settle();
      end(Optional.empty());
    } catch (JobControl.Stopped e) {
      abort(interrupted ? interruption() : cancellation());
    } catch (JobFailure e) {
      abort(e.error());
    } catch (BlockException e) {
      abort(JobError.of(JobError.IO_ERROR, String.valueOf(e.getMessage())));
    } catch (RuntimeException | AssertionError e) {
      abort(JobError.of(JobError.INTERNAL, "job '" + title.id() + "' ran into " + e));
    }
  }

  /// Waits for the jobs of its group.
  private void awaitOthers() throws JobFailure {
    group.arrive(title.id());
    publish();
    while (!group.hasArrived()) {
      work.whilePending();
      life.await(LOOK_EVERY_MS);
    }
  }

  private void settle() throws JobFailure {
    if (group.isFinalOnRequest()) {
      while (!group.isFinalizing() && !life.awaitFinalize(LOOK_EVERY_MS)) {
        work.whilePending();
      }
    }
    while (settleOnce() == JobWork.Settled.AGAIN) {
      life.await(AGAIN_AFTER_MS);
    }
  }

  private JobWork.Settled settleOnce() throws JobFailure {
    life.beginSettling();
    boolean again = true;
    try {
      JobWork.Settled settled = work.settle(life);
      again = settled == JobWork.Settled.AGAIN;
      return settled;
    } finally {
      if (again) {
        life.endSettling();
      }
    }
  }

  private void abort(JobError reason) {
    life.abort();
    group.fail(title.id());
    publish();
    Optional<String> left = tidyUp();
    JobError told =
        left.map(
                text ->
                    new JobError(reason.code(), reason.detail() + "; " + text, reason.rejection()))
            .orElse(reason);
    end(Optional.of(told));
  }

  private Optional<String> tidyUp() {
    try {
      return work.abandon();
    } catch (RuntimeException | AssertionError e) {
      return Optional.of("tidying up ran into " + e);
    }
  }

  private void end(Optional<JobError> reason) {
    error = reason;
    times = times.endedAt(around.clock().instant());
    life.conclude();
    publish();
  }

  private JobError cancellation() {
    String why =
        endedBy.map(other -> ": job '" + other + "' has ended without its result").orElse("");
    return JobError.of(JobError.CANCELLED, "job '" + title.id() + "' was cancelled" + why);
  }

  private JobError interruption() {
    return JobError.of(
        JobError.INTERRUPTED, "the service ended before job '" + title.id() + "' did");
  }

  /// The job as it is now.
  JobRecord record() {
    JobRecord.State state = life.state();
    JobProgress progress = progress(state.status());
    return new JobRecord(title, state, progress, error, times, work.details());
  }

  private JobProgress progress(JobStatus status) {
    JobProgress now = work.progress();
    if (status == JobStatus.CONCLUDED) {
      return now.ended();
    }
    return status.resting() ? now.resting() : now;
  }

  /// The job as it is now, with everything that is shown of it remembered: a job that was seen to
  /// be over is over after a crash, too.
  JobRecord shown() {
    JobRecord now = record();
    publish();
    return now;
  }

  /// Waits up to `waitMs` until the job is as `until` says; answers how it is then.
  JobRecord await(Predicate<JobRecord> until, long waitMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    while (true) {
      JobRecord now = shown();
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (until.test(now) || left <= 0) {
        return now;
      }
      life.awaitChange(Math.min(left, LOOK_EVERY_MS));
    }
  }

  /// Remembers the job and tells of every status it went through since the last time.
  void publish() {
    publishing.lock();
    try {
      List<JobStatus> statuses = life.untold();
      if (statuses.isEmpty()) {
        return;
      }
      JobRecord now = record();
      remember(now);
      statuses.forEach(status -> around.events().tell("job-changed", news(now, status)));
      if (statuses.contains(JobStatus.CONCLUDED)) {
        told = true;
      }
    } finally {
      publishing.unlock();
    }
  }

  /// A store that fails must not stop a job halfway, with its filter in the graph: it is told of,
  /// and the job goes on.
  private void remember(JobRecord now) {
    try {
      around.store().save(now);
    } catch (RuntimeException e) {
      around
          .events()
          .tell("job-not-remembered", Map.of("job", title.id().value(), "reason", e.toString()));
    }
  }

  /// Tells how far it is, not more often than the limits say; false when it was told just before.
  boolean tellProgress(long nowNanos) {
    long interval = TimeUnit.MILLISECONDS.toNanos(around.limits().progressIntervalMs());
    if (lastProgressNanos != Long.MIN_VALUE && nowNanos - lastProgressNanos < interval) {
      return false;
    }
    lastProgressNanos = nowNanos;
    JobProgress progress = work.progress();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("job", title.id().value());
    data.put("phase", progress.phase().word());
    data.put("bytesDone", progress.bytesDone());
    data.put("bytesLeft", progress.bytesLeft());
    data.put("bytesPerSecond", progress.bytesPerSecond());
    around.events().tell("job-progress", data);
    return true;
  }

  private Map<String, Object> news(JobRecord now, JobStatus status) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("job", title.id().value());
    data.put("type", title.type());
    data.put("status", status.word());
    data.put("ioStatus", now.state().ioStatus().word());
    if (status == JobStatus.CONCLUDED) {
      now.error().ifPresent(e -> data.put("error", e.code()));
    }
    return data;
  }

  /// A job that was remembered as under way and is not any more.
  static JobRecord interrupted(JobRecord old, InstantSource clock) {
    JobRecord.State state =
        new JobRecord.State(
            JobStatus.CONCLUDED,
            old.state().ioStatus(),
            0,
            Verb.allowed(JobStatus.CONCLUDED),
            true);
    JobError error =
        JobError.of(
            JobError.INTERRUPTED,
            "the service stopped while job '" + old.id() + "' was " + old.status().word());
    return new JobRecord(
        old.title(),
        state,
        old.progress().ended(),
        Optional.of(error),
        old.times().endedAt(clock.instant()),
        new Options(old.details().values()));
  }
}
