package io.blockgraph.driver.file;

import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;

/// The rules of a node that stands on nothing: it has no children.
enum ProtocolRules implements DriverRules {
  INSTANCE;

  @Override
  public boolean isFilter() {
    return false;
  }

  @Override
  public boolean supportsBacking() {
    return false;
  }

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return Grant.IDLE;
  }
}
