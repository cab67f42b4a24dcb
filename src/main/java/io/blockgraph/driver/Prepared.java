package io.blockgraph.driver;

/// A change of a node that is ready to be made. Exactly one of `commit` and `abort` is called in
/// the end.
public interface Prepared {
  /// Nothing to do.
  Prepared NOTHING = new Prepared() {};

  /// Called while no request is under way and before the commit point: write back what must be on
  /// disk before the change (tables of an image that loses WRITE).
  ///
  /// @throws io.blockgraph.block.BlockException then the change is given up
  default void settle() {}

  /// The change is decided. Cannot be refused; called again after a failure inside the engine it
  /// does nothing.
  default void commit() {}

  /// The change is given up: back to what was.
  default void abort() {}
}
