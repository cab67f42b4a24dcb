package io.blockgraph.driver;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A node whose image can keep dirty bitmaps.
///
/// What the image says of a bitmap is true, or the image says that it is not to be believed: the
/// node sees to it that the first write after a bitmap was stored says so, and stores all of them
/// again when it is closed or will only be read.
public interface BitmapKeeper {
  /// Why the image cannot keep bitmaps; empty when it can.
  Optional<String> bitmapObjection();

  /// The bitmaps that the image holds; only reads.
  ///
  /// @throws io.blockgraph.block.BlockException when they cannot be read
  List<KeptBitmap> storedBitmaps(Children children);

  /// Stores these bitmaps, durably, in place of those that the image holds. While no request is
  /// under way.
  ///
  /// @throws io.blockgraph.block.BlockException when they cannot be; then the image holds what it
  ///   held
  void storeBitmaps(Children children, List<KeptBitmap> bitmaps);

  /// Says where the bitmaps are found that are to be stored from now on, when they have to be.
  void followBitmaps(Supplier<List<KeptBitmap>> bitmaps);
}
