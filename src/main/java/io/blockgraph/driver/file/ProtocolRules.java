package io.blockgraph.driver.file;

import io.blockgraph.driver.IdleRules;

/// The rules of a node that stands on nothing: it has no children.
enum ProtocolRules implements IdleRules {
  INSTANCE
}
