package io.blockgraph.driver.blkverify;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.BoundedEvents;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.EqualLengths;
import io.blockgraph.driver.LengthChanges;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// An open pair: the locks that keep its sides in step, and how often they were found to differ.
final class BlkverifyNode implements Node {
  private static final long DEADLINE_MS = 60_000;

  private final NodeName name;
  private final NodeEvents events;
  private final RangeLocks locks = new RangeLocks(DEADLINE_MS);
  private final LengthChanges lengthChanges = new LengthChanges();
  private final AtomicLong mismatches = new AtomicLong();

  private BlkverifyNode(NodeName name, NodeEvents events) {
    this.name = name;
    this.events = events;
  }

  /// @throws BlockException SIZE_MISMATCH when the sides differ in length
  static BlkverifyNode open(Opening opening) {
    EqualLengths.require(opening.spec(), opening.children());
    return new BlkverifyNode(opening.spec().name(), new BoundedEvents(opening.services()));
  }

  @Override
  public BlockIo bind(Children children) {
    return new BlkverifyDisk(new Sides(name, children, lengthChanges), this);
  }

  @Override
  public void requireFit(NodeSpec after, Children before, Children next) {
    lengthChanges.look(() -> EqualLengths.requireKept(after, before, next));
  }

  @Override
  public void requireStill(NodeSpec spec, Children children) {
    EqualLengths.require(spec, children);
  }

  RangeLocks locks() {
    return locks;
  }

  /// Counts and tells that the sides differ.
  ///
  /// @param request what was read
  /// @param at the first byte that differs
  BlockException mismatch(ByteRange request, long at) {
    mismatches.incrementAndGet();
    events.report(
        name,
        NodeEvents.Kind.BLKVERIFY_MISMATCH,
        Map.of(
            "operation",
            "read",
            "offset",
            at,
            "requestOffset",
            request.offset(),
            "requestLength",
            request.length()));
    return new BlockException(
        Kind.IO,
        "node '"
            + name
            + "': its sides '"
            + Sides.RAW
            + "' and '"
            + Sides.TEST
            + "' differ from offset "
            + at
            + " on");
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of("mismatches", mismatches.get());
  }

  @Override
  public void close(Children children) {
    // Nothing is held.
  }
}
