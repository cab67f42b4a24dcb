package io.blockgraph.job.copy;

import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobProgress.Outlook;

/// How far a copy within a chain is. The job's thread ticks, any thread reads.
final class ChainProgress {
  private final JobCopier copier;
  private final RateMeter copying = new RateMeter();
  private volatile JobPhase phase = JobPhase.COPYING;

  ChainProgress(JobCopier copier) {
    this.copier = copier;
  }

  void phase(JobPhase next) {
    phase = next;
  }

  void tick(long nowNanos) {
    copying.tick(copier.amount().doneBytes(), nowNanos);
  }

  JobProgress now() {
    JobCopier.Amount amount = copier.amount();
    long left = amount.leftBytes();
    long rate = copying.perSecond();
    Outlook outlook = new Outlook.Unknown();
    if (left == 0) {
      outlook = new Outlook.Eta(0);
    } else if (rate > 0) {
      outlook = new Outlook.Eta(Math.ceilDiv(left, rate));
    }
    return new JobProgress(phase, amount.doneBytes(), left, rate, outlook);
  }
}
