package io.blockgraph.histories;

/// What is known of a node's content.
sealed interface Claim {
  /// It is what clients write to a disk.
  record Live(Root root) implements Claim {}

  /// It is these bytes, and nobody writes to it.
  record Still(byte[] content) implements Claim {}

  /// Nothing.
  record Unknown() implements Claim {}
}
