package io.blockgraph.driver.qcow2;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Reads compressed clusters. The last one is kept, so that small reads in a row decompress a
/// cluster once.
///
/// Never more than one cluster comes out of a compressed one, whatever its bytes say.
final class CompressedClusters {
  private final ImageState state;
  private final Geometry geometry;
  private volatile @Nullable Plain last;

  /// A decompressed cluster and the entry it belongs to.
  private record Plain(long entry, byte[] bytes) {}

  CompressedClusters(ImageState state) {
    this.state = state;
    this.geometry = state.geometry;
  }

  /// Reads from within a compressed cluster.
  ///
  /// @param entry its L2 entry
  /// @param within the first byte wanted, counted from the cluster's start
  void read(BlockIo file, long entry, long within, MemorySegment into) {
    Plain plain = last;
    if (plain == null || plain.entry != entry) {
      plain = new Plain(entry, decompress(file, entry));
      last = plain;
    }
    MemorySegment.copy(
        plain.bytes, (int) within, into, ValueLayout.JAVA_BYTE, 0, (int) into.byteSize());
  }

  /// Clusters may be used anew: what is kept may not be true any more.
  void forget() {
    last = null;
  }

  private byte[] decompress(BlockIo file, long entry) {
    long offset = L2Entry.compressedOffset(entry, geometry.clusterBits());
    int length = L2Entry.compressedBytes(entry, geometry.clusterBits());
    byte[] stored = new byte[length];
    readStored(file, offset, stored);
    byte[] plain = new byte[geometry.clusterSize()];
    int got =
        switch (geometry.compression()) {
          case ZLIB -> inflate(stored, plain, offset);
          case ZSTD -> unzstd(stored, plain, offset);
        };
    if (got != plain.length) {
      throw broken(offset, "it holds " + got + " bytes instead of " + plain.length, null);
    }
    return plain;
  }

  private void readStored(BlockIo file, long offset, byte[] stored) {
    try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
      int done = 0;
      while (done < stored.length) {
        int part = (int) Math.min(stored.length - done, lease.segment().byteSize());
        MemorySegment in = lease.first(part);
        Disks.readPadded(file, offset + done, in);
        MemorySegment.copy(in, ValueLayout.JAVA_BYTE, 0, stored, done, part);
        done += part;
      }
    }
  }

  private static int inflate(byte[] stored, byte[] plain, long offset) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(stored);
      int got = 0;
      while (got < plain.length && !inflater.finished()) {
        int more = inflater.inflate(plain, got, plain.length - got);
        if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          break;
        }
        got += more;
      }
      return got;
    } catch (DataFormatException e) {
      throw broken(offset, "it is no deflate data", e);
    } finally {
      inflater.end();
    }
  }

  private static int unzstd(byte[] stored, byte[] plain, long offset) {
    try (ZstdInputStreamNoFinalizer in =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(stored))) {
      return in.readNBytes(plain, 0, plain.length);
    } catch (IOException e) {
      throw broken(offset, "it is no zstd data", e);
    }
  }

  private static BlockException broken(long offset, String what, @Nullable Throwable cause) {
    return new BlockException(
        BlockException.Kind.IO, "the compressed cluster at offset " + offset + ": " + what, cause);
  }
}
