package io.blockgraph.job;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;

/// The id of a job; same form and same namespace as the names of nodes, for a job is a user of the
/// graph under this id.
public record JobId(String value) implements Comparable<JobId> {
  /// @throws IllegalArgumentException when `value` is not well-formed; ask [NodeName#isWellFormed]
  ///   first
  public JobId {
    if (!NodeName.isWellFormed(value)) {
      throw new IllegalArgumentException("not a well-formed job id: '" + value + "'");
    }
  }

  /// The user that stands for the job in the graph.
  public UserId user() {
    return new UserId(value);
  }

  @Override
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
