package io.blockgraph.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.Options;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobProgress.Outlook;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.JobTimes;
import io.blockgraph.job.Verb;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// How a job is, from what was seen of it over time.
class JobChecksTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final JobChecks checks = new JobChecks(new HealthSettings(MINUTE, MINUTE));

  private static JobRecord job(JobStatus status, JobPhase phase, long done, Options details) {
    return job(status, new JobProgress(phase, done, 100, 0, new Outlook.Unknown()), details);
  }

  private static JobRecord job(JobStatus status, JobProgress progress, Options details) {
    return new JobRecord(
        new JobRecord.Title(new JobId("j"), "mirror", JobEnding.DEFAULT),
        new JobRecord.State(status, IoStatus.OK, 0, Verb.allowed(status), false),
        progress,
        Optional.empty(),
        new JobTimes(NOON, Optional.of(NOON), Optional.empty(), 1),
        details);
  }

  private static JobRecord running(long done) {
    return job(JobStatus.RUNNING, JobPhase.COPYING, done, Options.NONE);
  }

  private List<Condition> after(Duration passed, JobRecord first, JobRecord then) {
    Instant now = NOON.plus(passed);
    JobTrack track = JobTrack.begin(first, NOON).seen(then, now);
    return checks.of(then, track, now).stream().map(Finding::condition).toList();
  }

  @Test
  void isStalledOnceItHasDoneNothingForTooLong() {
    assertThat(after(MINUTE.minusSeconds(1), running(5), running(5)))
        .containsExactly(Condition.GOOD);
    assertThat(after(MINUTE, running(5), running(5))).containsExactly(Condition.DEGRADED);
    assertThat(after(MINUTE, running(5), running(6))).containsExactly(Condition.GOOD);
  }

  @Test
  void isNotStalledWhileItMarksWhatItWillCopy() {
    JobProgress few = new JobProgress(JobPhase.COPYING, 0, 10, 0, new Outlook.Unknown());
    JobProgress more = new JobProgress(JobPhase.COPYING, 0, 20, 0, new Outlook.Unknown());
    assertThat(
            after(
                MINUTE,
                job(JobStatus.RUNNING, few, Options.NONE),
                job(JobStatus.RUNNING, more, Options.NONE)))
        .containsExactly(Condition.GOOD);
  }

  @Test
  void isNotStalledWhenItRestsOrWaitsToBeFinalized() {
    for (JobStatus status : List.of(JobStatus.PAUSED, JobStatus.STANDBY, JobStatus.PENDING)) {
      JobRecord job = job(status, JobPhase.COPYING, 5, Options.NONE);
      assertThat(after(MINUTE.multipliedBy(9), job, job)).containsExactly(Condition.GOOD);
    }
  }

  @Test
  void aSpeedLimitBuysItTheTimeOfOneBuffer() {
    Options limited = Options.NONE.with("speed", 1024L).with("bufSize", 10_240L);
    JobRecord job = job(JobStatus.RUNNING, JobPhase.COPYING, 5, limited);
    assertThat(after(MINUTE.plusSeconds(9), job, job)).containsExactly(Condition.GOOD);
    assertThat(after(MINUTE.plusSeconds(10), job, job)).containsExactly(Condition.DEGRADED);
  }

  @Test
  void howFarAComparisonIsCannotBeTold() {
    JobRecord job = job(JobStatus.READY, JobPhase.COMPLETING, 5, Options.NONE.with("verify", true));
    assertThat(after(MINUTE, job, job)).containsExactly(Condition.UNKNOWN);
  }

  @Test
  void doesNotConvergeOnceEveryLookHasSaidSoForTooLong() {
    JobProgress losing = new JobProgress(JobPhase.COPYING, 5, 9, 1, new Outlook.NotConverging(7));
    JobProgress further = new JobProgress(JobPhase.COPYING, 6, 9, 1, new Outlook.NotConverging(7));
    JobRecord first = job(JobStatus.RUNNING, losing, Options.NONE);
    JobRecord then = job(JobStatus.RUNNING, further, Options.NONE);
    assertThat(after(MINUTE.minusSeconds(1), first, then))
        .containsExactly(Condition.GOOD, Condition.GOOD);
    assertThat(after(MINUTE, first, then)).containsExactly(Condition.GOOD, Condition.DEGRADED);
    JobTrack caughtUp = JobTrack.begin(first, NOON).seen(running(6), NOON.plusSeconds(30));
    assertThat(caughtUp.seen(then, NOON.plus(MINUTE)).divergingFor(NOON.plus(MINUTE)))
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void anotherJobOfTheSameIdBeginsAnew() {
    JobTrack track = JobTrack.begin(running(5), NOON);
    JobRecord other =
        new JobRecord(
            running(5).title(),
            running(5).state(),
            running(5).progress(),
            Optional.empty(),
            new JobTimes(NOON.plusSeconds(50), Optional.empty(), Optional.empty(), 2),
            Options.NONE);
    assertThat(track.seen(other, NOON.plus(MINUTE)).stillFor(NOON.plus(MINUTE)))
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void hasFailedUnlessItWasCancelledOrHasItsResult() {
    assertThat(result(Optional.empty())).isEqualTo(Condition.GOOD);
    assertThat(result(Optional.of(JobError.CANCELLED))).isEqualTo(Condition.GOOD);
    assertThat(result(Optional.of(JobError.INTERRUPTED))).isEqualTo(Condition.FAILED);
    assertThat(result(Optional.of(JobError.NO_SPACE))).isEqualTo(Condition.FAILED);
  }

  private Condition result(Optional<String> code) {
    JobRecord over = job(JobStatus.CONCLUDED, JobPhase.ENDED, 5, Options.NONE);
    JobRecord told =
        new JobRecord(
            over.title(),
            over.state(),
            over.progress(),
            code.map(word -> JobError.of(word, "/images/secret.img: failed")),
            new JobTimes(NOON, Optional.of(NOON), Optional.of(NOON), 1),
            over.details());
    List<Finding> found = checks.of(told, JobTrack.begin(told, NOON), NOON);
    assertThat(found).hasSize(1).noneMatch(finding -> finding.reason().contains("secret"));
    return found.getFirst().condition();
  }
}
