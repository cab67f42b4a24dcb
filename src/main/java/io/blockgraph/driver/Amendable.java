package io.blockgraph.driver;

import io.blockgraph.graph.Options;

/// A disk whose image can be amended: keys, version, flags. What the disk shows stays.
public interface Amendable {
  /// Finds out whether these options can be followed, as far as that takes a moment; reads and
  /// changes nothing.
  ///
  /// @param options validated against [AmendableFormat#amendOptions]
  /// @throws io.blockgraph.block.BlockException INVALID or UNSUPPORTED naming what stands against
  ///   it
  Amendment amendment(Options options);

  /// A change of an image, thought of and not made.
  interface Amendment {
    /// Does a piece of what takes long and needs the disk, while others use it; called until it is
    /// false. A piece takes a moment.
    ///
    /// @param disk the one that was asked, as it is bound now
    /// @throws io.blockgraph.block.BlockException what went wrong below, or why it cannot be
    default boolean advance(Amendable disk) {
      return false;
    }

    /// How many bytes [#advance] has read by now, so that it is seen to go on.
    default long readBytes() {
      return 0;
    }

    /// Does what takes long and asks no disk.
    ///
    /// @throws io.blockgraph.block.BlockException INVALID when that shows that it cannot be
    default void compute() {}

    /// How many bytes are going to be written, as far as that is known by now.
    long bytes();

    /// Makes the change, durably; a crash leaves the image as it was or as it shall be. Only while
    /// no other request is under way, and after [#advance] and [#compute].
    ///
    /// @param disk the one that was asked, as it is bound now
    /// @throws io.blockgraph.block.BlockException what went wrong below, or why it cannot be
    void write(Amendable disk);
  }
}
