package io.blockgraph.block;

/// A disk whose image names its backing disk for other programs, and can name another.
public interface Relinkable {
  /// Names another backing disk, durably. What the disk shows does not change. Only while no other
  /// request is under way.
  ///
  /// @throws BlockException INVALID when the name does not fit into the image; then the image says
  ///   what it said before
  void link(BackingLink link);

  /// Names none, durably: there is no backing disk any more. As for [#link], what the disk shows
  /// does not change.
  void unlink();
}
