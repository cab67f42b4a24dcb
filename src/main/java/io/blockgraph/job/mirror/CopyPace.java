package io.blockgraph.job.mirror;

import io.blockgraph.job.JobProgress.Outlook;

/// How fast a mirror copies and how fast clients make it new work. Pure.
///
/// @param copiedPerSecond bytes that are copied in a second
/// @param dirtiedPerSecond bytes that clients make dirty in a second
record CopyPace(long copiedPerSecond, long dirtiedPerSecond) {
  /// One part in so many of what is copied has to be gain, or it counts as none. Clients who outrun
  /// a job dirty again whatever it copies: the two rates are then equal but for the error of
  /// measuring them, and that error must not be read as a time.
  private static final long LEAST_GAIN = 8;

  /// When `leftBytes` will have been copied if things go on like this. Without writes there is
  /// nobody whom the job could lose against, however slow it is.
  Outlook outlook(long leftBytes) {
    long gain = copiedPerSecond - dirtiedPerSecond;
    if (dirtiedPerSecond > 0 && gain <= copiedPerSecond / LEAST_GAIN) {
      return new Outlook.NotConverging(dirtiedPerSecond);
    }
    return gain > 0 ? new Outlook.Eta(Math.ceilDiv(leftBytes, gain)) : new Outlook.Unknown();
  }
}
