package io.blockgraph.driver;

/// The ability of a driver whose nodes take long to open to have most of that done before, when
/// nobody waits for it.
///
/// ```
/// [#groundwork] of the disks as they are ─> [Groundwork#lay] ─> [#groundwork] anew, is it the same? ─> [#open]
/// ```
public interface SlowToOpen {
  /// What is to be done before a node can be opened, by what its disks hold now. Reads, and is soon
  /// done. To be closed by the caller.
  ///
  /// @throws io.blockgraph.block.BlockException as [Driver#open] would
  Groundwork groundwork(Opening opening);

  /// Opens a node.
  ///
  /// @param laid groundwork that was laid, of what the disks hold now; remains the caller's
  /// @throws io.blockgraph.block.BlockException as [Driver#open] would
  Node open(Opening opening, Groundwork laid);
}
