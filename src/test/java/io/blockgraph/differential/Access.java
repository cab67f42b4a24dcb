package io.blockgraph.differential;

/// Whether something may be written.
enum Access {
  WRITABLE,
  READ_ONLY
}
