package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;

/// Changes the length of all children, or of none.
///
/// When one cannot follow, those before it get their old length back. Where that made them shorter
/// meanwhile, what was cut off them is gone and reads as zeroes; the children after them still have
/// it.
final class QuorumResize {
  private final Voters voters;

  QuorumResize(Voters voters) {
    this.voters = voters;
  }

  /// @throws BlockException UNSUPPORTED naming the child that has a fixed length, or what went
  ///   wrong below
  void to(long sizeBytes) {
    for (int i = 0; i < voters.count(); i++) {
      requireResizable(i);
    }
    long before = voters.disk(0).sizeBytes();
    for (int i = 0; i < voters.count(); i++) {
      try {
        resize(voters.disk(i), sizeBytes);
      } catch (BlockException e) {
        undo(i, before, e);
        throw e;
      }
    }
  }

  private void requireResizable(int index) {
    if (!(voters.disk(index) instanceof Resizable)) {
      throw new BlockException(
          Kind.UNSUPPORTED,
          "node '"
              + voters.reports().quorum()
              + "': its child '"
              + voters.name(index)
              + "' has a fixed length");
    }
  }

  private void undo(int end, long before, BlockException cause) {
    for (int i = 0; i < end; i++) {
      try {
        resize(voters.disk(i), before);
      } catch (BlockException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private static void resize(BlockIo disk, long sizeBytes) {
    ((Resizable) disk).resize(sizeBytes);
  }
}
