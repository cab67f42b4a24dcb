package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.graph.NodeName;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Stands where a node is inactive: nothing is open and nothing locked. Its place, name and edges
/// are kept, and every request fails.
///
/// @param name the node
/// @param lastBytes how long it was when it was active, where that is known
/// @param past what it was before
record InactiveNode(NodeName name, OptionalLong lastBytes, Past past) implements Node {
  /// What a node was before it was inactive.
  enum Past {
    /// It has come inactive.
    NONE,
    /// It was open, or may have been in an earlier run of the service.
    OPEN
  }

  /// The node that takes the place of the one that is open, or comes if there is none.
  static InactiveNode of(NodeName name, Live now, Handling handling) {
    BlockIo disk = now.bound().get(name);
    if (disk == null) {
      Past past = handling.isOfNewNodes() ? Past.NONE : Past.OPEN;
      return new InactiveNode(name, OptionalLong.empty(), past);
    }
    try {
      return new InactiveNode(name, OptionalLong.of(disk.sizeBytes()), Past.OPEN);
    } catch (BlockException e) {
      return new InactiveNode(name, OptionalLong.empty(), Past.OPEN);
    }
  }

  /// Whether `node` stands where another was open before, in this run of the service or an earlier
  /// one.
  static boolean wasOpen(@Nullable Node node) {
    return node instanceof UnavailableNode
        || (node instanceof InactiveNode inactive && inactive.past == Past.OPEN);
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
