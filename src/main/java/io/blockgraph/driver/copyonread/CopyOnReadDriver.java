package io.blockgraph.driver.copyonread;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.RolePermissions;
import java.util.List;

/// A filter that writes what a read brought up from a backing disk into the overlay below it, so
/// that the next read finds it there.
public final class CopyOnReadDriver implements Driver {
  private static final long DEADLINE_MS = 60_000;

  @Override
  public DriverName name() {
    return new DriverName("copy-on-read");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(Field.filtered("file", "The overlay whose backing disks are read.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    return new CopyOnReadNode(new RangeLocks(DEADLINE_MS));
  }

  private record CopyOnReadNode(RangeLocks locks) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return new CopyOnReadDisk(children.get(ChildName.FILE), locks);
    }

    @Override
    public void close(Children children) {
      // Nothing is held.
    }
  }

  /// What parents take and WRITE_UNCHANGED. While a parent uses the node, WRITE is shared with
  /// nobody: a copy that is under way cannot see a write that goes past this filter, and would put
  /// old bytes over new ones. Nothing is copied while nobody uses it.
  private enum Rules implements FilterRules {
    INSTANCE;

    @Override
    public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
      Grant filtered = RolePermissions.filtered(parents);
      boolean idle = parents.taken().isEmpty();
      return new Grant(
          filtered.taken().with(Permission.WRITE_UNCHANGED),
          idle ? filtered.shared() : filtered.shared().without(Permission.WRITE));
    }

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "copy-on-read takes what its parents take and write-unchanged, for its copies; it"
          + " shares what they share, but not write while somebody uses it";
    }
  }
}
