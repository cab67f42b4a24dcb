package io.blockgraph.job.copy;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// A filter for tests through which the answer to a read takes its time: what was read is old by
/// then.
public final class SlowDriver implements Driver {
  private static final long NANOS = 3_000_000;

  @Override
  public DriverName name() {
    return new DriverName("slow");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(List.of(OptionSpec.Field.filtered("file", "The disk that is shown.")));
  }

  @Override
  public DriverRules rules() {
    return new FilterRules() {};
  }

  @Override
  public Node open(Opening opening) {
    return new Node() {
      @Override
      public BlockIo bind(Children children) {
        return new Slow(children.get(ChildName.FILE));
      }

      @Override
      public void close(Children children) {
        // Nothing is held.
      }
    };
  }

  private static final class Slow extends FilterDisk {
    Slow(BlockIo child) {
      super(child);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      super.read(offset, into);
      LockSupport.parkNanos(NANOS);
    }
  }
}
