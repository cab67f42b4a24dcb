package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.Prepared;

/// How a [Preparation] opens nodes and gets them ready.
interface Handling {
  /// As a change does it: a node that cannot be opened ends the change.
  Handling CHANGE = Driver::open;

  /// As the start of the service does it: an [UnavailableNode] takes the place of one that cannot
  /// be opened.
  Handling START =
      new Handling() {
        @Override
        public Node open(Driver driver, Opening opening) {
          try {
            return driver.reopen(opening);
          } catch (BlockException e) {
            return new UnavailableNode(e);
          }
        }

        @Override
        public boolean isOfNewNodes() {
          return false;
        }
      };

  /// Opens a node.
  ///
  /// @throws BlockException when it cannot be opened
  Node open(Driver driver, Opening opening);

  /// Opens a node that was open before, and inactive since.
  ///
  /// @throws BlockException when it cannot be opened
  default Node reopen(Driver driver, Opening opening) {
    return driver.reopen(opening);
  }

  /// Whether a node that is opened was never open before.
  default boolean isOfNewNodes() {
    return true;
  }

  /// Gets a node that is open ready for a change.
  ///
  /// @throws BlockException when it cannot be; then it is as before
  default Prepared prepare(Node node, Node.NodeChange change) {
    return node.prepare(change);
  }
}
