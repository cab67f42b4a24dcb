package io.blockgraph.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.StackSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobLifeTest {
  private final JobLife life = new JobLife(new JobId("j"), StackSize.DEFAULT);

  @Test
  void nestsPauses() {
    life.moveTo(JobStatus.RUNNING);
    assertThat(life.pause()).isEmpty();
    assertThat(life.pause()).isEmpty();
    assertThat(life.resume()).isEmpty();
    assertThat(status()).isEqualTo(JobStatus.PAUSED);
    assertThat(life.resume()).isEmpty();
    assertThat(status()).isEqualTo(JobStatus.RUNNING);
  }

  @Test
  void refusesToResumeWhatDoesNotRest() {
    life.moveTo(JobStatus.RUNNING);
    assertThat(life.resume())
        .get()
        .isInstanceOfSatisfying(
            JobRejection.VerbNotAllowed.class,
            no -> {
              assertThat(no.status()).isEqualTo(JobStatus.RUNNING);
              assertThat(no.verb()).isEqualTo(Verb.RESUME);
              assertThat(no.allowed()).contains(Verb.PAUSE).doesNotContain(Verb.RESUME);
            });
  }

  @Test
  void cancelResumesAJobThatRestsFirst() {
    life.moveTo(JobStatus.RUNNING);
    life.pause();
    life.pause();
    assertThat(life.cancel(CancelMode.FORCE)).isEmpty();
    assertThat(life.untold())
        .containsExactly(JobStatus.CREATED, JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.RUNNING);
    assertThat(life.state().pauses()).isZero();
  }

  @Test
  void isLeavingOnceItWasAskedToEnd() {
    life.moveTo(JobStatus.RUNNING);
    life.becomeReady();
    assertThat(life.state().leaving()).isFalse();
    life.complete();
    assertThat(life.state().leaving()).isTrue();
  }

  @Test
  void restsOnlyWhenNoStepIsUnderWay() {
    life.moveTo(JobStatus.RUNNING);
    assertThat(life.beginStep(0)).isTrue();
    life.pause();
    assertThat(status()).isEqualTo(JobStatus.RUNNING);
    life.endStep();
    assertThat(status()).isEqualTo(JobStatus.PAUSED);
    assertThat(life.beginStep(1)).isFalse();
  }

  @Test
  void goesThroughStandbyAndBackToReady() {
    life.moveTo(JobStatus.RUNNING);
    life.becomeReady();
    life.pause();
    assertThat(status()).isEqualTo(JobStatus.STANDBY);
    life.resume();
    assertThat(status()).isEqualTo(JobStatus.READY);
  }

  @Test
  void softCancelOfAReadyJobKeepsTheCopy() {
    life.moveTo(JobStatus.RUNNING);
    life.becomeReady();
    life.cancel(CancelMode.SOFT);
    assertThat(life.wish()).isEqualTo(JobControl.Wish.KEEP);
    assertThat(life.complete()).isPresent();
  }

  @Test
  void softCancelOfAPendingJobKeepsTheCopyAndFinalizesIt() {
    life.moveTo(JobStatus.RUNNING);
    life.becomeReady();
    life.complete();
    life.moveTo(JobStatus.WAITING);
    life.moveTo(JobStatus.PENDING);
    assertThat(life.cancel(CancelMode.SOFT)).isEmpty();
    assertThat(life.wish()).isEqualTo(JobControl.Wish.KEEP);
    assertThat(life.awaitFinalize(0)).isTrue();
    assertThat(life.cancel(CancelMode.FORCE)).isEmpty();
    assertThat(life.wish()).isEqualTo(JobControl.Wish.ABORT);
  }

  @Test
  void softCancelOfAJobThatIsNotReadyAborts() {
    life.moveTo(JobStatus.RUNNING);
    life.cancel(CancelMode.SOFT);
    assertThat(life.wish()).isEqualTo(JobControl.Wish.ABORT);
    assertThatThrownBy(() -> life.beginStep(0)).isInstanceOf(JobControl.Stopped.class);
  }

  @Test
  void cannotBeCancelledWhileItsResultIsMadeVisible() {
    life.moveTo(JobStatus.RUNNING);
    life.moveTo(JobStatus.WAITING);
    life.moveTo(JobStatus.PENDING);
    life.beginSettling();
    assertThat(life.cancel(CancelMode.FORCE)).isPresent();
    life.endSettling();
    assertThat(life.cancel(CancelMode.FORCE)).isEmpty();
  }

  @Test
  void anIoErrorRestsAJobOnceHoweverManyStepsFail() {
    life.moveTo(JobStatus.RUNNING);
    assertThat(life.restAfterError(IoStatus.NOSPACE)).isTrue();
    assertThat(life.restAfterError(IoStatus.NOSPACE)).isTrue();
    assertThat(life.state().ioStatus()).isEqualTo(IoStatus.NOSPACE);
    life.resume();
    assertThat(life.state().ioStatus()).isEqualTo(IoStatus.OK);
    assertThat(status()).isEqualTo(JobStatus.RUNNING);
  }

  private JobStatus status() {
    return life.state().status();
  }

  /// Everything that can happen to a job, in every order, up to eight steps deep: no transition but
  /// those of the table, verbs are taken exactly when they are offered, and whatever happened the
  /// job can still be brought to its end.
  @Test
  void everySequenceOfEightStepsKeepsTheTables() {
    Set<List<Act>> seenPaths = new HashSet<>();
    Set<JobStatus> reached = EnumSet.noneOf(JobStatus.class);
    Set<String> seen = new HashSet<>();
    Deque<List<Act>> open = new ArrayDeque<>(List.of(List.of()));
    while (!open.isEmpty()) {
      List<Act> path = open.remove();
      seenPaths.add(path);
      Walker walker = new Walker().follow(path);
      reached.add(walker.status());
      if (path.size() < 8 && seen.add(walker.fingerprint())) {
        for (Act act : Act.values()) {
          List<Act> longer = new ArrayList<>(path);
          longer.add(act);
          open.add(longer);
        }
      }
      walker.end();
      reached.add(walker.status());
      assertThat(walker.status()).as("%s", path).isEqualTo(JobStatus.CONCLUDED);
    }
    assertThat(reached).isEqualTo(EnumSet.allOf(JobStatus.class));
    assertThat(seenPaths.size()).isGreaterThan(500);
  }

  private enum Act {
    PAUSE,
    RESUME,
    CANCEL_SOFT,
    CANCEL_FORCE,
    COMPLETE,
    FINALIZE,
    BEGIN_STEP,
    END_STEP,
    FAIL_IO,
    GO_ON,
    SKIP_READY,
    SETTLE,
    INTERRUPT,
    ABORT
  }

  /// A job that is led through a path; what makes no sense at a moment (ending a step that has not
  /// begun) is left out.
  private static final class Walker {
    private final JobLife life = new JobLife(new JobId("w"), StackSize.DEFAULT);
    private int steps;
    private boolean settling;
    private final List<JobStatus> story = new ArrayList<>();

    Walker follow(List<Act> path) {
      path.forEach(this::act);
      return this;
    }

    JobStatus status() {
      return life.state().status();
    }

    String fingerprint() {
      return life.state() + " " + life.wish() + " " + steps + " " + settling;
    }

    private void act(Act act) {
      JobStatus before = status();
      switch (act) {
        case PAUSE -> verb(Verb.PAUSE, life::pause);
        case RESUME -> verb(Verb.RESUME, life::resume);
        case CANCEL_SOFT -> verb(Verb.CANCEL, () -> life.cancel(CancelMode.SOFT));
        case CANCEL_FORCE -> verb(Verb.CANCEL, () -> life.cancel(CancelMode.FORCE));
        case COMPLETE -> verb(Verb.COMPLETE, life::complete);
        case FINALIZE -> verb(Verb.FINALIZE, life::finalizeResult);
        case INTERRUPT -> life.interrupt();
        default -> inner(act, before);
      }
      checkStory();
    }

    private void inner(Act act, JobStatus now) {
      try {
        switch (act) {
          case BEGIN_STEP -> steps += works(now) && life.beginStep(0) ? 1 : 0;
          case END_STEP -> endStep();
          case FAIL_IO -> life.restAfterError(IoStatus.FAILED);
          case GO_ON -> goOn(now);
          case SKIP_READY -> move(now == JobStatus.RUNNING, JobStatus.WAITING);
          case SETTLE -> settle(now);
          case ABORT -> abort(now);
          default -> throw new IllegalStateException("no inner act: " + act);
        }
      } catch (JobControl.Stopped e) {
        abort(status());
      }
    }

    private static boolean works(JobStatus now) {
      return now != JobStatus.CREATED && now != JobStatus.CONCLUDED && now != JobStatus.ABORTING;
    }

    private void endStep() {
      if (steps > 0) {
        steps--;
        life.endStep();
      }
    }

    private void goOn(JobStatus now) {
      switch (now) {
        case CREATED -> life.moveTo(JobStatus.RUNNING);
        case RUNNING -> move(true, JobStatus.READY);
        case READY -> move(life.wish() != JobControl.Wish.NONE, JobStatus.WAITING);
        case WAITING -> move(true, JobStatus.PENDING);
        default -> {}
      }
    }

    private void move(boolean makesSense, JobStatus next) {
      if (makesSense && life.state().pauses() == 0) {
        life.moveTo(next);
      }
    }

    private void settle(JobStatus now) {
      if (now == JobStatus.PENDING && !settling) {
        life.beginSettling();
        settling = true;
      } else if (settling) {
        settling = false;
        life.endSettling();
      }
    }

    private void abort(JobStatus now) {
      if (now != JobStatus.CONCLUDED && now != JobStatus.ABORTING) {
        settling = false;
        life.abort();
      }
    }

    private void verb(Verb verb, java.util.function.Supplier<Optional<JobRejection>> ask) {
      boolean offered = life.state().verbs().contains(verb);
      assertThat(ask.get().isEmpty()).as("%s offered", verb).isEqualTo(offered);
    }

    private void checkStory() {
      story.addAll(life.untold());
      for (int i = 1; i < story.size(); i++) {
        assertThat(story.get(i - 1).next()).contains(story.get(i));
      }
    }

    void end() {
      JobStatus now = status();
      if (now == JobStatus.CONCLUDED) {
        return;
      }
      if (now == JobStatus.PENDING && life.wish() != JobControl.Wish.ABORT) {
        life.conclude();
      } else {
        abort(now);
        life.conclude();
      }
      checkStory();
    }
  }
}
