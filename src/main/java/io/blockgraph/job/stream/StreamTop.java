package io.blockgraph.job.stream;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
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
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.RolePermissions;
import io.blockgraph.job.JobFilter;
import java.util.List;

/// The driver `stream-top`: the filter a stream job puts above the disk that it writes, so that
/// clients' writes and its own copies do not meet.
///
/// Only a job can put one in; asked for by anybody else it is refused.
public final class StreamTop implements Driver {
  /// Its name.
  public static final DriverName NAME = new DriverName("stream-top");

  /// The option that names the job.
  static final String JOB = JobFilter.JOB;

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
    return new OptionSpec(
        List.of(
            JobFilter.jobOption("stream"),
            OptionSpec.Field.filtered(ChildName.FILE.value(), "The disk that is written.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    JobFilter.requireJob(opening, "stream");
    return new StreamTopNode(new RangeLocks(DEADLINE_MS));
  }

  private record StreamTopNode(RangeLocks locks) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return new StreamTopDisk(children.get(ChildName.FILE), locks);
    }

    @Override
    public void close(Children children) {
      // Nothing is open but the child, and that is not ours.
    }
  }

  /// What parents take; what they share but WRITE: a copy that is under way cannot see a write that
  /// goes past this filter, and would put old bytes over new ones.
  private enum Rules implements FilterRules {
    INSTANCE;

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      Grant filtered = RolePermissions.filtered(parents);
      return new Grant(filtered.taken(), filtered.shared().without(Permission.WRITE));
    }

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "the filter of a stream job takes what its parents take, and shares write with nobody:"
          + " a copy could be written over what is written beside it";
    }
  }
}
