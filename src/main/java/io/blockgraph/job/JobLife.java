package io.blockgraph.job;

import io.blockgraph.block.StackSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The state machine of one job: status, nested pauses, and what it was asked to do.
///
/// Verbs come from any thread and only set down a wish; the job's own threads act on it. A job
/// rests (PAUSED, STANDBY) when it has been asked to and no step of its work is under way. Only
/// transitions of [JobStatus#next] are made; another one is a mistake of ours.
final class JobLife implements JobControl {
  private final JobId id;
  private final StackSize stack;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private final List<JobStatus> untold = new ArrayList<>();
  private JobStatus status = JobStatus.CREATED;
  private IoStatus ioStatus = IoStatus.OK;
  private Wish wish = Wish.NONE;
  private int pauses;
  private int steps;
  private long changes;
  private boolean finalizing;
  private boolean settling;

  JobLife(JobId id, StackSize stack) {
    this.id = id;
    this.stack = stack;
    untold.add(status);
  }

  // ---- verbs

  Optional<JobRejection> pause() {
    return verb(
        Verb.PAUSE,
        () -> {
          pauses = Math.incrementExact(pauses);
          restIfIdle();
        });
  }

  Optional<JobRejection> resume() {
    return verb(
        Verb.RESUME,
        () -> {
          if (--pauses == 0) {
            wake();
          }
        });
  }

  Optional<JobRejection> cancel(CancelMode mode) {
    return verb(
        Verb.CANCEL,
        () -> {
          wake();
          boolean copied = status == JobStatus.READY || wish == Wish.COMPLETE || wish == Wish.KEEP;
          wish = mode == CancelMode.SOFT && copied ? Wish.KEEP : Wish.ABORT;
          finalizing |= wish == Wish.KEEP && status != JobStatus.READY;
        });
  }

  Optional<JobRejection> complete() {
    return verb(Verb.COMPLETE, () -> wish = Wish.COMPLETE);
  }

  Optional<JobRejection> finalizeResult() {
    return verb(Verb.FINALIZE, () -> finalizing = true);
  }

  /// Whether `verb` can be asked now; answers the refusal if not.
  Optional<JobRejection> check(Verb verb) {
    return verb(verb, () -> {});
  }

  private Optional<JobRejection> verb(Verb verb, Runnable action) {
    lock.lock();
    try {
      Set<Verb> allowed = allowed();
      if (!allowed.contains(verb)) {
        return Optional.of(new JobRejection.VerbNotAllowed(id, status, verb, allowed));
      }
      action.run();
      tell();
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /// The table, less what makes no sense at this very moment.
  private Set<Verb> allowed() {
    Set<Verb> verbs = Verb.allowed(status);
    if (settling) {
      verbs.clear();
    }
    if (pauses == 0) {
      verbs.remove(Verb.RESUME);
    }
    if (finalizing) {
      verbs.remove(Verb.FINALIZE);
    }
    if (wish == Wish.ABORT) {
      verbs.retainAll(Set.of(Verb.CANCEL, Verb.DISMISS));
    }
    if (wish == Wish.KEEP) {
      verbs.remove(Verb.COMPLETE);
    }
    return verbs;
  }

  // ---- what the job's own threads call

  @Override
  public boolean beginStep(long waitMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    lock.lock();
    try {
      stopIfCancelled();
      while (pauses > 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        awaitNanos(left);
        stopIfCancelled();
      }
      steps++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void endStep() {
    lock.lock();
    try {
      steps--;
      restIfIdle();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void await(long waitMs) {
    lock.lock();
    try {
      stopIfCancelled();
      awaitNanos(TimeUnit.MILLISECONDS.toNanos(waitMs));
      stopIfCancelled();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void becomeReady() {
    moveTo(JobStatus.READY);
  }

  @Override
  public boolean restAfterError(IoStatus reason) {
    lock.lock();
    try {
      if (!Verb.RESUME.allowedIn().contains(status)) {
        return false;
      }
      ioStatus = reason;
      pauses = Math.max(pauses, 1);
      restIfIdle();
      tell();
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Thread.Builder.OfPlatform thread() {
    return stack.thread();
  }

  @Override
  public Wish wish() {
    lock.lock();
    try {
      return wish;
    } finally {
      lock.unlock();
    }
  }

  // ---- what the framework calls

  /// Goes on to `next` as soon as the job does not rest.
  ///
  /// @throws Stopped when the job is cancelled
  void moveTo(JobStatus next) {
    lock.lock();
    try {
      stopIfCancelled();
      while (pauses > 0 && next != JobStatus.RUNNING) {
        awaitNanos(TimeUnit.SECONDS.toNanos(1));
        stopIfCancelled();
      }
      become(next);
      restIfIdle();
    } finally {
      lock.unlock();
    }
  }

  /// Waits up to `waitMs` to be asked to finalize; answers whether it was.
  ///
  /// @throws Stopped when the job is cancelled
  boolean awaitFinalize(long waitMs) {
    lock.lock();
    try {
      stopIfCancelled();
      if (!finalizing) {
        awaitNanos(TimeUnit.MILLISECONDS.toNanos(waitMs));
        stopIfCancelled();
      }
      return finalizing;
    } finally {
      lock.unlock();
    }
  }

  /// From now on the job cannot be cancelled.
  ///
  /// @throws Stopped when it was before
  void beginSettling() {
    lock.lock();
    try {
      stopIfCancelled();
      settling = true;
    } finally {
      lock.unlock();
    }
  }

  /// It can be cancelled again.
  void endSettling() {
    lock.lock();
    try {
      settling = false;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the job, as if cancelled by force, wherever it stands; a job that is over stays as it is.
  void interrupt() {
    lock.lock();
    try {
      if (status != JobStatus.CONCLUDED && status != JobStatus.ABORTING) {
        wake();
        wish = Wish.ABORT;
        tell();
      }
    } finally {
      lock.unlock();
    }
  }

  /// It failed or was cancelled.
  void abort() {
    lock.lock();
    try {
      wish = Wish.ABORT;
      settling = false;
      wake();
      become(JobStatus.ABORTING);
    } finally {
      lock.unlock();
    }
  }

  /// It is over.
  void conclude() {
    lock.lock();
    try {
      settling = false;
      become(JobStatus.CONCLUDED);
    } finally {
      lock.unlock();
    }
  }

  /// Where it stands.
  JobRecord.State state() {
    lock.lock();
    try {
      return new JobRecord.State(status, ioStatus, pauses, allowed(), wish != Wish.NONE);
    } finally {
      lock.unlock();
    }
  }

  /// The statuses it went through since this was asked last.
  List<JobStatus> untold() {
    lock.lock();
    try {
      List<JobStatus> statuses = List.copyOf(untold);
      untold.clear();
      return statuses;
    } finally {
      lock.unlock();
    }
  }

  /// Waits up to `waitMs` for anything to change.
  void awaitChange(long waitMs) {
    lock.lock();
    try {
      awaitNanos(TimeUnit.MILLISECONDS.toNanos(waitMs));
    } finally {
      lock.unlock();
    }
  }

  // ---- under the lock

  private void stopIfCancelled() {
    if (wish == Wish.ABORT && !settling) {
      throw new Stopped();
    }
  }

  private void restIfIdle() {
    if (pauses > 0 && steps == 0) {
      if (status == JobStatus.RUNNING) {
        become(JobStatus.PAUSED);
      } else if (status == JobStatus.READY) {
        become(JobStatus.STANDBY);
      }
    }
  }

  private void wake() {
    pauses = 0;
    ioStatus = IoStatus.OK;
    if (status == JobStatus.PAUSED) {
      become(JobStatus.RUNNING);
    } else if (status == JobStatus.STANDBY) {
      become(JobStatus.READY);
    }
  }

  private void become(JobStatus next) {
    if (!status.next().contains(next)) {
      throw new IllegalStateException(
          "job '" + id + "' cannot become " + next.word() + " when it is " + status.word());
    }
    status = next;
    untold.add(next);
    tell();
  }

  private void tell() {
    changes++;
    changed.signalAll();
  }

  /// Waits until something is told, at most so long.
  private void awaitNanos(long nanos) {
    long seen = changes;
    long left = nanos;
    try {
      while (changes == seen && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a job", e);
    }
  }
}
