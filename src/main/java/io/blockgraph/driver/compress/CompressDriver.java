package io.blockgraph.driver.compress;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.CompressingDisk;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FilterRules;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import java.util.List;

/// A filter above an image that can store compressed data: all that is written through it is.
public final class CompressDriver implements Driver {
  @Override
  public DriverName name() {
    return new DriverName("compress");
  }

  @Override
  public OptionSpec options() {
    return new OptionSpec(
        List.of(Field.filtered("file", "The image that stores compressed what is written.")));
  }

  @Override
  public DriverRules rules() {
    return Rules.INSTANCE;
  }

  /// @throws io.blockgraph.block.BlockException UNSUPPORTED when the disk below stores nothing
  ///   compressed
  @Override
  public Node open(Opening opening) {
    require(opening.spec(), opening.children());
    return CompressNode.INSTANCE;
  }

  private static void require(NodeSpec spec, Children children) {
    String below = spec.child(ChildName.FILE).map(c -> " ('" + c.node() + "')").orElse("");
    CompressingDisk.require(
        "node '" + spec.name() + "': its child 'file'" + below, children.get(ChildName.FILE));
  }

  private enum CompressNode implements Node {
    INSTANCE;

    @Override
    public BlockIo bind(Children children) {
      return CompressingDisk.over(children.get(ChildName.FILE));
    }

    /// What could not be compressed before may go on being so: it is mended step by step.
    @Override
    public void requireFit(NodeSpec after, Children before, Children next) {
      if (CompressedWrites.possible(before.get(ChildName.FILE))) {
        require(after, next);
      }
    }

    @Override
    public void close(Children children) {
      // Nothing is held.
    }
  }

  private enum Rules implements FilterRules {
    INSTANCE;

    @Override
    public String inWords(NodeSpec node, ChildSpec child) {
      return "compress takes and shares what its parents take and share";
    }
  }
}
