package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;

/// Fills new clusters: the guest's bytes, and around them what was to be read there before.
///
///     headStart        dataStart            dataEnd           tailEnd
///        | what was there  |  the guest's bytes  |  what was there |
final class CopyOnWrite {
  private final ImageState state;
  private final ClusterMapping mapping;
  private final ReadPath reads;

  CopyOnWrite(ImageState state, ClusterMapping mapping, ReadPath reads) {
    this.state = state;
    this.mapping = mapping;
    this.reads = reads;
  }

  /// What to fill.
  ///
  /// @param headStart guest offset of the first byte to fill
  /// @param dataStart guest offset of the first byte of the request
  /// @param tailEnd guest offset behind the last byte to fill
  /// @param host where `headStart` lies in the file
  /// @param fresh whether the place reads as zeroes already
  record Area(long headStart, long dataStart, long tailEnd, long host, boolean fresh) {
    long bytes() {
      return tailEnd - headStart;
    }
  }

  /// Fills an area with `data` and what surrounds it.
  void fill(Disks disks, Area area, MemorySegment data) {
    long dataEnd = area.dataStart + data.byteSize();
    boolean head = needed(disks, area.headStart, area.dataStart, area.fresh);
    boolean tail = needed(disks, dataEnd, area.tailEnd, area.fresh);
    BlockIo out = disks.data();
    disks.reach(out, area.host + area.bytes());
    if ((head || tail) && area.bytes() <= state.geometry.clusterSize()) {
      assemble(disks, area, data);
      return;
    }
    if (head) {
      copy(disks, area.headStart, area.dataStart, area.host);
    }
    out.write(area.host + (area.dataStart - area.headStart), data);
    if (tail) {
      copy(disks, dataEnd, area.tailEnd, area.host + (dataEnd - area.headStart));
    }
  }

  /// Whether bytes have to be written at all: not where a fresh place reads as zeroes and zeroes
  /// belong.
  private boolean needed(Disks disks, long from, long to, boolean fresh) {
    if (from >= to) {
      return false;
    }
    if (!fresh) {
      return true;
    }
    long end = Math.min(to, state.sizeBytes());
    for (long at = from; at < end; ) {
      Mapping run = mapping.find(disks, at, end - at);
      if (!ReadPath.isZero(disks, at, run)) {
        return true;
      }
      at += run.bytes;
    }
    return false;
  }

  private void assemble(Disks disks, Area area, MemorySegment data) {
    long dataEnd = area.dataStart + data.byteSize();
    try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
      MemorySegment whole = lease.first(area.bytes());
      long headBytes = area.dataStart - area.headStart;
      readBefore(disks, area.headStart, whole.asSlice(0, headBytes));
      MemorySegment.copy(data, 0, whole, headBytes, data.byteSize());
      readBefore(disks, dataEnd, whole.asSlice(dataEnd - area.headStart));
      disks.data().write(area.host, whole);
    }
  }

  private void copy(Disks disks, long from, long to, long host) {
    try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
      for (long at = from; at < to; ) {
        long part = Math.min(to - at, lease.segment().byteSize());
        MemorySegment bytes = lease.first(part);
        readBefore(disks, at, bytes);
        disks.data().write(host + (at - from), bytes);
        at += part;
      }
    }
  }

  /// Reads what the guest saw; zeroes behind the disk's end, so that growing it shows nothing old.
  private void readBefore(Disks disks, long from, MemorySegment into) {
    long within = Math.clamp(state.sizeBytes() - from, 0, into.byteSize());
    if (within > 0) {
      reads.read(disks, from, into.asSlice(0, within));
    }
    into.asSlice(within).fill((byte) 0);
  }
}
