package io.blockgraph.job.copy;

/// The bounds of a job that moves data within a chain.
///
/// @param inFlight how many chunks are copied at once
/// @param chunkBytes how much is read at once; what is read, looked through for zeroes and written
///   has to stay in a processor's own cache meanwhile
public record ChainLimits(int inFlight, long chunkBytes) {
  /// What holds when nothing is configured.
  public static final ChainLimits DEFAULT = new ChainLimits(8, 256 << 10);
}
