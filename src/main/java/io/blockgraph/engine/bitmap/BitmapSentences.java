package io.blockgraph.engine.bitmap;

/// Refusals in words. Pure.
public final class BitmapSentences {
  private BitmapSentences() {}

  /// One sentence with the names and numbers, without a full stop.
  public static String of(BitmapRefusal refusal) {
    return switch (refusal) {
      case BitmapRefusal.NotFound(var node, var bitmap) ->
          "node '" + node + "' has no bitmap '" + bitmap + "'";
      case BitmapRefusal.NameInUse(var node, var bitmap) ->
          "node '" + node + "' has a bitmap '" + bitmap + "' already";
      case BitmapRefusal.Busy(var node, var bitmap, var user) ->
          "bitmap '" + bitmap + "' of node '" + node + "' is in use by '" + user + "'";
      case BitmapRefusal.Inconsistent(var node, var bitmap) ->
          "bitmap '%s' of node '%s' was not written back when the image was last used, and does not know of every write"
              .formatted(bitmap, node);
      case BitmapRefusal.Unsupported(var node, String reason) ->
          "node '" + node + "' cannot have this bitmap: " + reason;
      case BitmapRefusal.ReadOnly(var node, var bitmap) ->
          "bitmap '%s' lives in the image of node '%s', which is read-only".formatted(bitmap, node);
      case BitmapRefusal.SizesDiffer(var node, long bytes, var source, long sourceBytes) ->
          "node '%s' has %d bytes, node '%s' with the bitmap that is read has %d"
              .formatted(node, bytes, source, sourceBytes);
      case BitmapRefusal.TooLarge(var node, long wanted, long allowed) ->
          "the bitmap of node '%s' could take %d bytes of memory; %d are allowed"
              .formatted(node, wanted, allowed);
    };
  }
}
