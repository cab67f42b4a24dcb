package io.blockgraph.job.mirror;

/// The bounds of a mirror job.
///
/// @param inFlight how many chunks are copied at once
/// @param chunkBytes how much is read at once; what is read, looked through for zeroes and written
///   has to stay in a processor's own cache meanwhile
/// @param readyBytes how little must be left for a job to be ready
/// @param heldBytes how little should be left before clients are held back for the rest
/// @param convergeMs how long a job that is completing waits to come down to that, before it holds
///   clients back anyway
/// @param heldMs how long clients are held back at first; twice as long each time that was not
///   enough
/// @param heldMaxMs how long at most; well below the time a request may wait at its gate
public record MirrorLimits(
    int inFlight,
    long chunkBytes,
    long readyBytes,
    long heldBytes,
    long convergeMs,
    long heldMs,
    long heldMaxMs) {
  /// What holds when nothing is configured.
  public static final MirrorLimits DEFAULT =
      new MirrorLimits(8, 256 << 10, 1 << 20, 4 << 20, 10_000, 500, 8_000);

  /// How many copiers and how large chunks so much memory is good for.
  Buffers buffers(long bufferBytes) {
    long chunk = Math.clamp(bufferBytes, 4096, chunkBytes);
    return new Buffers(Math.clamp(bufferBytes / chunk, 1, inFlight), chunk);
  }

  /// @param count how many buffers
  /// @param chunkBytes how large each
  record Buffers(int count, long chunkBytes) {}
}
