package io.blockgraph.job;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// Where a job stands. The table of what may follow what is QEMU's (job.c), as data:
///
/// ```
/// created ──> running <──> paused
///                │ └────────────┐
///                v              v
///              ready ───────> waiting ──> pending ──> concluded
///                ^│
///                │v
///             standby
///
/// created, running, ready, waiting, pending ──> aborting ──> concluded
/// ```
public enum JobStatus {
  /// It is known and has not begun.
  CREATED,
  /// It works.
  RUNNING,
  /// It rests, asked to or after an I/O error, before it was ready.
  PAUSED,
  /// The copy follows its source; waits to be completed or cancelled.
  READY,
  /// It rests while it is ready.
  STANDBY,
  /// Its work is done; waits for the others of its group.
  WAITING,
  /// Waits to be finalized.
  PENDING,
  /// It failed or was cancelled and tidies up.
  ABORTING,
  /// It is over; kept so that the result can be read.
  CONCLUDED;

  /// What may follow this status. Nothing follows CONCLUDED: the job is forgotten from there.
  public Set<JobStatus> next() {
    return switch (this) {
      case CREATED -> EnumSet.of(RUNNING, ABORTING);
      case RUNNING -> EnumSet.of(PAUSED, READY, WAITING, ABORTING);
      case PAUSED -> EnumSet.of(RUNNING);
      case READY -> EnumSet.of(STANDBY, WAITING, ABORTING);
      case STANDBY -> EnumSet.of(READY);
      case WAITING -> EnumSet.of(PENDING, ABORTING);
      case PENDING -> EnumSet.of(ABORTING, CONCLUDED);
      case ABORTING -> EnumSet.of(CONCLUDED);
      case CONCLUDED -> EnumSet.noneOf(JobStatus.class);
    };
  }

  /// Whether the job rests.
  public boolean resting() {
    return this == PAUSED || this == STANDBY;
  }

  /// The word used over HTTP: `running`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
