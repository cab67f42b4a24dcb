package io.blockgraph.job.replication;

import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;

/// The say of `replication` in the graph.
///
/// `file` is read consistently, and written when the node is writable, whatever parents take. It
/// shares reading and writing, also when parents do not: that is what lets a primary write to the
/// secondary disk below while the node is used. After a failover the disks below must stand still,
/// and writing is not shared any more.
enum ReplicationRules implements DriverRules {
  INSTANCE;

  private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
  static final Permissions READERS = READ.with(Permission.WRITE_UNCHANGED);

  @Override
  public boolean isFilter() {
    return true;
  }

  @Override
  public boolean supportsBacking() {
    return false;
  }

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    boolean pinned = Standing.of(node.options()).below() == Standing.Below.PINNED;
    return new Grant(
        node.readOnly() ? READ : READ.with(Permission.WRITE),
        pinned ? READERS : READERS.with(Permission.WRITE));
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return "it is always read, and written unless the node is read-only; reading and writing are"
        + " shared whatever parents share, but after a failover writing is not";
  }
}
