package io.blockgraph.driver;

/// What opening a node takes that is long and asks no disk, such as trying a password. One thread
/// at a time.
public interface Groundwork extends AutoCloseable {
  /// Does it; once.
  ///
  /// @throws io.blockgraph.block.BlockException why the node cannot be opened
  void lay();

  /// Whether it is of what `other` is of: the same bytes on the disk, the same secrets.
  boolean isFor(Groundwork other);

  /// Forgets all of it, and secrets for good.
  @Override
  void close();
}
