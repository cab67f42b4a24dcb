package io.blockgraph.driver.qcow2;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/// Turns a cluster into what is stored of it. Touches memory only; any thread.
final class Deflate {
  /// Readers have a window of so many bytes only, and the deflater of the JDK would look back
  /// further: it forgets what it saw after each.
  private static final int WINDOW_BYTES = 4096;

  private Deflate() {}

  /// Compresses `plain`, which is one cluster, into `stored`; answers how many bytes that are, 0
  /// when `stored` has no room for them.
  static int compress(Compression compression, MemorySegment plain, MemorySegment stored) {
    ByteBuffer from = plain.asByteBuffer();
    ByteBuffer to = stored.asByteBuffer();
    return switch (compression) {
      case ZLIB -> deflate(from, to);
      case ZSTD -> zstd(from, to);
    };
  }

  private static int deflate(ByteBuffer from, ByteBuffer to) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      int end = from.limit();
      while (from.position() < end) {
        from.limit(Math.min(end, from.position() + WINDOW_BYTES));
        deflater.setInput(from);
        if (from.limit() == end) {
          deflater.finish();
        }
        deflater.deflate(to, from.limit() == end ? Deflater.NO_FLUSH : Deflater.FULL_FLUSH);
        if (!to.hasRemaining()) {
          return 0;
        }
        from.limit(end);
      }
      return deflater.finished() ? to.position() : 0;
    } finally {
      deflater.end();
    }
  }

  private static int zstd(ByteBuffer from, ByteBuffer to) {
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      return context.compress(to, from);
    } catch (ZstdException e) {
      if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
        return 0;
      }
      throw new IllegalStateException("a cluster in memory cannot be compressed", e);
    }
  }
}
