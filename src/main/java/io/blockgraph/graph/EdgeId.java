package io.blockgraph.graph;

/// The stable id of an edge: the parent's id and the child's name in it, `quorum0:children.1`.
///
/// It stays the same when the edge is moved to another node; names hold no colon, so it is
/// unambiguous.
public record EdgeId(String value) implements Comparable<EdgeId> {
  /// The id of the edge `child` of `parent`.
  public static EdgeId of(Parent parent, ChildName child) {
    return new EdgeId(parent.id() + ":" + child);
  }

  @Override
  public int compareTo(EdgeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
