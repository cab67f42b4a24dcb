package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;

/// The disk behind one edge of a user. It follows the edge through every change of the graph; each
/// request sees exactly one graph. Any thread, but a request may not start another on the same user
/// from within.
///
/// It offers every ability: where the node has it not, zeroing writes zeroes, discarding does
/// nothing and everything is one extent of data.
public final class GatedDisk implements BlockIo, Zeroable, Discardable, Extents {
  private final Gate gate;
  private final long gateDeadlineMs;
  private volatile BlockIo io;

  GatedDisk(Gate gate, long gateDeadlineMs, BlockIo io) {
    this.gate = gate;
    this.gateDeadlineMs = gateDeadlineMs;
    this.io = io;
  }

  /// From now on requests go to `other`; only while the gate is closed, or before anybody knows the
  /// disk.
  void turnTo(BlockIo other) {
    io = other;
  }

  /// Several steps as one request: `request` gets the disk as it is bound now, and no change of the
  /// graph comes between.
  ///
  /// It must not use a disk of the same user, nor wait for anybody who may be held back at a gate.
  public <T> T call(Function<BlockIo, T> request) {
    BlockIo disk = enter();
    try {
      return request.apply(disk);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    BlockIo disk = enter();
    try {
      disk.read(offset, into);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    BlockIo disk = enter();
    try {
      disk.write(offset, from);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void flush() {
    BlockIo disk = enter();
    try {
      disk.flush();
    } finally {
      gate.exit();
    }
  }

  @Override
  public long sizeBytes() {
    BlockIo disk = enter();
    try {
      return disk.sizeBytes();
    } finally {
      gate.exit();
    }
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    BlockIo disk = enter();
    try {
      Zeroes.zero(disk, range, mode);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void discard(ByteRange range) {
    BlockIo disk = enter();
    try {
      range.within(disk.sizeBytes());
      if (disk instanceof Discardable d) {
        d.discard(range);
      }
    } finally {
      gate.exit();
    }
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    BlockIo disk = enter();
    try {
      return Extents.of(disk, range.within(disk.sizeBytes()));
    } finally {
      gate.exit();
    }
  }

  private BlockIo enter() {
    if (!gate.enter(gateDeadlineMs)) {
      throw new BlockException(
          BlockException.Kind.TIMEOUT,
          "a change of the graph has held this request back for " + gateDeadlineMs + " ms");
    }
    return io;
  }
}
