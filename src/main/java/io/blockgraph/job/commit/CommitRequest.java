package io.blockgraph.job.commit;

import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.copy.ErrorPolicy;
import java.util.Optional;

/// What a caller wants committed, and how.
///
/// @param id the job
/// @param chain which part of a chain
/// @param speed bytes per second, 0 for no limit
/// @param onError what happens when I/O fails
/// @param ending what happens by itself at the end
/// @param filter the name of the filter the job puts above its top; one is made up when not given
public record CommitRequest(
    JobId id,
    Chain chain,
    long speed,
    ErrorPolicy onError,
    JobEnding ending,
    Optional<NodeName> filter) {

  /// Which part of a chain.
  ///
  /// @param top the uppermost disk whose data goes down
  /// @param base the disk that gets the data; the deepest of the chain when not given
  /// @param backingFile the name that the images above `top` give their backing disk in the end,
  ///   where it is not to be made from the file of `base`
  public record Chain(NodeName top, Optional<NodeName> base, Optional<String> backingFile) {}

  /// A request with nothing but the necessary.
  public static CommitRequest of(JobId id, NodeName top, NodeName base) {
    return new CommitRequest(
        id,
        new Chain(top, Optional.of(base), Optional.empty()),
        0,
        ErrorPolicy.REPORT,
        JobEnding.DEFAULT,
        Optional.empty());
  }
}
