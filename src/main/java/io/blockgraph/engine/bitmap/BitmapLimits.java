package io.blockgraph.engine.bitmap;

/// The bounds of bitmaps.
///
/// @param bytesOfOne memory that one may take when the whole disk is written
/// @param bytesOfAll memory that all may take
/// @param perNode how many a node may have
public record BitmapLimits(long bytesOfOne, long bytesOfAll, int perNode) {
  /// What holds when nothing is configured: at 64 KiB a bit, 32 TiB of disk for one bitmap, and a
  /// quarter of the memory for all.
  public static final BitmapLimits DEFAULT =
      new BitmapLimits(64L << 20, Runtime.getRuntime().maxMemory() / 4, 1000);
}
