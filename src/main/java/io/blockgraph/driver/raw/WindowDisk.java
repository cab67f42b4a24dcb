package io.blockgraph.driver.raw;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CopyOffload;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.FilterDisk;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// A window into a file: every offset is moved, nothing outside can be reached.
final class WindowDisk extends FilterDisk implements CopyOffload {
  private final Window window;

  WindowDisk(BlockIo file, Window window) {
    super(file);
    this.window = window;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    child().read(window.offset() + offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    child().write(window.offset() + offset, from);
  }

  @Override
  public Optional<Place> place(ByteRange range) {
    return CopyOffload.placeIn(child(), moved(range));
  }

  @Override
  public long sizeBytes() {
    return window.sizeOver(child().sizeBytes());
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    super.zero(moved(range), mode);
  }

  @Override
  public void discard(ByteRange range) {
    discardBelow(moved(range));
  }

  private void discardBelow(ByteRange inFile) {
    if (child() instanceof Discardable discardable) {
      discardable.discard(inFile);
    }
  }

  @Override
  public void resize(long sizeBytes) {
    requirePossible(sizeBytes);
    super.resize(window.offset() + sizeBytes);
  }

  @Override
  public long lengthFor(long sizeBytes) {
    requirePossible(sizeBytes);
    return window.sizeOver(super.lengthFor(window.offset() + sizeBytes));
  }

  private void requirePossible(long sizeBytes) {
    if (window.size().isPresent()) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "a raw disk with the option 'size' has a fixed length of "
              + window.size().getAsLong()
              + " bytes");
    }
    if (sizeBytes < 0 || sizeBytes > Long.MAX_VALUE - window.offset()) {
      throw new BlockException(
          BlockException.Kind.INVALID, "a disk cannot have " + sizeBytes + " bytes");
    }
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    return Extents.of(child(), moved(range)).stream().map(this::movedBack).toList();
  }

  private ByteRange moved(ByteRange range) {
    range.within(sizeBytes());
    return new ByteRange(window.offset() + range.offset(), range.length());
  }

  private Extent movedBack(Extent extent) {
    ByteRange inFile = extent.range();
    ByteRange here = new ByteRange(inFile.offset() - window.offset(), inFile.length());
    return new Extent(here, extent.kind(), extent.depth(), extent.hostOffset());
  }
}
