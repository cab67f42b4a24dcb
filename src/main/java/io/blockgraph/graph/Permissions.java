package io.blockgraph.graph;

import java.util.Arrays;
import java.util.List;

/// An immutable set of [Permission]s.
///
/// @param bits bit i is the permission with ordinal i
public record Permissions(int bits) {
  private static final int MASK = (1 << Permission.values().length) - 1;

  /// No permission.
  public static final Permissions NONE = new Permissions(0);

  /// Every permission.
  public static final Permissions ALL = new Permissions(MASK);

  /// @throws IllegalArgumentException for a bit that stands for no permission
  public Permissions {
    if ((bits & ~MASK) != 0) {
      throw new IllegalArgumentException("no such permission bits: " + bits);
    }
  }

  /// The set of the permissions named.
  public static Permissions of(Permission... permissions) {
    int bits = 0;
    for (Permission permission : permissions) {
      bits |= 1 << permission.ordinal();
    }
    return new Permissions(bits);
  }

  /// Whether `permission` is in the set.
  public boolean has(Permission permission) {
    return (bits & 1 << permission.ordinal()) != 0;
  }

  /// What is in either set.
  public Permissions union(Permissions other) {
    return new Permissions(bits | other.bits);
  }

  /// What is in both sets.
  public Permissions intersect(Permissions other) {
    return new Permissions(bits & other.bits);
  }

  /// What is in this set and not in `other`.
  public Permissions minus(Permissions other) {
    return new Permissions(bits & ~other.bits);
  }

  /// The set with `permission` in it.
  public Permissions with(Permission permission) {
    return union(of(permission));
  }

  /// The set without `permission`.
  public Permissions without(Permission permission) {
    return minus(of(permission));
  }

  /// Whether nothing is in it.
  public boolean isEmpty() {
    return bits == 0;
  }

  /// The permissions in order.
  public List<Permission> toList() {
    return Arrays.stream(Permission.values()).filter(this::has).toList();
  }

  /// The words, as a sentence wants them: `write, resize`; `nothing` when empty.
  @Override
  public String toString() {
    return isEmpty()
        ? "nothing"
        : String.join(", ", toList().stream().map(Permission::word).toList());
  }
}
