package io.blockgraph.job.commit;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import io.blockgraph.job.JobFilter;
import io.blockgraph.job.copy.ChainTop;
import java.util.List;

/// The driver `commit-top`: the filter a commit job puts above its top. What is below changes hands
/// while the job writes to the base, and shows the same all the time only from here; so the filter
/// takes nothing of it, and nobody else can ask for anything there.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public final class CommitTop implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("commit-top");

  /// The edge to the disk that gets the data.
  static final ChildName BASE = new ChildName("base");

  /// The roles of that edge: it holds data, and needs no permission, for the job holds them.
  static final Roles BASE_ROLES = Roles.of(Role.DATA);

  /// The option that names the job.
  static final String JOB = JobFilter.JOB;

  /// What a filter above a top is given.
  static final OptionSpec OPTIONS =
      new OptionSpec(
          List.of(
              JobFilter.jobOption("commit"),
              OptionSpec.Field.filtered(ChildName.FILE.value(), "The top of what is committed."),
              new OptionSpec.Field(
                  BASE.value(),
                  new OptionSpec.Type.Child(
                      BASE.value(), BASE_ROLES, OptionSpec.Nullability.NOT_NULL),
                  OptionSpec.Need.REQUIRED,
                  "The disk it is committed to.")));

  private static final long DEADLINE_MS = 60_000;

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
    return OPTIONS;
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    JobFilter.requireJob(opening, "commit");
    return new CommitTopNode(new RangeLocks(DEADLINE_MS));
  }

  private record CommitTopNode(RangeLocks locks) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return new Disk(children.get(ChildName.FILE), children.get(BASE), locks);
    }

    @Override
    public void close(Children children) {
      // Nothing is open but the children, and those are not ours.
    }
  }

  /// Shows the top, which nobody writes.
  private static final class Disk extends FilterDisk implements ChainTop {
    private final BlockIo base;
    private final RangeLocks locks;

    Disk(BlockIo top, BlockIo base, RangeLocks locks) {
      super(top);
      this.base = base;
      this.locks = locks;
    }

    @Override
    public BlockIo source() {
      return child();
    }

    @Override
    public BlockIo target() {
      return base;
    }

    @Override
    public RangeLocks.Held claim(ByteRange range) {
      return locks.exclude(range);
    }
  }

  private enum Rules implements FilterRules {
    INSTANCE;

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      return Grant.IDLE;
    }

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "the filter of a commit job takes nothing and shares everything: what it shows stays"
          + " the same while the disks below it change";
    }
  }
}
