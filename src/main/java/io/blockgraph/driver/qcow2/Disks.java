package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The disks an image works on, as bound by one view; handed down with each request.
///
/// @param file holds the image: its tables and, without a data file, the data
/// @param backing shows through where the image holds nothing
/// @param dataFile holds the data, for an image with an external data file
/// @param growth the lock under which all bindings of one image let its files grow: two of them
///   must not each set the length they saw fit
record Disks(BlockIo file, @Nullable BlockIo backing, @Nullable BlockIo dataFile, Object growth) {
  /// The growth of a file beyond what is needed at once, so that not every allocation changes its
  /// length.
  private static final long GROWTH_BYTES = 4L << 20;

  /// The disk that holds the guest's data.
  BlockIo data() {
    return dataFile == null ? file : dataFile;
  }

  /// Makes everything written durable, data first.
  void flush() {
    if (dataFile != null) {
      dataFile.flush();
    }
    file.flush();
  }

  /// The bytes of the backing disk that can show through.
  long backingBytes() {
    return backing == null ? 0 : backing.sizeBytes();
  }

  /// Reads from a disk as if it went on with zeroes behind its end.
  static void readPadded(BlockIo from, long offset, MemorySegment into) {
    long present = Math.clamp(from.sizeBytes() - offset, 0, into.byteSize());
    if (present == into.byteSize()) {
      from.read(offset, into);
      return;
    }
    if (present > 0) {
      from.read(offset, into.asSlice(0, present));
    }
    into.asSlice(present).fill((byte) 0);
  }

  /// Makes sure that one of these disks reaches at least to `end`: the file with some more, so that
  /// not every allocation changes its length; a data file exactly, as its length may be seen.
  void reach(BlockIo disk, long end) {
    if (end <= disk.sizeBytes()) {
      return;
    }
    synchronized (growth) {
      if (end <= disk.sizeBytes()) {
        return;
      }
      if (!(disk instanceof Resizable growable)) {
        throw new BlockException(
            BlockException.Kind.NO_SPACE,
            "the image needs "
                + end
                + " bytes; its disk has "
                + disk.sizeBytes()
                + " and cannot grow");
      }
      if (disk.equals(file)) {
        growable.makeRoom(Math.addExact(end, GROWTH_BYTES) & -GROWTH_BYTES);
      } else {
        growable.resize(end);
      }
    }
  }
}
