package io.blockgraph.job.replication;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.RolePermissions;
import io.blockgraph.graph.Roles;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// A filter that hesitates before it reads, so that what changes meanwhile is read; for how long is
/// up to chance.
final class SlowReads implements Driver {
  private static final long MOST_NANOS = 2_000_000;

  @Override
  public DriverName name() {
    return new DriverName("slow-reads");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new OptionSpec.Field(
                "file",
                new OptionSpec.Type.Child("file", Roles.FILTER, OptionSpec.Nullability.NOT_NULL),
                OptionSpec.Need.REQUIRED,
                "The disk.")));
  }

  @Override
  public DriverRules rules() {
    return new DriverRules() {
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
        return RolePermissions.filtered(parents);
      }
    };
  }

  @Override
  public Node open(Opening opening) {
    return new Node() {
      @Override
      public BlockIo bind(Children children) {
        return new Disk(children.get(ChildName.FILE));
      }

      @Override
      public void close(Children children) {
        // Nothing is held.
      }
    };
  }

  private static final class Disk extends FilterDisk {
    Disk(BlockIo child) {
      super(child);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MOST_NANOS));
      super.read(offset, into);
    }
  }
}
