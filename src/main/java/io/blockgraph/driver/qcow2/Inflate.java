package io.blockgraph.driver.qcow2;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.blockgraph.block.BlockException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Turns the stored bytes of a compressed cluster into the cluster. Touches memory only; any
/// thread.
///
/// Never more than one cluster comes out of a compressed one, whatever its bytes say.
final class Inflate {
  private Inflate() {}

  /// Fills `plain`, which is one cluster, from what is stored at `offset` of the file.
  ///
  /// @throws BlockException IO when the bytes are broken
  static void fill(
      Compression compression, MemorySegment stored, MemorySegment plain, long offset) {
    ByteBuffer from = stored.asByteBuffer();
    ByteBuffer to = plain.asByteBuffer();
    switch (compression) {
      case ZLIB -> inflate(from, to, offset);
      case ZSTD -> unzstd(from, to, offset);
    }
    if (to.hasRemaining()) {
      throw broken(
          offset, "it holds " + to.position() + " bytes instead of " + to.capacity(), null);
    }
  }

  private static void inflate(ByteBuffer from, ByteBuffer to, long offset) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(from);
      while (to.hasRemaining() && !inflater.finished()) {
        int more = inflater.inflate(to);
        if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          return;
        }
      }
    } catch (DataFormatException e) {
      throw broken(offset, "it is no deflate data", e);
    } finally {
      inflater.end();
    }
  }

  private static void unzstd(ByteBuffer from, ByteBuffer to, long offset) {
    try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
      int before = -1;
      while (to.hasRemaining() && from.position() + to.position() > before) {
        before = from.position() + to.position();
        context.decompressDirectByteBufferStream(to, from);
      }
    } catch (ZstdException e) {
      throw broken(offset, "it is no zstd data", e);
    }
  }

  private static BlockException broken(long offset, String what, @Nullable Throwable cause) {
    return new BlockException(
        BlockException.Kind.IO, "the compressed cluster at offset " + offset + ": " + what, cause);
  }
}
