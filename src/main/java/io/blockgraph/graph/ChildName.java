package io.blockgraph.graph;

import java.util.regex.Pattern;

/// The name of an edge within its parent: `file`, `backing`, `children.1`; `root`, `source`,
/// `target` for users.
public record ChildName(String value) implements Comparable<ChildName> {
  private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");

  /// The data of a format or filter.
  public static final ChildName FILE = new ChildName("file");

  /// What a format reads where it has no data of its own.
  public static final ChildName BACKING = new ChildName("backing");

  /// The guest data of a format that keeps it apart from its metadata.
  public static final ChildName DATA_FILE = new ChildName("data-file");

  /// The disk of a user that has just one.
  public static final ChildName ROOT = new ChildName("root");

  /// @throws IllegalArgumentException when `value` is not well-formed
  public ChildName {
    if (!WELL_FORMED.matcher(value).matches()) {
      throw new IllegalArgumentException("not a well-formed child name: '" + value + "'");
    }
  }

  /// The child `children.N` of a driver with a list of them.
  public static ChildName indexed(int index) {
    return new ChildName("children." + index);
  }

  @Override
  public int compareTo(ChildName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
