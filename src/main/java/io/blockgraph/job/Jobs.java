package io.blockgraph.job;

import io.blockgraph.engine.EventLog;
import io.blockgraph.graph.Options;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Every job there is: under way, or over and not yet dismissed. Each runs on a platform thread of
/// its own, as it asks disks.
///
/// Any thread. Nothing here waits for a job but [#await] and [#close], which both end in bounded
/// time.
public final class Jobs implements AutoCloseable {
  private static final long TICK_MS = 50;

  private final JobRun.Surroundings around;
  private final Remembrance remembrance;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<JobId, JobRun> running = new LinkedHashMap<>();
  private final Map<JobId, JobRecord> over = new LinkedHashMap<>();
  private final Map<Finish, LongAdder> finished = new ConcurrentHashMap<>();
  private final Set<JobId> reserved = new HashSet<>();
  private boolean closing;

  /// The jobs that `store` remembers; those that were under way are over now, as interrupted.
  public Jobs(JobStore store, EventLog events, InstantSource clock, JobLimits limits) {
    this.around = new JobRun.Surroundings(store, events, clock, limits);
    this.remembrance = new Remembrance(store);
    for (JobRecord job : store.load()) {
      JobRecord ended = job.isOver() ? job : JobRun.interrupted(job, clock);
      if (!job.isOver()) {
        store.save(ended);
      }
      over.put(ended.id(), ended);
    }
    surplus().forEach(store::forget);
  }

  /// Whether a job of this id could be started now; asked before anything is done for it.
  public Optional<JobRejection> mayStart(JobId id) {
    return locked(() -> objection(id));
  }

  /// Starts a job.
  ///
  /// @param revision the graph's revision right after the job joined it
  public JobResult<JobRecord> start(JobRecord.Title title, JobWork work, long revision) {
    return start(title, work, new JobGroup(), revision);
  }

  /// Starts a job, for which [#reserve] may have kept the place; it ends with `group`.
  public JobResult<JobRecord> start(
      JobRecord.Title title, JobWork work, JobGroup group, long revision) {
    JobRun run = new JobRun(title, work, new JobRun.Joined(group, revision), around);
    lock.lock();
    try {
      reserved.remove(title.id());
      Optional<JobRejection> objection = objection(title.id());
      if (objection.isPresent()) {
        return new JobResult.Rejected<>(objection.get());
      }
      running.put(title.id(), run);
    } finally {
      lock.unlock();
    }
    group.join(run).ifPresent(run::endWith);
    remembrance.begin(run);
    // Not virtual: its work asks disks, and a call into one that hangs holds a carrier.
    around.limits().stack().thread().name("job-" + title.id()).start(() -> live(run, title));
    Thread.ofVirtual().name("job-" + title.id() + "-news").start(() -> watch(run));
    return new JobResult.Done<>(run.record());
  }

  /// Keeps `id` and a place for a job that is about to start in `group`; then [#start] or
  /// [#release] follows.
  public Optional<JobRejection> reserve(JobId id, JobGroup group) {
    return locked(
        () -> {
          Optional<JobRejection> objection = objection(id);
          if (objection.isEmpty()) {
            reserved.add(id);
            group.expect(id);
          }
          return objection;
        });
  }

  /// The job does not start after all.
  public void release(JobId id, JobGroup group) {
    lock.lock();
    try {
      reserved.remove(id);
      group.forget(id);
    } finally {
      lock.unlock();
    }
  }

  private Optional<JobRejection> objection(JobId id) {
    if (closing) {
      return Optional.of(new JobRejection.ShuttingDown());
    }
    Optional<JobRecord> other = findLocked(id);
    if (other.isPresent()) {
      return Optional.of(new JobRejection.JobIdInUse(id, other.get().status()));
    }
    if (reserved.contains(id)) {
      return Optional.of(new JobRejection.JobIdInUse(id, JobStatus.CREATED));
    }
    int limit = around.limits().active();
    return running.size() + reserved.size() >= limit
        ? Optional.of(new JobRejection.TooManyJobs(limit))
        : Optional.empty();
  }

  /// A way for a job to end.
  ///
  /// @param type its kind
  /// @param result succeeded, cancelled, interrupted or failed
  public record Finish(String type, String result) {
    static Finish of(JobRecord job) {
      String result =
          job.error()
              .map(
                  error ->
                      switch (error.code()) {
                        case JobError.CANCELLED -> "cancelled";
                        case JobError.INTERRUPTED -> "interrupted";
                        default -> "failed";
                      })
              .orElse("succeeded");
      return new Finish(job.title().type(), result);
    }
  }

  /// How many jobs of this run of the service have ended, and how.
  public Map<Finish, Long> finished() {
    Map<Finish, Long> counts = new LinkedHashMap<>();
    finished.forEach((finish, count) -> counts.put(finish, count.sum()));
    return counts;
  }

  private void live(JobRun run, JobRecord.Title title) {
    run.run();
    finished.computeIfAbsent(Finish.of(run.record()), _ -> new LongAdder()).increment();
    List<JobId> forgotten;
    lock.lock();
    try {
      boolean dismissed = !running.remove(title.id(), run);
      if (!dismissed && title.ending().dismissing() == JobEnding.Dismissing.ON_REQUEST) {
        over.put(title.id(), run.record());
        forgotten = surplus();
      } else {
        forgotten = dismissed ? List.of() : List.of(title.id());
      }
    } finally {
      lock.unlock();
    }
    forgotten.forEach(this::forget);
  }

  /// A job of the same id may have begun meanwhile; then that one is remembered.
  private void forget(JobId id) {
    remembrance.forget(id, () -> locked(() -> running.containsKey(id) || over.containsKey(id)));
  }

  /// Takes out the oldest jobs that are over and more than are kept.
  private List<JobId> surplus() {
    List<JobId> oldest =
        over.keySet().stream().limit(Math.max(0, over.size() - around.limits().kept())).toList();
    oldest.forEach(over::remove);
    return oldest;
  }

  /// Tells of a job's statuses and progress while it lives, also when the job's own thread is busy.
  private void watch(JobRun run) {
    long interval = around.limits().progressIntervalMs();
    JobProgress told = JobProgress.NONE;
    while (run.life().state().status() != JobStatus.CONCLUDED) {
      run.publish();
      JobProgress now = run.work().progress();
      if (!now.equals(told) && run.tellProgress(System.nanoTime())) {
        told = now;
      }
      run.life().awaitChange(interval);
    }
  }

  /// The job of that id, as it is now.
  public Optional<JobRecord> find(JobId id) {
    return findRun(id).map(JobRun::shown).or(() -> findOver(id));
  }

  private Optional<JobRecord> findOver(JobId id) {
    return locked(() -> findLocked(id));
  }

  private <T> T locked(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      lock.unlock();
    }
  }

  private Optional<JobRecord> findLocked(JobId id) {
    return runLocked(id).map(JobRun::record).or(() -> Optional.ofNullable(over.get(id)));
  }

  /// What is forgotten is not there any more, though its thread has not yet got round to say so.
  private Optional<JobRun> runLocked(JobId id) {
    return Optional.ofNullable(running.get(id)).filter(run -> !run.isForgotten());
  }

  /// Every job, those that are over first, each in the order they came.
  public List<JobRecord> list() {
    return list(JobRun::shown);
  }

  /// As [#list], out of memory alone: nothing is remembered first, so no store is waited for.
  public List<JobRecord> glance() {
    return list(JobRun::record);
  }

  private List<JobRecord> list(Function<JobRun, JobRecord> look) {
    List<JobRecord> all;
    List<JobRun> runs;
    lock.lock();
    try {
      all = new ArrayList<>(over.values());
      runs = running.values().stream().filter(run -> !run.isForgotten()).toList();
    } finally {
      lock.unlock();
    }
    runs.forEach(run -> all.add(look.apply(run)));
    return all;
  }

  /// One job that somebody looks at, also when it is forgotten meanwhile.
  public interface Watch {
    /// Waits up to `waitMs` until the job is as `until` says; answers how it is then.
    JobRecord await(Predicate<JobRecord> until, long waitMs);
  }

  /// Begins to look at a job.
  public Optional<Watch> watch(JobId id) {
    Optional<Watch> underWay = findRun(id).map(run -> run::await);
    return underWay.or(() -> find(id).map(job -> (_, _) -> job));
  }

  /// Waits up to `waitMs` until a job is as `until` says; answers how it is then.
  public Optional<JobRecord> await(JobId id, Predicate<JobRecord> until, long waitMs) {
    return watch(id).map(watch -> watch.await(until, waitMs));
  }

  /// Whether a job would take `verb` now; asks nothing of it.
  public JobResult<JobRecord> check(JobId id, Verb verb) {
    Optional<JobRecord> over =
        verb == Verb.DISMISS ? find(id).filter(JobRecord::isOver) : Optional.empty();
    return over.<JobResult<JobRecord>>map(JobResult.Done::new)
        .orElseGet(() -> verb(id, verb, run -> check(run, verb)));
  }

  private static Optional<JobRejection> check(JobRun run, Verb verb) {
    Optional<JobRejection> objection = run.life().check(verb);
    return verb == Verb.COMPLETE ? objection.or(run.work()::mayComplete) : objection;
  }

  /// Lets a job rest; pauses nest, each is to be taken back by one [#resume].
  public JobResult<JobRecord> pause(JobId id) {
    return verb(id, Verb.PAUSE, run -> run.life().pause());
  }

  /// Takes one pause back; after an I/O error, tries again.
  public JobResult<JobRecord> resume(JobId id) {
    return verb(id, Verb.RESUME, run -> run.life().resume());
  }

  /// Ends a job; one that rests is resumed first.
  public JobResult<JobRecord> cancel(JobId id, CancelMode mode) {
    return verb(id, Verb.CANCEL, run -> run.life().cancel(mode));
  }

  /// Brings a job that is ready to its end. Asking again changes nothing.
  public JobResult<JobRecord> complete(JobId id) {
    return verb(
        id, Verb.COMPLETE, run -> check(run, Verb.COMPLETE).or(() -> run.life().complete()));
  }

  /// Makes the result of a job that waits for it visible, and those of its group.
  public JobResult<JobRecord> finalizeResult(JobId id) {
    return verb(id, Verb.FINALIZE, JobRun::finalizeResult);
  }

  /// Limits the speed of a job; 0 for no limit.
  public JobResult<JobRecord> setSpeed(JobId id, long bytesPerSecond) {
    return verb(
        id,
        Verb.SET_SPEED,
        run -> {
          if (bytesPerSecond < 0) {
            return Optional.of(
                new JobRejection.InvalidParameter(
                    "speed", bytesPerSecond + " is negative; 0 means no limit"));
          }
          Optional<JobRejection> objection = check(run, Verb.SET_SPEED);
          if (objection.isEmpty()) {
            run.work().setSpeed(bytesPerSecond);
          }
          return objection;
        });
  }

  /// Changes how a job works.
  public JobResult<JobRecord> change(JobId id, Options change) {
    return verb(
        id, Verb.CHANGE, run -> check(run, Verb.CHANGE).or(() -> run.work().change(change)));
  }

  private JobResult<JobRecord> verb(
      JobId id, Verb verb, Function<JobRun, Optional<JobRejection>> action) {
    Optional<JobRun> run = findRun(id);
    if (run.isEmpty()) {
      return new JobResult.Rejected<>(notUnderWay(id, verb));
    }
    Optional<JobRejection> objection = action.apply(run.get());
    return objection
        .<JobResult<JobRecord>>map(JobResult.Rejected::new)
        .orElseGet(() -> new JobResult.Done<>(run.get().shown()));
  }

  private JobRejection notUnderWay(JobId id, Verb verb) {
    return find(id)
        .<JobRejection>map(
            job -> new JobRejection.VerbNotAllowed(id, job.status(), verb, job.state().verbs()))
        .orElseGet(() -> new JobRejection.JobNotFound(id));
  }

  private Optional<JobRun> findRun(JobId id) {
    return locked(() -> runLocked(id));
  }

  /// Forgets a job that is over; answers it one last time.
  public JobResult<JobRecord> dismiss(JobId id) {
    findRun(id).ifPresent(JobRun::publish);
    Optional<JobRecord> gone =
        locked(() -> Optional.ofNullable(over.remove(id)).or(() -> takeConcluded(id)));
    if (gone.isEmpty()) {
      return new JobResult.Rejected<>(notUnderWay(id, Verb.DISMISS));
    }
    forget(id);
    return new JobResult.Done<>(gone.get());
  }

  /// Takes out a job that is over and whose thread has not yet got round to say so.
  private Optional<JobRecord> takeConcluded(JobId id) {
    Optional<JobRecord> last = runLocked(id).map(JobRun::record).filter(JobRecord::isOver);
    last.ifPresent(_ -> running.remove(id));
    return last;
  }

  /// Ends every job and waits until they have tidied up, in bounded time; no job starts any more.
  @Override
  public void close() {
    long deadline =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(around.limits().closeDeadlineMs());
    List<JobRun> runs;
    lock.lock();
    try {
      closing = true;
      runs = List.copyOf(running.values());
    } finally {
      lock.unlock();
    }
    runs.forEach(JobRun::interrupt);
    for (JobRun run : runs) {
      while (run.life().state().status() != JobStatus.CONCLUDED && System.nanoTime() < deadline) {
        run.life().awaitChange(TICK_MS);
      }
    }
  }
}
