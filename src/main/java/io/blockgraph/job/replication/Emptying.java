package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Emptiable;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.NodeName;
import java.util.Optional;
import java.util.function.Function;

/// What is done while all users of a secondary are held, to let it show what the primary has
/// written: that is made durable first, because the old bytes go, then both disks are emptied.
///
/// Nobody sees the moment between. Still the active disk comes first: what is left is then an older
/// state of the disk, and not the secondary's own writes above the primary's new ones.
final class Emptying {
  private final NodeName replication;
  private final NodeName filter;
  private final SecondaryDisks disks;
  private boolean begun;

  Emptying(ReplicationEdits edits, SecondaryDisks disks) {
    this.replication = edits.replication().name();
    this.filter = edits.filter();
    this.disks = disks;
  }

  /// Whether a disk may have been emptied.
  boolean hasBegun() {
    return begun;
  }

  /// Whether both disks are there to be emptied; a dry run looks too.
  Optional<Rejection> check(
      GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
    emptiable(disks.active(), before);
    emptiable(disks.hidden(), before);
    return Optional.empty();
  }

  /// Makes what was written durable, then empties both.
  Optional<Rejection> empty(
      GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
    ReplicationTopDisk top = (ReplicationTopDisk) before.apply(filter);
    Emptiable active = emptiable(disks.active(), before);
    Emptiable hidden = emptiable(disks.hidden(), before);
    top.flush();
    begun = true;
    ReplicationNode node = ((ReplicationDisk) before.apply(replication)).node();
    // The new standing takes it back; should there be none, nobody sees what is half done.
    node.tearUnlessDone("its disks were being emptied; take a checkpoint again, or stop it");
    try {
      active.makeEmpty();
      hidden.makeEmpty();
    } catch (BlockException e) {
      node.tear("its disks could not be emptied: " + e.getMessage());
      throw e;
    }
    top.node().forget();
    return Optional.empty();
  }

  private static Emptiable emptiable(NodeName disk, Function<NodeName, BlockIo> open) {
    if (open.apply(disk) instanceof Emptiable emptiable) {
      return emptiable;
    }
    throw new BlockException(
        BlockException.Kind.UNSUPPORTED, "node '" + disk + "' is not open, or cannot be emptied");
  }
}
