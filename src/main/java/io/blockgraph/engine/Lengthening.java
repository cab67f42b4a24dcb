package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/// Gives a disk another length in the held section, and takes that back when the change is given
/// up: what was added goes again. What a shorter length has cut off does not come back.
///
/// Used once, by one thread.
final class Lengthening implements Change.WhileHeld {
  private final NodeName node;
  private final long bytes;
  private long before = -1;
  private OptionalLong reached = OptionalLong.empty();

  Lengthening(NodeName node, long bytes) {
    this.node = node;
    this.bytes = bytes;
  }

  @Override
  public Optional<Rejection> run(
      GraphState now, Function<NodeName, BlockIo> old, Function<NodeName, BlockIo> after) {
    BlockIo disk = after.apply(node);
    try {
      long had = disk.sizeBytes();
      ((Resizable) disk).resize(bytes);
      before = had;
      reached = OptionalLong.of(disk.sizeBytes());
      return Optional.empty();
    } catch (BlockException e) {
      return Optional.of(broke(node, e));
    }
  }

  @Override
  public void takeBack(Function<NodeName, BlockIo> after) {
    if (before >= 0 && after.apply(node).sizeBytes() > before) {
      ((Resizable) after.apply(node)).resize(before);
    }
    before = -1;
  }

  /// The length that the disk has got.
  OptionalLong reached() {
    return reached;
  }

  /// What it means that a disk did not take a length.
  static Rejection broke(NodeName node, BlockException e) {
    return e.kind() == BlockException.Kind.UNSUPPORTED
        ? new Rejection.ResizeUnsupported(node, String.valueOf(e.getMessage()))
        : new Rejection.WorldBroke(Optional.of(node), e);
  }

  /// The lengths that have to be gone back to when `change` is interrupted by a crash: none when
  /// there is nothing to it but one length, which is there or not.
  static Map<NodeName, Long> oldLengths(Change change, Live now) {
    Map<NodeName, Long> lengths = new LinkedHashMap<>();
    for (Change.Effect effect : change.held().effects()) {
      BlockIo disk = now.bound().get(effect.node());
      if (effect instanceof Change.NewLength(NodeName _, long bytes)
          && disk != null
          && disk.sizeBytes() < bytes) {
        lengths.put(effect.node(), disk.sizeBytes());
      }
    }
    boolean alone = change.edits().isEmpty() && change.held().effects().size() == 1;
    return alone && change.files().isEmpty() ? Map.of() : lengths;
  }

  /// Takes back the work of a change that is given up. Where that fails the disk stays longer,
  /// which is told of as an event.
  static void takeBack(Change change, Transition transition, EventLog events) {
    try {
      change.held().work().takeBack(node -> transition.after().diskOr(node, transition.before()));
    } catch (BlockException e) {
      events.report(
          change.held().effects().getFirst().node(),
          NodeEvents.Kind.IO_ERROR,
          Map.of("operation", "resize", "error", String.valueOf(e.getMessage())));
    }
  }
}
