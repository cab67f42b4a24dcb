package io.blockgraph.job.commit;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterDisk;
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
import io.blockgraph.job.JobFilter;
import java.util.List;

/// The driver `commit-gap`: the filter that a commit job puts between a top that clients write and
/// its backing disk. It takes nothing there and shares everything, so that the base can be written:
/// what the top shows through it stays the same.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public final class CommitGap implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("commit-gap");

  @Override
  public DriverName name() {
    return NAME;
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            JobFilter.jobOption("commit"),
            OptionSpec.Field.filtered(ChildName.FILE.value(), "What backs the top.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    JobFilter.requireJob(opening, "commit");
    return new Node() {
      @Override
      public BlockIo bind(Children children) {
        return new Disk(children.get(ChildName.FILE));
      }

      @Override
      public void close(Children children) {
        // Nothing is open but the child, and that is not ours.
      }
    };
  }

  private static final class Disk extends FilterDisk {
    Disk(BlockIo child) {
      super(child);
    }
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
