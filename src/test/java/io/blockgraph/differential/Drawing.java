package io.blockgraph.differential;

/// Draws what is asked next. The same seed draws the same as long as both sides become the same.
interface Drawing {
  /// One more command for a graph that looks like this.
  Command next(Picture now);

  /// How many commands come first of which none is drawn.
  default int begins() {
    return 0;
  }
}
