package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.BoundedEvents;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.EqualLengths;
import io.blockgraph.driver.LengthChanges;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;

/// An open quorum: its settings and the locks that keep its children in step.
final class QuorumNode implements Node {
  private static final long DEADLINE_MS = 60_000;

  private final Reports reports;
  private final FanOut fanOut;
  private final Pace pace;
  private final RangeLocks locks = new RangeLocks(DEADLINE_MS);
  private final LengthChanges lengthChanges = new LengthChanges();
  private volatile Settings settings;

  private QuorumNode(Reports reports, FanOut fanOut, Pace pace, Settings settings) {
    this.reports = reports;
    this.fanOut = fanOut;
    this.pace = pace;
    this.settings = settings;
  }

  /// @throws io.blockgraph.block.BlockException SIZE_MISMATCH when the children differ in length
  static QuorumNode open(Opening opening, FanOut fanOut, Pace pace) {
    EqualLengths.require(opening.spec(), opening.children());
    Reports reports =
        new Reports(
            opening.spec().name(),
            new BoundedEvents(opening.services()),
            new Tallies(opening.spec()));
    return new QuorumNode(reports, fanOut, pace, Settings.of(opening.spec()));
  }

  @Override
  public BlockIo bind(Children children) {
    return new QuorumDisk(new Voters(children, reports, fanOut, pace), this);
  }

  @Override
  public void requireFit(NodeSpec after, Children before, Children next) {
    lengthChanges.look(() -> EqualLengths.requireKept(after, before, next));
  }

  @Override
  public void requireStill(NodeSpec spec, Children children) {
    EqualLengths.require(spec, children);
  }

  Settings settings() {
    return settings;
  }

  RangeLocks locks() {
    return locks;
  }

  LengthChanges lengthChanges() {
    return lengthChanges;
  }

  @Override
  public Prepared prepare(NodeChange change) {
    Settings next = Settings.of(change.after());
    return new Prepared() {
      @Override
      public void commit() {
        settings = next;
        reports.tallies().follow(change.after());
      }
    };
  }

  @Override
  public Map<String, Object> facts() {
    return reports.tallies().facts();
  }

  @Override
  public void close(Children children) {
    // Nothing is held.
  }
}
