package io.blockgraph.rest;

import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;

/// Permissions in four places, the notation operators know: `w` write, `r` consistent read, `u`
/// write unchanged, `s` resize; a dash stands for one that is missing.
final class PermissionLetters {
  private PermissionLetters() {}

  static String of(Permissions permissions) {
    return letter(permissions, Permission.WRITE, "w")
        + letter(permissions, Permission.CONSISTENT_READ, "r")
        + letter(permissions, Permission.WRITE_UNCHANGED, "u")
        + letter(permissions, Permission.RESIZE, "s");
  }

  private static String letter(Permissions permissions, Permission permission, String letter) {
    return permissions.has(permission) ? letter : "-";
  }
}
