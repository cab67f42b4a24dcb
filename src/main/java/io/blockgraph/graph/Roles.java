package io.blockgraph.graph;

import java.util.Arrays;
import java.util.List;

/// An immutable set of [Role]s.
///
/// Rules (QEMU's): FILTERED excludes DATA, METADATA and COW; COW excludes DATA, METADATA, FILTERED
/// and PRIMARY.
///
/// @param bits bit i is the role with ordinal i
public record Roles(int bits) {
  /// No role: what users' edges have.
  public static final Roles NONE = of();

  /// The file of a format that keeps data and metadata in it.
  public static final Roles IMAGE = of(Role.DATA, Role.METADATA, Role.PRIMARY);

  /// The one child of a filter.
  public static final Roles FILTER = of(Role.FILTERED, Role.PRIMARY);

  /// A backing disk.
  public static final Roles BACKING = of(Role.COW);

  /// The set of the roles named.
  public static Roles of(Role... roles) {
    int bits = 0;
    for (Role role : roles) {
      bits |= 1 << role.ordinal();
    }
    return new Roles(bits);
  }

  /// Whether `role` is in the set.
  public boolean has(Role role) {
    return (bits & 1 << role.ordinal()) != 0;
  }

  /// The roles in order.
  public List<Role> toList() {
    return Arrays.stream(Role.values()).filter(this::has).toList();
  }
}
