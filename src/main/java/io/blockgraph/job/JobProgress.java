package io.blockgraph.job;

/// How far a job is, in two numbers that do not lie: what was done never goes back, what is left
/// may grow.
///
/// @param phase what it is at
/// @param bytesDone bytes copied so far; never decreases
/// @param bytesLeft bytes that are still to be copied; grows when clients write
/// @param bytesPerSecond how fast it copies, averaged over the last seconds
/// @param outlook how long it will take
public record JobProgress(
    JobPhase phase, long bytesDone, long bytesLeft, long bytesPerSecond, Outlook outlook) {
  /// Nothing done, nothing known.
  public static final JobProgress NONE =
      new JobProgress(JobPhase.COPYING, 0, 0, 0, new Outlook.Unknown());

  /// What is done and what is left together; moves both ways.
  public long bytesTotal() {
    return bytesDone + bytesLeft;
  }

  /// The same, of a job that rests: nobody knows for how long.
  JobProgress resting() {
    return new JobProgress(phase, bytesDone, bytesLeft, bytesPerSecond, new Outlook.Unknown());
  }

  /// The same, of a job that is over.
  JobProgress ended() {
    return new JobProgress(JobPhase.ENDED, bytesDone, bytesLeft, 0, new Outlook.Unknown());
  }

  /// When the rest will have been copied.
  public sealed interface Outlook {
    /// In about so many seconds, at the present rate and with clients writing as they do.
    record Eta(long seconds) implements Outlook {}

    /// Not, as things are: clients write as fast as the job copies, or faster.
    record NotConverging(long dirtiedPerSecond) implements Outlook {}

    /// It cannot be told yet, or any more.
    record Unknown() implements Outlook {}
  }
}
