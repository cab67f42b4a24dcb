package io.blockgraph.engine.bitmap;

import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Optional;

/// One thing that a change does to a bitmap. Edits of one change are done in their order, at the
/// one moment when nobody writes, together with everything else in the change or not at all.
public sealed interface BitmapEdit {
  /// Where the bitmap is.
  NodeName node();

  /// Which one it is.
  BitmapName bitmap();

  /// A new bitmap with nothing in it.
  ///
  /// @param granularityBytes as in [io.blockgraph.block.DirtyBits#isGranularity]
  /// @param recording whether it is marked from now on
  /// @param lasting where it lives
  record Add(
      NodeName node,
      BitmapName bitmap,
      long granularityBytes,
      DirtyBitmap.Recording recording,
      DirtyBitmap.Lasting lasting)
      implements BitmapEdit {}

  /// The bitmap goes.
  record Remove(NodeName node, BitmapName bitmap) implements BitmapEdit {}

  /// Nothing is in it any more.
  record Clear(NodeName node, BitmapName bitmap) implements BitmapEdit {}

  /// It is marked from now on, or no more.
  record Switch(NodeName node, BitmapName bitmap, DirtyBitmap.Recording recording)
      implements BitmapEdit {}

  /// It gets all that is in the sources, too. Their granularities may differ, their disks are of
  /// one length.
  record Merge(NodeName node, BitmapName bitmap, List<Source> sources) implements BitmapEdit {
    /// Copies `sources`.
    public Merge {
      sources = List.copyOf(sources);
    }
  }

  /// A bitmap that is read.
  record Source(NodeName node, BitmapName bitmap) {}

  /// It is lent to a user, who reads what was written up to this moment. It does not change until
  /// it is given back; what is written meanwhile goes to a successor.
  ///
  /// @param user who has it; in the graph while it has it
  record Lend(NodeName node, BitmapName bitmap, UserId user) implements BitmapEdit {}

  /// It is given back. It goes without a word when the bitmap is gone.
  record GiveBack(NodeName node, BitmapName bitmap, Settled settled) implements BitmapEdit {}

  /// What became of a bitmap that was lent.
  enum Settled {
    /// What it said is done with: it keeps what was written since.
    DONE_WITH,
    /// It still holds, with what was written since.
    STILL_HOLDS
  }

  /// The bitmaps it reads, besides its own.
  default List<Source> read() {
    return this instanceof Merge merge ? merge.sources() : List.of();
  }

  /// To whom the bitmap goes, for a loan.
  default Optional<UserId> borrower() {
    return this instanceof Lend lend ? Optional.of(lend.user()) : Optional.empty();
  }
}
