package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CopyOffload;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Writeback;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.engine.NodeTraffic.Operation;
import io.blockgraph.job.copy.Bell;
import io.blockgraph.job.copy.CopyStep;
import io.blockgraph.job.copy.CopyWorkers;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Copies dirty parts from source to target, one chunk at a time. Any number of threads, each with
/// a buffer of its own.
final class Copier implements CopyWorkers.Work {
  /// Above so many extents a chunk is read as a whole: one request is cheaper than many small ones.
  private static final int MANY_EXTENTS = 8;

  /// So often what was copied is sent on its way to the storage: a copy that is flushed in one go
  /// in the end has kept the storage idle before.
  private static final long WRITEBACK_BYTES = 32 << 20;

  /// File systems share whole blocks, of 4 KiB on all that can.
  private static final long SHARED_BYTES = 4096;

  private final Tracker tracker;
  private final Zeroable.Mode zeroMode;
  private final boolean mayShare;
  private final Counted counted;
  private final AtomicLong cursor = new AtomicLong();
  private final AtomicLong sweeps = new AtomicLong();
  private final AtomicLong firstInFlight = new AtomicLong();
  private final AtomicReference<@Nullable DirtyBitmap> failed = new AtomicReference<>();
  private final AtomicLong inFlight = new AtomicLong();
  private final AtomicLong done = new AtomicLong();

  Copier(Tracker tracker, MirrorRequest.Unmap unmap, Counted counted) {
    this.tracker = tracker;
    this.counted = counted;
    this.mayShare = unmap == MirrorRequest.Unmap.YES;
    this.zeroMode =
        tracker
            .clusters()
            .zeroMode(
                unmap == MirrorRequest.Unmap.YES
                    ? Zeroable.Mode.MAY_UNMAP
                    : Zeroable.Mode.KEEP_ALLOCATED);
  }

  /// Where the bytes that are copied count.
  record Counted(NodeTraffic source, NodeTraffic target) {}

  /// Bytes copied so far; what was copied again counts again.
  long doneBytes() {
    return done.get();
  }

  /// Rung when something has become dirty.
  @Override
  public Bell bell() {
    return tracker.work();
  }

  /// Whether nothing is dirty; it may be on its way.
  @Override
  public boolean isClean() {
    return tracker.bitmap().isClean();
  }

  /// Bytes that are dirty or being copied.
  long leftBytes() {
    return tracker.bitmap().dirtyBytes() + inFlight.get();
  }

  /// Whether everything was copied once, and nothing failed since without being copied later.
  boolean copiedAll() {
    DirtyBitmap missing = failed.get();
    return sweeps.get() > 0 && firstInFlight.get() == 0 && (missing == null || missing.isClean());
  }

  /// Whether the whole disk was gone through; the last chunks may still be on their way.
  boolean wentThrough() {
    return sweeps.get() > 0;
  }

  /// Copies the next dirty chunk that nobody works on, about as long as `buffer`.
  ///
  /// The caller is behind the job's gate: `disk` stays what it is until this returns.
  @Override
  public CopyStep step(BlockIo disk, MemorySegment buffer) {
    return disk instanceof MirrorTopDisk top ? step(top, buffer) : new CopyStep.Gone();
  }

  private CopyStep step(MirrorTopDisk disk, MemorySegment buffer) {
    // Counted before it is looked who is first: whoever sees the sweep over sees this step, too.
    firstInFlight.incrementAndGet();
    boolean first = sweeps.get() == 0;
    if (!first) {
      firstInFlight.decrementAndGet();
    }
    try {
      return copyNext(disk, buffer);
    } finally {
      if (first) {
        firstInFlight.decrementAndGet();
      }
    }
  }

  private CopyStep copyNext(MirrorTopDisk disk, MemorySegment buffer) {
    ByteRange chunk = claim(buffer.byteSize());
    if (chunk.isEmpty()) {
      return new CopyStep.Idle();
    }
    try {
      return copy(disk, chunk, buffer);
    } finally {
      inFlight.addAndGet(-chunk.length());
      tracker.locks().release(chunk);
    }
  }

  /// Takes a dirty chunk, with what has to be copied with it, and unmarks it; empty when there is
  /// none to take.
  private ByteRange claim(long maxBytes) {
    DirtyBitmap bitmap = tracker.bitmap();
    long from = cursor.get();
    boolean wrapped = false;
    while (true) {
      ByteRange chunk = tracker.clusters().widened(bitmap.nextDirty(from, maxBytes));
      if (chunk.isEmpty()) {
        if (wrapped) {
          return chunk;
        }
        wrapped = true;
        from = 0;
        sweeps.incrementAndGet();
      } else if (take(chunk)) {
        cursor.set(chunk.end());
        return chunk;
      } else {
        from = chunk.end();
      }
    }
  }

  private boolean take(ByteRange chunk) {
    if (!tracker.locks().tryTake(chunk)) {
      return false;
    }
    inFlight.addAndGet(chunk.length());
    if (tracker.bitmap().clear(chunk) > 0) {
      return true;
    }
    inFlight.addAndGet(-chunk.length());
    tracker.locks().release(chunk);
    return false;
  }

  private CopyStep copy(MirrorTopDisk disk, ByteRange chunk, MemorySegment buffer) {
    CopyStep.Side side = CopyStep.Side.TARGET;
    try {
      long offset = chunk.offset();
      while (offset < chunk.end()) {
        side = CopyStep.Side.TARGET;
        long end = Math.min(chunk.end(), offset + buffer.byteSize());
        Extent piece = firstPiece(disk.source(), ByteRange.between(offset, end));
        if (!offloaded(disk, piece)) {
          MemorySegment bytes = buffer.asSlice(0, piece.range().length());
          side = CopyStep.Side.SOURCE;
          boolean zero = readsAsZero(disk.source(), piece, bytes);
          side = CopyStep.Side.TARGET;
          put(disk.target(), piece.range(), zero, bytes);
        }
        offset = piece.range().end();
      }
      tracker.clusters().written(chunk);
      long before = done.getAndAdd(chunk.length());
      if (before / WRITEBACK_BYTES != (before + chunk.length()) / WRITEBACK_BYTES) {
        Writeback.start(disk.target());
      }
      DirtyBitmap missing = failed.get();
      if (missing != null) {
        missing.clear(chunk);
      }
      return new CopyStep.Copied(chunk.length());
    } catch (BlockException e) {
      switch (side) {
        case SOURCE -> counted.source().failed(Operation.READ, e.kind());
        case TARGET -> counted.target().failed(Operation.WRITE, e.kind());
      }
      tracker.bitmap().set(chunk);
      missing().set(chunk);
      return new CopyStep.Failed(side, chunk, e);
    }
  }

  /// What failed and was not copied since; most jobs never have one.
  private DirtyBitmap missing() {
    DirtyBitmap known = failed.get();
    if (known != null) {
      return known;
    }
    DirtyBitmap all = tracker.bitmap();
    DirtyBitmap fresh = new DirtyBitmap(all.sizeBytes(), all.granularityBytes());
    return failed.compareAndSet(null, fresh) ? fresh : missing();
  }

  private static Extent firstPiece(BlockIo source, ByteRange range) {
    List<Extent> extents = extents(source, range);
    boolean whole =
        extents.size() > MANY_EXTENTS
            || extents.stream().noneMatch(extent -> extent.kind().readsAsZero());
    return whole ? Extent.data(range) : extents.getFirst();
  }

  /// Who cannot tell is read.
  private static List<Extent> extents(BlockIo source, ByteRange range) {
    try {
      return Extents.of(source, range);
    } catch (BlockException e) {
      return List.of(Extent.data(range));
    }
  }

  /// Lets the storage copy what it can copy by itself. Where that is not possible the question
  /// costs one call. It takes over holes as they are, so only where zeroes may become holes.
  private boolean offloaded(MirrorTopDisk disk, Extent piece) {
    ByteRange range = piece.range();
    boolean done =
        mayShare
            && !piece.kind().readsAsZero()
            && (range.offset() | range.length()) % SHARED_BYTES == 0
            && CopyOffload.copy(disk.source(), disk.target(), range);
    if (done) {
      counted.source().count(Operation.READ, range);
      counted.target().count(Operation.WRITE, range);
    }
    return done;
  }

  private boolean readsAsZero(BlockIo source, Extent piece, MemorySegment into) {
    if (piece.kind().readsAsZero()) {
      return true;
    }
    source.read(piece.range().offset(), into);
    counted.source().count(Operation.READ, piece.range());
    return Zeroes.areIn(into);
  }

  private void put(BlockIo target, ByteRange range, boolean zero, MemorySegment bytes) {
    if (zero) {
      Zeroes.zero(target, range, zeroMode);
      counted.target().count(Operation.WRITE_ZEROES, range);
    } else {
      target.write(range.offset(), bytes);
      counted.target().count(Operation.WRITE, range);
    }
  }
}
