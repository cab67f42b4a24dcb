package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.graph.ChildName;
import java.util.Map;

/// An open mirror filter: nothing but what it shares with its job.
final class MirrorTopNode implements Node {
  private final Tracker tracker;

  MirrorTopNode(Tracker tracker) {
    this.tracker = tracker;
  }

  @Override
  public BlockIo bind(Children children) {
    return new MirrorTopDisk(children.get(ChildName.FILE), children.get(MirrorTop.TARGET), tracker);
  }

  @Override
  public Map<String, Object> facts() {
    return Map.of("copyMode", tracker.mode().word(), "dirtyBytes", tracker.bitmap().dirtyBytes());
  }

  @Override
  public void close(Children children) {
    // Nothing is open but the children, and those are not ours.
  }
}
