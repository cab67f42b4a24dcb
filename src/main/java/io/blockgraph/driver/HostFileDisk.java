package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// A host file as a disk, byte for byte, without a node: what an image is made, described and
/// checked through.
///
/// Threads and failures as for [HostFile]. Does not close the file.
public final class HostFileDisk implements BlockIo, Zeroable, Discardable, Resizable, Extents {
  private final HostFile file;

  /// A disk over `file`.
  public HostFileDisk(HostFile file) {
    this.file = file;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), file.sizeBytes());
    long got = file.read(offset, into);
    if (got < into.byteSize()) {
      throw new BlockException(
          BlockException.Kind.OUT_OF_RANGE,
          "the file ended at "
              + (offset + got)
              + " while it was read to "
              + (offset + into.byteSize()));
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), file.sizeBytes());
    file.write(offset, from);
  }

  @Override
  public void flush() {
    file.sync();
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public void resize(long sizeBytes) {
    file.truncate(sizeBytes);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(file.sizeBytes());
    boolean done = mode == Mode.KEEP_ALLOCATED ? file.zeroRange(range) : file.punchHole(range);
    if (done) {
      return;
    }
    if (mode == Mode.FAST_ONLY) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "the file system has no fast way to zero a range");
    }
    Zeroes.write(this, range);
  }

  @Override
  public void discard(ByteRange range) {
    file.punchHole(range.within(file.sizeBytes()));
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    List<Extent> found = new ArrayList<>();
    long at = range.offset();
    while (at < range.end() && found.size() < MAX_PER_CALL) {
      long data = Math.min(file.seekData(at), range.end());
      if (data > at) {
        found.add(Extent.hole(ByteRange.between(at, data)));
      }
      long hole = data < range.end() ? Math.min(file.seekHole(data), range.end()) : data;
      if (hole > data) {
        ByteRange stored = ByteRange.between(data, hole);
        found.add(new Extent(stored, Extent.Kind.DATA, 0, OptionalLong.of(data)));
      }
      at = hole;
    }
    return found;
  }
}
