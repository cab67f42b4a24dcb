package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.RangeLocks;

/// An open quorum: its settings and the locks that keep its children in step.
final class QuorumNode implements Node {
  private static final long DEADLINE_MS = 60_000;

  private final Reports reports;
  private final FanOut fanOut;
  private final RangeLocks locks = new RangeLocks(DEADLINE_MS);
  private volatile Settings settings;

  private QuorumNode(Reports reports, FanOut fanOut, Settings settings) {
    this.reports = reports;
    this.fanOut = fanOut;
    this.settings = settings;
  }

  /// @throws BlockException INVALID when the children differ in length
  static QuorumNode open(Opening opening, FanOut fanOut) {
    Reports reports = new Reports(opening.spec().name(), opening.services().events());
    QuorumNode node = new QuorumNode(reports, fanOut, Settings.of(opening.spec()));
    Voters voters = new Voters(opening.children(), reports, fanOut);
    if (!voters.agreeOnLength()) {
      throw new BlockException(BlockException.Kind.INVALID, voters.describeLengths());
    }
    return node;
  }

  @Override
  public BlockIo bind(Children children) {
    return new QuorumDisk(new Voters(children, reports, fanOut), this);
  }

  Settings settings() {
    return settings;
  }

  RangeLocks locks() {
    return locks;
  }

  @Override
  public Prepared prepare(NodeChange change) {
    Settings next = Settings.of(change.after());
    return new Prepared() {
      @Override
      public void commit() {
        settings = next;
      }
    };
  }

  @Override
  public void close(Children children) {
    // Nothing is held.
  }
}
