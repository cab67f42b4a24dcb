package io.blockgraph.driver.nulldisk;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.IdleRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Options;
import java.util.List;
import java.util.Optional;

/// A disk of a fixed length that forgets what is written and reads as zeroes.
public final class NullDriver implements Driver {
  private static final long SIZE_BYTES = 1L << 30;
  private static final long MAX_LATENCY_NS = 10_000_000_000L;

  @Override
  public DriverName name() {
    return new DriverName("null");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(
            new Field(
                "size",
                new OptionSpec.Type.Size(0, Long.MAX_VALUE, Optional.of(SIZE_BYTES)),
                Need.OPTIONAL,
                "How long the disk is."),
            new Field(
                "readZeroes",
                new OptionSpec.Type.Flag(false),
                Need.OPTIONAL,
                "Whether the disk tells that it holds nothing but zeroes; it reads as zeroes in any"
                    + " case."),
            new Field(
                "latencyNs",
                new OptionSpec.Type.Int(0, MAX_LATENCY_NS, Optional.of(0L)),
                Need.OPTIONAL,
                "How many nanoseconds each request takes.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  @Override
  public Node open(Opening opening) {
    Options options = opening.spec().options();
    NullDisk disk =
        new NullDisk(
            options.number("size").orElse(SIZE_BYTES),
            options.flag("readZeroes", false),
            new Latency(opening.services().ticker(), options.number("latencyNs").orElse(0L)));
    return new NullNode(disk);
  }

  private record NullNode(NullDisk disk) implements Node {
    @Override
    public BlockIo bind(Children children) {
      return disk;
    }

    @Override
    public void close(Children children) {
      // Nothing is held.
    }
  }

  private enum Rules implements IdleRules {
    INSTANCE
  }
}
