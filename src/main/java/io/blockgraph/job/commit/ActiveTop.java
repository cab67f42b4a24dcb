package io.blockgraph.job.commit;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.RolePermissions;
import io.blockgraph.job.JobFilter;

/// The driver `commit-active`: the filter above a top that clients write while it is committed.
/// What they write goes to the top and to the base.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public final class ActiveTop implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("commit-active");

  @Override
  public DriverName name() {
    return NAME;
  }

  @Override
  public boolean isOffered() {
    return false;
  }

  @Override
  public OptionSpec options() {
    return CommitTop.OPTIONS;
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    JobFilter.requireJob(opening, "commit");
    return new ActiveTopNode(new ActiveWrites());
  }

  private record ActiveTopNode(ActiveWrites writes) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return new ActiveTopDisk(children.get(ChildName.FILE), children.get(CommitTop.BASE), writes);
    }

    @Override
    public void close(Children children) {
      // Nothing is open but the children, and those are not ours.
    }
  }

  /// `file` takes what the parents take. It shares what they share but WRITE: what is written
  /// beside the filter would be missing from the base.
  private enum Rules implements FilterRules {
    INSTANCE;

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      Grant filtered = RolePermissions.filtered(parents);
      return child.roles().has(Role.FILTERED)
          ? new Grant(filtered.taken(), filtered.shared().without(Permission.WRITE))
          : Grant.IDLE;
    }

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return child.roles().has(Role.FILTERED)
          ? "the filter of a commit job takes what its parents take, and shares write with nobody:"
              + " what is written beside it would be missing from the base"
          : "the filter of a commit job leaves the base to the job";
    }
  }
}
