package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Writeback;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.engine.NodeTraffic.Operation;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Copies what some layers of a backing chain hold into one disk of the same chain, once. Any
/// number of threads, each with a buffer of its own.
///
/// Why no write of a client is lost: a piece is claimed before it is asked which of it has to be
/// copied, and until the copy is written; whoever writes to the target shares his range with other
/// writers, but not with a copier. So a copy is only ever written where nobody has written, and
/// changes nothing that anybody can see: the bytes are those that were read there before.
public final class ChainCopier implements JobCopier {
  /// So often what was copied is sent on its way to the storage.
  private static final long WRITEBACK_BYTES = 32 << 20;

  private final ChainLayers layers;
  private final ChainSurvey survey;
  private final Way way;
  private final Bell bell = new Bell();
  private final AtomicReference<CopyStep.@Nullable Failed> skipped = new AtomicReference<>();

  /// How it is copied.
  ///
  /// @param zeroes how zeroes are written
  /// @param onFailure what becomes of a piece that could not be copied and is not the end of the
  ///   job
  /// @param source where what is read counts
  /// @param target where what is written counts
  public record Way(
      Zeroable.Mode zeroes, OnFailure onFailure, NodeTraffic source, NodeTraffic target) {}

  /// What becomes of a piece that could not be copied.
  public enum OnFailure {
    /// It is tried again, after all others.
    AGAIN,
    /// It is left out, and the job has no result in the end.
    LEFT_OUT
  }

  /// A copier that has not begun.
  public ChainCopier(ChainLayers layers, long sizeBytes, Way way) {
    this.layers = layers;
    this.survey = new ChainSurvey(layers, sizeBytes);
    this.way = way;
  }

  @Override
  public Amount amount() {
    return survey.amount();
  }

  /// Nobody makes work for this copier but the disks themselves: what others do while it waits is
  /// looked at when it is asked the next time.
  @Override
  public Bell bell() {
    return bell;
  }

  @Override
  public boolean isClean() {
    return leftBytes() == 0;
  }

  @Override
  public boolean leavesOut() {
    return way.onFailure() == OnFailure.LEFT_OUT;
  }

  @Override
  public CopyStep.@Nullable Failed leftOut() {
    return skipped.get();
  }

  @Override
  public CopyStep step(BlockIo disk, MemorySegment buffer) {
    if (!(disk instanceof ChainTop top)) {
      return new CopyStep.Gone();
    }
    top.takeMissed().forEach(survey::more);
    BlockException unseen = top.takeFailure();
    if (unseen != null) {
      return new CopyStep.Failed(
          CopyStep.Side.TARGET, new ByteRange(0, top.source().sizeBytes()), unseen);
    }
    ByteRange piece = survey.next(top.source(), buffer.byteSize());
    return piece.isEmpty() ? new CopyStep.Idle() : copy(top, piece, buffer);
  }

  private CopyStep copy(ChainTop top, ByteRange piece, MemorySegment buffer) {
    Progress at = new Progress();
    try (RangeLocks.Held _ = top.claim(piece)) {
      ByteRange left = piece;
      while (!left.isEmpty()) {
        at.side = CopyStep.Side.SOURCE;
        List<Extent> extents = Extents.of(top.source(), left);
        for (Extent extent : extents) {
          Optional<ByteRange> wanted = layers.wanted(extent);
          if (wanted.isPresent()) {
            copy(top, new Part(wanted.get(), extent.kind().readsAsZero()), buffer, at);
          }
        }
        left = ByteRange.between(extents.getLast().range().end(), piece.end());
      }
    } catch (BlockException e) {
      return failed(new CopyStep.Failed(at.side, piece, e));
    }
    sendOnItsWay(top.target(), survey.copied(piece), piece.length());
    return new CopyStep.Copied(piece.length());
  }

  /// Which disk is asked right now.
  private static final class Progress {
    private CopyStep.Side side = CopyStep.Side.SOURCE;
  }

  private record Part(ByteRange range, boolean zero) {}

  private void copy(ChainTop top, Part part, MemorySegment buffer, Progress at) {
    ByteRange range = part.range();
    MemorySegment bytes = buffer.asSlice(0, range.length());
    boolean zero = part.zero();
    if (!zero) {
      at.side = CopyStep.Side.SOURCE;
      top.source().read(range.offset(), bytes);
      way.source().count(Operation.READ, range);
      zero = Zeroes.areIn(bytes);
    }
    at.side = CopyStep.Side.TARGET;
    if (!zero) {
      top.target().write(range.offset(), bytes);
      way.target().count(Operation.WRITE, range);
    } else if (layers.under() == ChainLayers.Under.DATA) {
      Zeroes.zero(top.target(), range, way.zeroes());
      way.target().count(Operation.WRITE_ZEROES, range);
    }
  }

  private static void sendOnItsWay(BlockIo target, long before, long bytes) {
    if (before / WRITEBACK_BYTES != (before + bytes) / WRITEBACK_BYTES) {
      Writeback.start(target);
    }
  }

  private CopyStep failed(CopyStep.Failed failed) {
    switch (failed.side()) {
      case SOURCE -> way.source().failed(Operation.READ, failed.error().kind());
      case TARGET -> way.target().failed(Operation.WRITE, failed.error().kind());
    }
    if (way.onFailure() == OnFailure.LEFT_OUT) {
      skipped.compareAndSet(null, failed);
      survey.leftOut(failed.range());
    } else {
      survey.again(failed.range());
    }
    return failed;
  }
}
