package io.blockgraph.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.StackSize;
import io.blockgraph.engine.EventLog;
import io.blockgraph.graph.Options;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every verb in every status, of a job that really runs: it is taken exactly where the table of
/// requirements 2.5 has it, and a refusal changes nothing. Also the statuses that nobody can catch
/// from outside: a job is asked while it is remembered as created, and while it tidies up.
///
/// Between `waiting` and `pending` a job of one does nothing at all, so there [JobLife] is asked.
class JobVerbsTest {
  private static final long WAIT_MS = 20_000;
  private static final JobId JOB = new JobId("j");

  /// The table, a row for each status. A job that was not asked to pause has nothing to resume.
  private static final Map<JobStatus, Set<Verb>> TAKEN =
      Map.of(
          JobStatus.CREATED, EnumSet.of(Verb.CANCEL, Verb.PAUSE, Verb.SET_SPEED, Verb.CHANGE),
          JobStatus.RUNNING, EnumSet.of(Verb.CANCEL, Verb.PAUSE, Verb.SET_SPEED, Verb.CHANGE),
          JobStatus.PAUSED,
              EnumSet.of(Verb.CANCEL, Verb.PAUSE, Verb.RESUME, Verb.SET_SPEED, Verb.CHANGE),
          JobStatus.READY,
              EnumSet.of(Verb.CANCEL, Verb.PAUSE, Verb.SET_SPEED, Verb.CHANGE, Verb.COMPLETE),
          JobStatus.STANDBY,
              EnumSet.of(
                  Verb.CANCEL, Verb.PAUSE, Verb.RESUME, Verb.SET_SPEED, Verb.CHANGE, Verb.COMPLETE),
          JobStatus.WAITING, EnumSet.of(Verb.CANCEL),
          JobStatus.PENDING, EnumSet.of(Verb.CANCEL, Verb.FINALIZE),
          JobStatus.ABORTING, EnumSet.noneOf(Verb.class),
          JobStatus.CONCLUDED, EnumSet.of(Verb.DISMISS));

  private final Work work = new Work();
  private final Catching store = new Catching();
  private final Jobs jobs =
      new Jobs(store, new EventLog(Clock.systemUTC(), 1_000), Clock.systemUTC(), JobLimits.DEFAULT);

  @AfterEach
  void close() {
    work.mayTidyUp.countDown();
    jobs.close();
  }

  /// A job that becomes ready when it may, waits for a wish, and tidies up when it may.
  private static final class Work extends QuietWork {
    private final CountDownLatch mayBeReady = new CountDownLatch(1);
    private final CountDownLatch mayTidyUp = new CountDownLatch(1);

    @Override
    public void run(JobControl control) {
      while (mayBeReady.getCount() > 0) {
        control.await(1);
      }
      control.becomeReady();
      while (control.wish() == JobControl.Wish.NONE) {
        control.await(1);
      }
    }

    @Override
    public Optional<String> abandon() {
      try {
        assertThat(mayTidyUp.await(WAIT_MS, TimeUnit.MILLISECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a job", e);
      }
      return Optional.empty();
    }
  }

  /// Shows a job to the test when it is remembered for the first time: its thread has not begun.
  private static final class Catching implements JobStore {
    private final MemoryJobStore kept = new MemoryJobStore();
    private Runnable whenCreated = () -> {};

    @Override
    public void save(JobRecord job) {
      kept.save(job);
      Runnable once = whenCreated;
      whenCreated = () -> {};
      once.run();
    }

    @Override
    public void forget(JobId id) {
      kept.forget(id);
    }

    @Override
    public List<JobRecord> load() {
      return kept.load();
    }
  }

  private void start() {
    JobEnding ending =
        new JobEnding(JobEnding.Finalizing.ON_REQUEST, JobEnding.DEFAULT.dismissing());
    JobRecord.Title title = new JobRecord.Title(JOB, "test", ending);
    assertThat(jobs.start(title, work, 1)).isInstanceOf(JobResult.Done.class);
  }

  /// Leads a new job to `status` and lets `then` look at it there.
  private void at(JobStatus status, Runnable then) {
    if (status == JobStatus.CREATED) {
      store.whenCreated = then;
      start();
      return;
    }
    start();
    await(JobStatus.RUNNING);
    switch (status) {
      case CREATED, RUNNING -> {}
      case PAUSED -> jobs.pause(JOB);
      case READY -> ready();
      case STANDBY -> {
        ready();
        jobs.pause(JOB);
      }
      case WAITING -> throw new IllegalArgumentException("nobody can catch it there");
      case PENDING -> pending();
      case ABORTING -> jobs.cancel(JOB, CancelMode.FORCE);
      case CONCLUDED -> {
        pending();
        jobs.finalizeResult(JOB);
      }
    }
    await(status);
    then.run();
  }

  private void ready() {
    work.mayBeReady.countDown();
    await(JobStatus.READY);
  }

  private void pending() {
    ready();
    jobs.complete(JOB);
    await(JobStatus.PENDING);
  }

  private void await(JobStatus status) {
    JobRecord now = jobs.await(JOB, job -> job.status() == status, WAIT_MS).orElseThrow();
    assertThat(now.status()).isEqualTo(status);
  }

  private JobResult<JobRecord> ask(Verb verb) {
    return switch (verb) {
      case CANCEL -> jobs.cancel(JOB, CancelMode.FORCE);
      case PAUSE -> jobs.pause(JOB);
      case RESUME -> jobs.resume(JOB);
      case SET_SPEED -> jobs.setSpeed(JOB, 1);
      case CHANGE -> jobs.change(JOB, Options.NONE);
      case COMPLETE -> jobs.complete(JOB);
      case FINALIZE -> jobs.finalizeResult(JOB);
      case DISMISS -> jobs.dismiss(JOB);
    };
  }

  private JobRecord.State state() {
    return jobs.find(JOB).orElseThrow().state();
  }

  record Cell(JobStatus status, Verb verb) {
    boolean taken() {
      return TAKEN.get(status).contains(verb);
    }
  }

  static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (JobStatus status : JobStatus.values()) {
      for (Verb verb : Verb.values()) {
        cells.add(new Cell(status, verb));
      }
    }
    return cells;
  }

  static List<Cell> cellsOfAJobThatRuns() {
    return cells().stream().filter(cell -> cell.status() != JobStatus.WAITING).toList();
  }

  @ParameterizedTest
  @MethodSource("cellsOfAJobThatRuns")
  void aVerbIsTakenWhereTheTableHasItAndChangesNothingElsewhere(Cell cell) {
    List<Cell> asked = new ArrayList<>();
    at(
        cell.status(),
        () -> {
          JobRecord.State before = state();
          assertThat(before.status()).isEqualTo(cell.status());
          assertThat(before.verbs()).isEqualTo(TAKEN.get(cell.status()));
          JobResult<JobRecord> answer = ask(cell.verb());
          if (cell.taken()) {
            assertThat(answer).isInstanceOf(JobResult.Done.class);
          } else {
            assertThat(answer).isEqualTo(refusal(cell));
            assertThat(state()).isEqualTo(before);
          }
          asked.add(cell);
        });
    assertThat(asked).containsExactly(cell);
  }

  private static JobResult<JobRecord> refusal(Cell cell) {
    return new JobResult.Rejected<>(
        new JobRejection.VerbNotAllowed(JOB, cell.status(), cell.verb(), TAKEN.get(cell.status())));
  }

  @ParameterizedTest
  @EnumSource(Verb.class)
  void aJobThatWaitsForItsGroupCanOnlyBeCancelled(Verb verb) {
    JobLife life = new JobLife(JOB, StackSize.DEFAULT);
    life.moveTo(JobStatus.RUNNING);
    life.becomeReady();
    life.complete();
    life.moveTo(JobStatus.WAITING);
    Cell cell = new Cell(JobStatus.WAITING, verb);
    JobRecord.State before = life.state();
    assertThat(before.verbs()).isEqualTo(TAKEN.get(JobStatus.WAITING));
    assertThat(life.check(verb)).isEqualTo(cell.taken() ? Optional.empty() : rejection(cell));
    assertThat(life.state()).isEqualTo(before);
    if (verb == Verb.CANCEL) {
      assertThat(life.cancel(CancelMode.FORCE)).isEmpty();
      assertThat(life.wish()).isEqualTo(JobControl.Wish.ABORT);
    }
  }

  private static Optional<JobRejection> rejection(Cell cell) {
    return Optional.of(((JobResult.Rejected<JobRecord>) refusal(cell)).reason());
  }

  @Test
  void aJobThatIsPausedBeforeItBeginsRestsAsSoonAsItRuns() {
    at(
        JobStatus.CREATED,
        () -> {
          assertThat(ask(Verb.PAUSE)).isInstanceOf(JobResult.Done.class);
          assertThat(state().status()).isEqualTo(JobStatus.CREATED);
          assertThat(state().pauses()).isEqualTo(1);
          assertThat(state().verbs()).contains(Verb.RESUME);
        });
    await(JobStatus.PAUSED);
    jobs.resume(JOB);
    await(JobStatus.RUNNING);
  }

  @Test
  void aPauseIsTakenBackBeforeTheJobBegins() {
    at(
        JobStatus.CREATED,
        () -> {
          ask(Verb.PAUSE);
          assertThat(ask(Verb.RESUME)).isInstanceOf(JobResult.Done.class);
          assertThat(state().pauses()).isZero();
        });
    ready();
  }

  @Test
  void aJobThatIsCancelledBeforeItBeginsNeverRuns() {
    work.mayTidyUp.countDown();
    at(JobStatus.CREATED, () -> ask(Verb.CANCEL));
    await(JobStatus.CONCLUDED);
    assertThat(jobs.find(JOB).orElseThrow().error().orElseThrow().code())
        .isEqualTo(JobError.CANCELLED);
    assertThat(jobs.find(JOB).orElseThrow().times().started()).isEmpty();
  }
}
