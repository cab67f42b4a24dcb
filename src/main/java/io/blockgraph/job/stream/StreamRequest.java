package io.blockgraph.job.stream;

import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.copy.ErrorPolicy;
import java.util.Optional;

/// What a caller wants streamed, and how.
///
/// @param id the job
/// @param chain which part of a chain
/// @param speed bytes per second, 0 for no limit
/// @param onError what happens when I/O fails
/// @param ending what happens by itself at the end
/// @param filter the name of the filter the job puts above its disk; one is made up when not given
public record StreamRequest(
    JobId id,
    Chain chain,
    long speed,
    ErrorPolicy onError,
    JobEnding ending,
    Optional<NodeName> filter) {

  /// Which part of a chain.
  ///
  /// @param node the disk that gets the data; any of a chain
  /// @param end how far down
  /// @param backingFile the name that the image of `node` gives its backing disk in the end, where
  ///   it is not to be made from the file of that disk
  public record Chain(NodeName node, End end, Optional<String> backingFile) {}

  /// How far down data is brought up.
  public sealed interface End {
    /// To the end of the chain: the disk has no backing disk in the end.
    record Whole() implements End {}

    /// Down to, and without, the disk `base`, which backs the disk in the end.
    record Above(NodeName base) implements End {}

    /// Down to, and with, the disk `bottom`; what backs it then backs the disk in the end.
    record DownTo(NodeName bottom) implements End {}
  }

  /// A request with nothing but the necessary.
  public static StreamRequest of(JobId id, NodeName node, End end) {
    return new StreamRequest(
        id,
        new Chain(node, end, Optional.empty()),
        0,
        ErrorPolicy.REPORT,
        JobEnding.DEFAULT,
        Optional.empty());
  }
}
