package io.blockgraph.graph;

import java.util.regex.Pattern;

/// The name of a node; unique among nodes, users and groups (one namespace).
///
/// A letter first, then letters, digits, `.`, `_`, `-`; at most 64 characters.
public record NodeName(String value) implements Comparable<NodeName> {
  /// How many characters a name may have.
  public static final int MAX_LENGTH = 64;

  private static final Pattern WELL_FORMED =
      Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0," + (MAX_LENGTH - 1) + "}");

  /// @throws IllegalArgumentException when `value` is not well-formed; ask [#isWellFormed] first
  ///   for input of strangers
  public NodeName {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("not a well-formed name: '" + value + "'");
    }
  }

  /// Whether `value` can be the name of a node, a user or a group.
  public static boolean isWellFormed(String value) {
    return WELL_FORMED.matcher(value).matches();
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
