package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Inflates the compressed grains of a VMDK extent and keeps the last ones, bounded. No locks; two
/// threads may inflate the same grain at once.
///
/// Never more than one grain comes out of a compressed one, whatever its bytes say.
final class VmdkGrains {
  private static final long KEPT_BYTES = 4 << 20;
  private static final int MARKER_BYTES = 12;

  private final VmdkHeader header;
  private final AtomicReferenceArray<@Nullable Grain> kept;

  private record Grain(BlockIo file, long place, long number, byte[] plain) {}

  VmdkGrains(VmdkHeader header) {
    this.header = header;
    this.kept = new AtomicReferenceArray<>(Math.clamp(KEPT_BYTES / header.grainBytes(), 2, 64));
  }

  /// The bytes of a grain that is stored at `place`; nobody writes to them.
  byte[] plain(BlockIo file, long place, long number) {
    int slot = (int) (number % kept.length());
    Grain grain = kept.get(slot);
    if (grain != null
        && grain.number == number
        && grain.place == place
        && grain.file.equals(file)) {
      return grain.plain;
    }
    byte[] plain = inflate(file, place, number);
    kept.set(slot, new Grain(file, place, number, plain));
    return plain;
  }

  private byte[] inflate(BlockIo file, long place, long number) {
    Fields marker = Fields.read(VmdkSparse.structure("grain marker"), file, place, MARKER_BYTES);
    long sector = number * (header.grainBytes() / VmdkDescriptor.SECTOR);
    long bytes = marker.u32(8);
    if (marker.i64(0) != sector || bytes == 0 || bytes > 2 * header.grainBytes()) {
      throw broken(number, place, "its marker is of another grain", null);
    }
    if (place + MARKER_BYTES > file.sizeBytes() - bytes) {
      throw broken(number, place, "the file ends within it", null);
    }
    byte[] stored = Fields.bytes(file, place + MARKER_BYTES, (int) bytes);
    byte[] plain = new byte[(int) header.grainBytes()];
    int length = inflate(stored, plain, number, place);
    long wanted = Math.min(plain.length, header.capacityBytes() - number * header.grainBytes());
    if (length < wanted) {
      throw broken(number, place, "it holds " + length + " bytes instead of " + wanted, null);
    }
    return plain;
  }

  private static int inflate(byte[] stored, byte[] plain, long number, long place) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(stored);
      int done = 0;
      while (done < plain.length && !inflater.finished()) {
        int more = inflater.inflate(plain, done, plain.length - done);
        if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          break;
        }
        done += more;
      }
      return done;
    } catch (DataFormatException e) {
      throw broken(number, place, "it is no zlib data", e);
    } finally {
      inflater.end();
    }
  }

  private static BlockException broken(
      long number, long place, String what, @Nullable Throwable cause) {
    return new BlockException(
        BlockException.Kind.CORRUPT,
        "vmdk grain " + number + ", compressed at offset " + place + ": " + what,
        cause);
  }
}
