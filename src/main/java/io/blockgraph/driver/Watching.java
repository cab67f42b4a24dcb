package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;

/// A disk that shows another as it is and watches what is asked of it, to count it or to mark what
/// was written. Whoever looks for more than bytes, such as moments that are kept, looks beneath.
public interface Watching extends BlockIo {
  /// The disk that is shown.
  BlockIo watched();

  /// `disk` without all that only watches it.
  static BlockIo beneath(BlockIo disk) {
    BlockIo found = disk;
    while (found instanceof Watching watching) {
      found = watching.watched();
    }
    return found;
  }
}
