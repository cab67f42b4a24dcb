package io.blockgraph.rest;

/// An answer that has the difference it made to the graph in it, or would make.
interface WithDiff extends Revisioned {
  /// The difference.
  DiffView diff();

  @Override
  default long revision() {
    return diff().revision();
  }
}
