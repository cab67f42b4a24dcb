package io.blockgraph.job;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// What can be asked of a job, and in which status (QEMU's table, job.c).
public enum Verb {
  /// End it without a result; of a ready mirror job, gently: end it with the copy kept.
  CANCEL,
  /// Let it rest.
  PAUSE,
  /// Let it go on.
  RESUME,
  /// Limit its speed.
  SET_SPEED,
  /// Change how it works (of a mirror job: the copy mode).
  CHANGE,
  /// Bring a ready job to its end.
  COMPLETE,
  /// Let a job that waits for it make its result visible.
  FINALIZE,
  /// Forget a job that is over.
  DISMISS;

  private static final Set<JobStatus> WORKING =
      EnumSet.of(
          JobStatus.CREATED,
          JobStatus.RUNNING,
          JobStatus.PAUSED,
          JobStatus.READY,
          JobStatus.STANDBY);

  /// The statuses in which this may be asked.
  public Set<JobStatus> allowedIn() {
    return switch (this) {
      case CANCEL -> {
        Set<JobStatus> open = EnumSet.copyOf(WORKING);
        open.add(JobStatus.WAITING);
        open.add(JobStatus.PENDING);
        yield open;
      }
      case PAUSE, RESUME, SET_SPEED, CHANGE -> EnumSet.copyOf(WORKING);
      case COMPLETE -> EnumSet.of(JobStatus.READY, JobStatus.STANDBY);
      case FINALIZE -> EnumSet.of(JobStatus.PENDING);
      case DISMISS -> EnumSet.of(JobStatus.CONCLUDED);
    };
  }

  /// What may be asked in `status`.
  public static Set<Verb> allowed(JobStatus status) {
    Set<Verb> verbs = EnumSet.noneOf(Verb.class);
    for (Verb verb : values()) {
      if (verb.allowedIn().contains(status)) {
        verbs.add(verb);
      }
    }
    return verbs;
  }

  /// The word used over HTTP: `set-speed`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
