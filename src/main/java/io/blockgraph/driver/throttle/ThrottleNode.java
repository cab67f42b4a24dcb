package io.blockgraph.driver.throttle;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.throttle.Limits.Direction;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;

/// The limits behind a throttle node: its own, or those of a group it shares with others.
final class ThrottleNode implements Node {
  private final ThrottleGroups groups;
  private final Opening.Ticker ticker;
  private final ThrottleGroup.Member member = new ThrottleGroup.Member();

  /// Of its own, where it is in no group.
  private final ThrottleGroup own;

  private volatile ThrottleGroup now;

  ThrottleNode(NodeSpec spec, ThrottleGroups groups, Opening.Ticker ticker) {
    this.groups = groups;
    this.ticker = ticker;
    this.own = new ThrottleGroup(ticker, Limits.of(spec.options()));
    this.now = groupFor(spec);
  }

  private ThrottleGroup groupFor(NodeSpec spec) {
    return ThrottleGroups.nameIn(spec).map(name -> groups.of(name, ticker)).orElse(own);
  }

  void admit(Direction direction, long bytes) {
    now.admit(member, direction, bytes);
  }

  @Override
  public BlockIo bind(Children children) {
    return new ThrottleDisk(children.get(ChildName.FILE), this);
  }

  /// What waits in another group goes on waiting there.
  @Override
  public Prepared prepare(NodeChange change) {
    Limits next = Limits.of(change.after().options());
    return new Prepared() {
      @Override
      public void commit() {
        own.use(next);
        now = groupFor(change.after());
      }
    };
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of("waiting", (long) now.waiting());
  }

  @Override
  public void close(Children children) {
    // Nothing is held.
  }
}
