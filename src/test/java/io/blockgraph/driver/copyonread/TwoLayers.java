package io.blockgraph.driver.copyonread;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Content;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// An overlay over a backing disk, byte by byte: each byte is up once it was written.
final class TwoLayers implements BlockIo, Zeroable, Discardable, Resizable, Extents {
  private final MemoryDisk top;
  private final MemoryDisk backing;
  private final BitSet up = new BitSet();
  private volatile Runnable beforeEachWrite = () -> {};

  TwoLayers(long sizeBytes) {
    top = new MemoryDisk(sizeBytes);
    backing = new MemoryDisk(sizeBytes);
  }

  MemoryDisk backing() {
    return backing;
  }

  synchronized boolean isUp(ByteRange range) {
    return up.nextClearBit((int) range.offset()) >= range.end();
  }

  synchronized int bytesUp() {
    return up.cardinality();
  }

  void beforeEachWrite(Runnable run) {
    beforeEachWrite = run;
  }

  @Override
  public synchronized void read(long offset, MemorySegment into) {
    top.read(offset, into);
    for (int i = 0; i < into.byteSize(); i++) {
      if (!up.get((int) offset + i) && offset + i < backing.sizeBytes()) {
        into.asSlice(i, 1).copyFrom(MemorySegment.ofArray(backing.content(offset + i, 1)));
      }
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    beforeEachWrite.run();
    synchronized (this) {
      top.write(offset, from);
      up.set((int) offset, (int) (offset + from.byteSize()));
    }
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    Content.write(this, range.within(sizeBytes()).offset(), new byte[(int) range.length()]);
  }

  @Override
  public void discard(ByteRange range) {
    zero(range, Mode.MAY_UNMAP);
  }

  @Override
  public void flush() {
    top.flush();
  }

  @Override
  public long sizeBytes() {
    return top.sizeBytes();
  }

  @Override
  public synchronized void resize(long sizeBytes) {
    long before = sizeBytes();
    top.resize(sizeBytes);
    if (sizeBytes > before) {
      up.set((int) before, (int) sizeBytes);
    }
  }

  @Override
  public synchronized List<Extent> extents(ByteRange range) {
    List<Extent> found = new ArrayList<>();
    int at = (int) range.offset();
    while (at < range.end() && found.size() < 2) {
      int change = up.get(at) ? up.nextClearBit(at) : up.nextSetBit(at);
      int end = change < 0 ? (int) range.end() : (int) Math.min(range.end(), change);
      Extent here = Extent.data(ByteRange.between(at, end));
      found.add(up.get(at) ? here : here.oneLayerDeeper());
      at = end;
    }
    return found;
  }
}
