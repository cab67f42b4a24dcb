package io.blockgraph.job.create;

import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobProgress.Outlook;
import java.util.concurrent.atomic.AtomicLong;

/// How far the making of an image is: what was written of the length its file has by now. Any
/// thread.
final class CreateProgress {
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong total = new AtomicLong();

  /// The file has a length now.
  void sized(long bytes) {
    total.accumulateAndGet(bytes, Math::max);
  }

  /// So many bytes more were written, zeroed or reserved.
  void wrote(long bytes) {
    done.addAndGet(bytes);
  }

  /// Everything is there.
  void over() {
    done.accumulateAndGet(total.get(), Math::max);
  }

  JobProgress now() {
    long now = done.get();
    return new JobProgress(
        JobPhase.COPYING, now, Math.max(0, total.get() - now), 0, new Outlook.Unknown());
  }
}
