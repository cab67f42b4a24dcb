package io.blockgraph.driver.file;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.Prepared;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;

/// The permissions of a file's parents as other processes shall see them.
///
/// @param used what is taken
/// @param unshared what is not shared
/// @param demand what is done where the file system has no locks
record FileLocks(Permissions used, Permissions unshared, Demand demand) {
  /// The option `locking`.
  enum Demand {
    OFF,
    AUTO,
    ON
  }

  /// What `grant` comes to. Who writes shares writing with no other process, even where parents
  /// within this graph share it with each other: what these do is ordered here, what a stranger
  /// does is not.
  static FileLocks of(NodeSpec spec, Grant grant) {
    Demand demand =
        switch (spec.options().text("locking").orElse("auto")) {
          case "off" -> Demand.OFF;
          case "on" -> Demand.ON;
          default -> Demand.AUTO;
        };
    if (demand == Demand.OFF) {
      return new FileLocks(Permissions.NONE, Permissions.NONE, demand);
    }
    Permissions unshared = Permissions.ALL.minus(grant.shared());
    boolean writes = grant.taken().has(Permission.WRITE);
    return new FileLocks(
        grant.taken(), writes ? unshared.with(Permission.WRITE) : unshared, demand);
  }

  /// Finds out whether others stand against holding these locks on `file`.
  ///
  /// @throws BlockException LOCKED
  void requireFree(HostFile file) {
    file.requireLockable(used.bits(), unshared.bits());
  }

  /// Gets ready to hold these locks on `file`.
  ///
  /// @throws BlockException LOCKED; UNSUPPORTED where locks are demanded and the file system has
  ///   none
  Prepared prepare(HostFile file) {
    try {
      return file.prepareLocks(used.bits(), unshared.bits());
    } catch (BlockException e) {
      if (e.kind() == BlockException.Kind.UNSUPPORTED && demand != Demand.ON) {
        return Prepared.NOTHING;
      }
      throw e;
    }
  }
}
