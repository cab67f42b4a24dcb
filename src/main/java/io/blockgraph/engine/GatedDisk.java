package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.engine.NodeTraffic.Operation;
import io.blockgraph.graph.NodeName;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;

/// The disk behind one edge of a user. It follows the edge through every change of the graph; each
/// request sees exactly one graph. Any thread, but a request may not start another on the same user
/// from within.
///
/// It offers every ability: where the node has it not, zeroing writes zeroes, discarding does
/// nothing and everything is one extent of data. Requests are counted in the edge's [EdgeTraffic].
public final class GatedDisk implements BlockIo, Zeroable, Discardable, Extents {
  private final Gate gate;
  private final long gateDeadlineMs;
  private final RequestTrouble trouble;
  private volatile Target target;

  /// Where requests go; one value, so that its parts always match.
  ///
  /// @param node the node
  /// @param io the node as it is bound now
  /// @param traffic where the requests count
  record Target(NodeName node, BlockIo io, EdgeTraffic traffic) {
    /// A write is about to be made; the answer is to be given back when it has succeeded.
    private long beginWrite(long end) {
      if (traffic.isBeyondThreshold(end) && end <= io.sizeBytes()) {
        traffic.beyondThreshold(end);
      }
      return traffic.begin();
    }
  }

  GatedDisk(Gate gate, long gateDeadlineMs, RequestTrouble trouble, Target target) {
    this.gate = gate;
    this.gateDeadlineMs = gateDeadlineMs;
    this.trouble = trouble;
    this.target = target;
  }

  /// From now on requests go to `other`; only while the gate is closed, or before anybody knows the
  /// disk.
  void turnTo(Target other) {
    target = other;
  }

  /// The node is gone with its user: requests fail from now on.
  void turnTo(GoneDisk gone) {
    Target before = target;
    turnTo(new Target(before.node(), gone, before.traffic()));
  }

  /// Several steps as one request: `request` gets the disk as it is bound now, and no change of the
  /// graph comes between. Who uses this counts for himself, see [Traffic].
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
    long begun = at.traffic().begin();
    try {
      at.io().read(offset, into);
      at.traffic().served(Operation.READ, into.byteSize(), begun);
    } catch (BlockException e) {
      throw failed(at, new Request(Operation.READ, offset, into.byteSize()), e);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    Target at = enter();
    try {
      long begun = at.beginWrite(offset + from.byteSize());
      at.io().write(offset, from);
      at.traffic().wrote(offset, from.byteSize(), begun);
    } catch (BlockException e) {
      throw failed(at, new Request(Operation.WRITE, offset, from.byteSize()), e);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void flush() {
    Target at = enter();
    long begun = at.traffic().begin();
    try {
      at.io().flush();
      at.traffic().served(Operation.FLUSH, 0, begun);
    } catch (BlockException e) {
      throw failed(at, new Request(Operation.FLUSH, 0, 0), e);
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
      long begun = at.beginWrite(range.end());
      Zeroes.zero(at.io(), range, mode);
      at.traffic().wrote(Operation.WRITE_ZEROES, range, begun);
    } catch (BlockException e) {
      throw failed(at, new Request(Operation.WRITE_ZEROES, range.offset(), range.length()), e);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void discard(ByteRange range) {
    Target at = enter();
    long begun = at.traffic().begin();
    try {
      range.within(at.io().sizeBytes());
      if (at.io() instanceof Discardable d) {
        d.discard(range);
      }
      at.traffic().served(Operation.DISCARD, range.length(), begun);
    } catch (BlockException e) {
      throw failed(at, new Request(Operation.DISCARD, range.offset(), range.length()), e);
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
      throw trouble.told(
          new RequestTrouble.Failure(at.node(), "extents", range.offset(), range.length(), e));
    } finally {
      gate.exit();
    }
  }

  private record Request(Operation operation, long offset, long length) {}

  private BlockException failed(Target at, Request request, BlockException error) {
    at.traffic().failed(request.operation(), error.kind());
    return trouble.told(
        new RequestTrouble.Failure(
            at.node(), request.operation().word(), request.offset(), request.length(), error));
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
