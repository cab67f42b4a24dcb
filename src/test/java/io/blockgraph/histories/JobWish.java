package io.blockgraph.histories;

import io.blockgraph.job.CancelMode;
import io.blockgraph.job.mirror.CopyMode;

/// What is asked of a job that is there.
public sealed interface JobWish {
  record Pause() implements JobWish {}

  record Resume() implements JobWish {}

  record Complete() implements JobWish {}

  record Cancel(CancelMode mode) implements JobWish {}

  record Finish() implements JobWish {}

  record Dismiss() implements JobWish {}

  record Speed(long bytesPerSecond) implements JobWish {}

  record Mode(CopyMode mode) implements JobWish {}
}
