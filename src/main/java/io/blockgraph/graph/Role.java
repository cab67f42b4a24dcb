package io.blockgraph.graph;

/// What a child is to its parent; an edge has one or more.
public enum Role {
  /// Holds guest data.
  DATA,
  /// Holds metadata of the parent's format.
  METADATA,
  /// Shows, through the filter that is its parent, exactly this child's data.
  FILTERED,
  /// Is read where the parent has no data of its own (a backing disk).
  COW,
  /// The child that stands for the parent when one is asked for.
  PRIMARY;

  /// The word used over HTTP: `filtered`.
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
