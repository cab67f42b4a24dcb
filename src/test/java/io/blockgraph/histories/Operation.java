package io.blockgraph.histories;

/// Something that happens to a graph in the middle of its history.
interface Operation {
  /// Does it; the dice say how.
  void play(Stage stage, Dice dice);
}
