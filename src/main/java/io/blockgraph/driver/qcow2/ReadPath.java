package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import java.lang.foreign.MemorySegment;

/// Reads what the guest sees. The caller has entered an epoch, so that no cluster found here is
/// used anew meanwhile.
final class ReadPath {
  private final ClusterMapping mapping;
  private final CompressedClusters compressed;

  ReadPath(ClusterMapping mapping, CompressedClusters compressed) {
    this.mapping = mapping;
    this.compressed = compressed;
  }

  /// Reads in the longest runs the tables allow, straight into the caller's memory.
  void read(Disks disks, long offset, MemorySegment into) {
    long length = into.byteSize();
    long done = 0;
    while (done < length) {
      Mapping run = mapping.find(disks, offset + done, length - done);
      if (run.kind == Mapping.Kind.COMPRESSED) {
        done += compressed.read(disks, run, offset + done, into.asSlice(done));
      } else {
        readRun(disks, offset + done, run, into.asSlice(done, run.bytes));
        done += run.bytes;
      }
    }
  }

  private void readRun(Disks disks, long offset, Mapping run, MemorySegment into) {
    switch (run.kind) {
      case DATA -> Disks.readPadded(disks.data(), run.hostOffset, into);
      case COMPRESSED -> throw new IllegalStateException("compressed clusters are read in rows");
      case ZERO, ZERO_ALLOCATED -> into.fill((byte) 0);
      case UNALLOCATED -> readBacking(disks, offset, into);
    }
  }

  private static void readBacking(Disks disks, long offset, MemorySegment into) {
    BlockIo backing = disks.backing();
    if (backing == null) {
      into.fill((byte) 0);
    } else {
      Disks.readPadded(backing, offset, into);
    }
  }

  /// Whether a run reads as zeroes, as far as the tables of this image tell.
  static boolean isZero(Disks disks, long offset, Mapping run) {
    return switch (run.kind) {
      case ZERO, ZERO_ALLOCATED -> true;
      case UNALLOCATED -> offset >= disks.backingBytes();
      case DATA, COMPRESSED -> false;
    };
  }
}
