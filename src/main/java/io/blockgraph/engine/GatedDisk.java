package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.graph.NodeName;
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
  private final RequestTrouble trouble;
  private volatile Target target;

  /// The disk requests go to and the node it belongs to; one value, so that both always match.
  private record Target(NodeName node, BlockIo io) {
    RequestTrouble.Failure failed(
        String operation, long offset, long length, BlockException error) {
      return new RequestTrouble.Failure(node, operation, offset, length, error);
    }
  }

  GatedDisk(Gate gate, long gateDeadlineMs, RequestTrouble trouble, NodeName node, BlockIo io) {
    this.gate = gate;
    this.gateDeadlineMs = gateDeadlineMs;
    this.trouble = trouble;
    this.target = new Target(node, io);
  }

  /// From now on requests go to `other`; only while the gate is closed, or before anybody knows the
  /// disk.
  void turnTo(NodeName node, BlockIo other) {
    target = new Target(node, other);
  }

  /// The node is gone with its user: requests fail from now on.
  void turnTo(GoneDisk gone) {
    turnTo(target.node(), gone);
  }

  /// Several steps as one request: `request` gets the disk as it is bound now, and no change of the
  /// graph comes between.
  ///
  /// It must not use a disk of the same user, nor wait for anybody who may be held back at a gate.
  public <T> T call(Function<BlockIo, T> request) {
    BlockIo disk = enter().io();
    try {
      return request.apply(disk);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    Target at = enter();
    try {
      at.io().read(offset, into);
    } catch (BlockException e) {
      throw trouble.told(at.failed("read", offset, into.byteSize(), e));
    } finally {
      gate.exit();
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    Target at = enter();
    try {
      at.io().write(offset, from);
    } catch (BlockException e) {
      throw trouble.told(at.failed("write", offset, from.byteSize(), e));
    } finally {
      gate.exit();
    }
  }

  @Override
  public void flush() {
    Target at = enter();
    try {
      at.io().flush();
    } catch (BlockException e) {
      throw trouble.told(at.failed("flush", 0, 0, e));
    } finally {
      gate.exit();
    }
  }

  @Override
  public long sizeBytes() {
    BlockIo disk = enter().io();
    try {
      return disk.sizeBytes();
    } finally {
      gate.exit();
    }
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    Target at = enter();
    try {
      Zeroes.zero(at.io(), range, mode);
    } catch (BlockException e) {
      throw trouble.told(at.failed("write-zeroes", range.offset(), range.length(), e));
    } finally {
      gate.exit();
    }
  }

  @Override
  public void discard(ByteRange range) {
    Target at = enter();
    try {
      range.within(at.io().sizeBytes());
      if (at.io() instanceof Discardable d) {
        d.discard(range);
      }
    } catch (BlockException e) {
      throw trouble.told(at.failed("discard", range.offset(), range.length(), e));
    } finally {
      gate.exit();
    }
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    Target at = enter();
    try {
      return Extents.of(at.io(), range.within(at.io().sizeBytes()));
    } catch (BlockException e) {
      throw trouble.told(at.failed("extents", range.offset(), range.length(), e));
    } finally {
      gate.exit();
    }
  }

  private Target enter() {
    if (!gate.enter(gateDeadlineMs)) {
      throw new BlockException(
          BlockException.Kind.TIMEOUT,
          "a change of the graph has held this request back for " + gateDeadlineMs + " ms");
    }
    return target;
  }
}
