package io.blockgraph.rest;

/// An answer that was read at one revision of the graph; it is sent as the ETag.
interface Revisioned {
  /// The revision.
  long revision();
}
