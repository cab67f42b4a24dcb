package io.blockgraph.graph;

/// The id of a user of the graph (an export, a job, a command); same form and same namespace as
/// [NodeName].
public record UserId(String value) implements Comparable<UserId> {
  /// @throws IllegalArgumentException when `value` is not well-formed
  public UserId {
    if (!NodeName.isWellFormed(value)) {
      throw new IllegalArgumentException("not a well-formed id: '" + value + "'");
    }
  }

  @Override
  public int compareTo(UserId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
