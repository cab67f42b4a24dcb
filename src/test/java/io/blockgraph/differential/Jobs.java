package io.blockgraph.differential;

import io.blockgraph.differential.Command.Detail;
import io.blockgraph.differential.Command.Verb;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/// Waits for one side's jobs until nothing goes on happening to them but copying.
final class Jobs {
  private static final Set<String> RESTING = Set.of("ready", "standby", "paused", "concluded");

  /// After so long a job that crawls will not be ready any more.
  private static final long CRAWL_MS = 150;

  private final Function<String, String> status;
  private final Set<String> manual = new HashSet<>();
  private final Set<String> completing = new HashSet<>();
  private boolean any;

  /// @param status where a job stands; empty when it is not there
  Jobs(Function<String, String> status) {
    this.status = status;
  }

  /// The name of a job's filter.
  static String filter(String job) {
    return job + "-top";
  }

  /// Whether no job was started since [#forget].
  boolean isIdle() {
    return !any;
  }

  /// A job has been started.
  void started(Command.StartMirror mirror) {
    any = true;
    if (mirror.how().has(Detail.MANUAL_FINALIZE)) {
      manual.add(mirror.job());
    }
    if (mirror.how().has(Detail.CRAWLING)) {
      Deadline.perhaps(CRAWL_MS, () -> RESTING.contains(status.apply(mirror.job())));
    } else {
      await(mirror.job(), RESTING::contains);
    }
  }

  /// A job begins that is led to its end.
  void begins(Command.Life life) {
    Object finalizes = life.begin().qmp().arguments().get("auto-finalize");
    if (Boolean.FALSE.equals(finalizes)) {
      manual.add(life.job());
    }
  }

  /// A job has taken a verb while its status was `before`.
  void steered(String job, Verb verb, String before) {
    if (verb == Verb.COMPLETE) {
      completing.add(job);
    }
    await(job, settledAfter(job, verb, before));
  }

  /// Whether a job that is led to its end waits for somebody, or is over.
  boolean isSettled(String status) {
    return Set.of("ready", "concluded").contains(status)
        || (status.equals("pending") && !manual.isEmpty());
  }

  /// Waits until a job is over.
  void over(String job) {
    await(job, "concluded"::equals);
  }

  void forget() {
    any = false;
    manual.clear();
    completing.clear();
  }

  private void await(String job, Predicate<String> until) {
    Deadline.until(
        () -> until.test(status.apply(job)), () -> "job " + job + " is " + status.apply(job));
  }

  private Predicate<String> settledAfter(String job, Verb verb, String before) {
    return switch (verb) {
      case COMPLETE, KEEP_COPY ->
          before.equals("standby") && verb == Verb.COMPLETE ? _ -> true : ended(job)::contains;
      case CANCEL, FINALIZE -> "concluded"::equals;
      case PAUSE -> Set.of("paused", "standby", "concluded")::contains;
      case RESUME -> resumed(job)::contains;
      case DISMISS -> String::isEmpty;
    };
  }

  private Set<String> ended(String job) {
    return manual.contains(job) ? Set.of("pending", "concluded") : Set.of("concluded");
  }

  private Set<String> resumed(String job) {
    Set<String> settled = new HashSet<>(ended(job));
    if (!completing.contains(job)) {
      settled.addAll(Set.of("running", "ready"));
    }
    return settled;
  }
}
