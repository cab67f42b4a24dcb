package io.blockgraph.driver;

import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;

/// What a disk says in the graph that takes nothing of its children, if it has any, and shares
/// everything.
public interface IdleRules extends DiskRules {
  @Override
  default Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return Grant.IDLE;
  }
}
