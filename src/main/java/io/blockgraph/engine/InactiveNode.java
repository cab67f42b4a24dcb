package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.graph.NodeName;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/// Stands where a node is inactive: nothing is open and nothing locked. Its place, name and edges
/// are kept, and every request fails.
///
/// @param name the node
/// @param lastBytes how long it was when it was active, where that is known
record InactiveNode(NodeName name, OptionalLong lastBytes) implements Node {
  /// The node that takes the place of one whose disk was `disk`.
  static InactiveNode after(NodeName name, BlockIo disk) {
    try {
      return new InactiveNode(name, OptionalLong.of(disk.sizeBytes()));
    } catch (BlockException e) {
      return new InactiveNode(name, OptionalLong.empty());
    }
  }

  @Override
  public BlockIo bind(Children children) {
    return new InactiveDisk();
  }

  @Override
  public void close(Children children) {
    // Nothing is open.
  }

  private final class InactiveDisk implements BlockIo {
    @Override
    public void read(long offset, MemorySegment into) {
      throw inactive();
    }

    @Override
    public void write(long offset, MemorySegment from) {
      throw inactive();
    }

    @Override
    public void flush() {
      throw inactive();
    }

    @Override
    public long sizeBytes() {
      return lastBytes.orElseThrow(this::inactive);
    }

    private BlockException inactive() {
      return new BlockException(
          BlockException.Kind.CLOSED,
          "node '" + name + "' is inactive: its image may be in use by somebody else");
    }
  }
}
