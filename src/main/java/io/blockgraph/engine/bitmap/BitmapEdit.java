package io.blockgraph.engine.bitmap;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
  /// @param taken gets the bits once the change is decided, while nobody writes yet; not if it is
  ///   given up
  record Lend(NodeName node, BitmapName bitmap, UserId user, Consumer<DirtyBits> taken)
      implements BitmapEdit {
    /// A loan to somebody who looks at the bitmap by himself.
    public Lend(NodeName node, BitmapName bitmap, UserId user) {
      this(node, bitmap, user, _ -> {});
    }
  }

  /// It is given back. It goes without a word when the bitmap is gone.
  record GiveBack(NodeName node, BitmapName bitmap, Settled settled) implements BitmapEdit {}

  /// What became of a bitmap that was lent. What was written since is in it in any case.
  sealed interface Settled {
    /// What it said is done with.
    Settled DONE_WITH = new DoneWith();

    /// It still holds.
    Settled STILL_HOLDS = new StillHolds();

    /// See [#DONE_WITH].
    record DoneWith() implements Settled {}

    /// See [#STILL_HOLDS].
    record StillHolds() implements Settled {}

    /// It is done with but for these parts, which may lie beyond what it said.
    ///
    /// @param rest asked when the work of the change is done
    record DoneBut(Supplier<DirtyBits> rest) implements Settled {}
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
