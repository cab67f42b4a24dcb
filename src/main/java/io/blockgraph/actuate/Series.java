package io.blockgraph.actuate;

/// A part of what a scrape answers. Any thread; from memory, so that a scrape waits for nobody.
interface Series {
  /// Puts down what there is now.
  void collect(Sheet sheet);
}
