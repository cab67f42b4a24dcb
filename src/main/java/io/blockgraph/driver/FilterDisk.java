package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Clustered;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Writeback;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A filter's disk: shows its child, with everything the child can do. A filter overrides what it
/// is there for.
///
/// Where the child lacks an ability, the best that is true is done: zeroes are written, a discard
/// is passed over (it is a hint), all extents are data, and a change of length is refused with
/// UNSUPPORTED.
public abstract class FilterDisk
    implements BlockIo, Clustered, Zeroable, Discardable, Resizable, Extents, Writeback {
  private final BlockIo child;

  /// A disk that shows `child`.
  protected FilterDisk(BlockIo child) {
    this.child = child;
  }

  /// The disk that is shown.
  protected final BlockIo child() {
    return child;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    child.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    child.write(offset, from);
  }

  @Override
  public void flush() {
    child.flush();
  }

  @Override
  public void startWriteback() {
    Writeback.start(child);
  }

  @Override
  public long sizeBytes() {
    return child.sizeBytes();
  }

  @Override
  public long clusterBytes() {
    return Clustered.clusterBytes(child);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    Zeroes.zero(child, range, mode);
  }

  @Override
  public void discard(ByteRange range) {
    if (child instanceof Discardable discardable) {
      discardable.discard(range);
    } else {
      range.within(sizeBytes());
    }
  }

  @Override
  public void resize(long sizeBytes) {
    resizableChild().resize(sizeBytes);
  }

  /// [#makeRoom] of the child, for a filter whose [#resize] is no more than the child's.
  protected final void makeRoomBelow(long sizeBytes) {
    resizableChild().makeRoom(sizeBytes);
  }

  @Override
  public long lengthFor(long sizeBytes) {
    return resizableChild().lengthFor(sizeBytes);
  }

  private Resizable resizableChild() {
    if (child instanceof Resizable resizable) {
      return resizable;
    }
    throw new BlockException(
        BlockException.Kind.UNSUPPORTED, "the disk below the filter has a fixed length");
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    // The child checks the others: were it done here, each filter of many would ask all below it.
    return Extents.of(child, range.isEmpty() ? range.within(sizeBytes()) : range);
  }
}
