package io.blockgraph.driver.blkverify;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.EqualLengths;
import io.blockgraph.driver.LengthChanges;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import java.util.function.Consumer;

/// The two bound disks of a node, and what is done with both.
///
/// @param node whose they are
/// @param children both of them
/// @param changes when they get another length
record Sides(NodeName node, Children children, LengthChanges changes) {
  /// The side that is shown.
  static final ChildName RAW = new ChildName("raw");

  /// The side that is compared with it.
  static final ChildName TEST = new ChildName("test");

  BlockIo raw() {
    return children.get(RAW);
  }

  BlockIo test() {
    return children.get(TEST);
  }

  EqualLengths lengths() {
    return new EqualLengths(node, children);
  }

  /// The length that is shown: the raw side's, but not before the test side has it too.
  long shownBytes() {
    long length = raw().sizeBytes();
    return changes.isUnderWay() ? Math.min(length, test().sizeBytes()) : length;
  }

  /// The length of both.
  ///
  /// @throws BlockException IO naming the two lengths when they differ
  long requireLength() {
    long length = raw().sizeBytes();
    return test().sizeBytes() == length ? length : changes.lengthOf(lengths());
  }

  /// Does the same on the raw side and then on the test side, which is left alone when the first
  /// fails: more often than not a failed write has changed nothing, and the two stay the same.
  void both(Consumer<BlockIo> request) {
    on(RAW, request);
    on(TEST, request);
  }

  /// @throws BlockException as the side failed, naming it
  void on(ChildName side, Consumer<BlockIo> request) {
    try {
      request.accept(children.get(side));
    } catch (BlockException e) {
      throw new BlockException(
          e.kind(), "node '" + node + "': its side '" + side + "' failed: " + e.getMessage(), e);
    }
  }
}
