package io.blockgraph.job.mirror;

import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;

/// How far a mirror is and how long it will take. The job's thread ticks, any thread reads.
final class MirrorProgress {
  private static final long TELLING_NANOS = 1_000_000_000;

  private final Copier copier;
  private final Tracker tracker;
  private final MirrorLimits limits;
  private final RateMeter copying = new RateMeter();
  private final RateMeter dirtying = new RateMeter();
  private volatile JobPhase phase = JobPhase.COPYING;
  private volatile long firstTick = Long.MIN_VALUE;
  private volatile long lastTick = Long.MIN_VALUE;

  MirrorProgress(Copier copier, Tracker tracker, MirrorLimits limits) {
    this.copier = copier;
    this.tracker = tracker;
    this.limits = limits;
  }

  void phase(JobPhase next) {
    phase = next;
  }

  void tick(long nowNanos) {
    if (firstTick == Long.MIN_VALUE) {
      firstTick = nowNanos;
    }
    lastTick = nowNanos;
    copying.tick(copier.doneBytes(), nowNanos);
    dirtying.tick(tracker.dirtiedBytes(), nowNanos);
  }

  JobProgress now() {
    long left = copier.leftBytes();
    return new JobProgress(phase, copier.doneBytes(), left, copying.perSecond(), outlook(left));
  }

  /// Right after the start rates mean nothing; and little that is left is no sign of anything:
  /// copying follows the writes.
  private JobProgress.Outlook outlook(long left) {
    if (left <= limits.readyBytes()) {
      return new JobProgress.Outlook.Eta(0);
    }
    if (firstTick == Long.MIN_VALUE || lastTick - firstTick < TELLING_NANOS) {
      return new JobProgress.Outlook.Unknown();
    }
    long gain = copying.perSecond() - dirtying.perSecond();
    return gain > 0
        ? new JobProgress.Outlook.Eta(Math.ceilDiv(left, gain))
        : new JobProgress.Outlook.NotConverging(dirtying.perSecond());
  }
}
