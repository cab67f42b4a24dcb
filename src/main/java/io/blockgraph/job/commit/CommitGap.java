package io.blockgraph.job.commit;

import io.blockgraph.driver.FilterRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.job.JobGap;

/// The driver `commit-gap`: the filter that a commit job puts between a top that clients write and
/// its backing disk. It takes nothing there and shares everything, so that the base can be written:
/// what the top shows through it stays the same.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public final class CommitGap extends JobGap {
  /// Its name.
  public static final DriverName NAME = new DriverName("commit-gap");

  /// The driver.
  public CommitGap() {
    super(NAME, "commit", "What backs the top.", Rules.INSTANCE);
  }

  private enum Rules implements FilterRules {
    INSTANCE;

    /// Whoever reads what is below would see it change.
    @Override
    public boolean isWayIn() {
      return false;
    }

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return Grant.IDLE;
    }

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "the filter of a commit job takes nothing and shares everything: what is seen through"
          + " it stays the same while the disks below it change";
    }
  }
}
