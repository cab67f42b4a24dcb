package io.blockgraph.job.mirror;

import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.copy.RateMeter;
import io.blockgraph.job.copy.SpeedLimit;

/// How far a mirror is and how long it will take. The job's thread ticks, any thread reads.
final class MirrorProgress {
  private static final long TELLING_NANOS = 1_000_000_000;

  private final Copier copier;
  private final Tracker tracker;
  private final SpeedLimit speed;
  private final MirrorLimits limits;
  private final RateMeter copying = new RateMeter();
  private final RateMeter dirtying = new RateMeter();
  private volatile JobPhase phase = JobPhase.COPYING;
  private volatile long firstTick = Long.MIN_VALUE;
  private volatile long lastTick = Long.MIN_VALUE;

  MirrorProgress(Copier copier, Tracker tracker, SpeedLimit speed, MirrorLimits limits) {
    this.copier = copier;
    this.tracker = tracker;
    this.speed = speed;
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

  /// Right after the start rates mean nothing. Once the whole disk was gone through, little that is
  /// left is no sign of anything: copying follows the writes.
  private JobProgress.Outlook outlook(long left) {
    if (phase != JobPhase.COPYING && left <= limits.readyBytes()) {
      return new JobProgress.Outlook.Eta(0);
    }
    if (firstTick == Long.MIN_VALUE || lastTick - firstTick < TELLING_NANOS) {
      return new JobProgress.Outlook.Unknown();
    }
    return new CopyPace(lasting(copying.perSecond()), dirtying.perSecond()).outlook(left);
  }

  /// The rate that can last: what was copied in one go may have been faster than the limit allows.
  private long lasting(long perSecond) {
    long limit = speed.bytesPerSecond();
    return limit == 0 ? perSecond : Math.min(perSecond, limit);
  }
}
