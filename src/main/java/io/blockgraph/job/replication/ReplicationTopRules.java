package io.blockgraph.job.replication;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Role;
import java.util.Optional;

/// The say of `replication-top` in the graph.
///
/// `file`, the secondary disk, takes what parents take, and reading, for what is saved; others may
/// read it: whoever wrote to it beside the filter would not be noticed. `hidden` is written. It
/// shares WRITE, because the active disk above it could otherwise not stand that the secondary disk
/// below both changes. Once writes are refused, nothing is written at all.
enum ReplicationTopRules implements DriverRules {
  INSTANCE;

  private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
  private static final Grant SAVING =
      new Grant(READ.with(Permission.WRITE), Permissions.ALL.without(Permission.RESIZE));

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
    boolean shut = ReplicationTop.refusesWrites(node);
    if (!child.roles().has(Role.FILTERED)) {
      return shut ? Grant.IDLE : SAVING;
    }
    Permissions taken = shut ? parents.taken().intersect(READ) : parents.taken().union(READ);
    return new Grant(taken, ReplicationRules.READERS);
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return child.roles().has(Role.FILTERED)
        ? "it is read, and written by what parents write unless writes are refused; only reading is"
            + " shared"
        : "what is overwritten is saved into it; after a failover it is not used";
  }

  @Override
  public Optional<String> objection(NodeSpec node) {
    boolean complete =
        node.child(ChildName.FILE).isPresent() && node.child(ReplicationTop.HIDDEN).isPresent();
    return complete
        ? Optional.empty()
        : Optional.of("the filter of a replication needs the children 'file' and 'hidden'");
  }
}
