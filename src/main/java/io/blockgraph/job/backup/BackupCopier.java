package io.blockgraph.job.backup;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Writeback;
import io.blockgraph.driver.ClusterSet;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.engine.NodeTraffic.Operation;
import io.blockgraph.job.JobError;
import io.blockgraph.job.copy.Bell;
import io.blockgraph.job.copy.CopyStep;
import io.blockgraph.job.copy.JobCopier;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Copies what clients have not made the filter copy already, from the beginning of the disk to its
/// end, until every cluster is dealt with. Any number of threads.
///
/// It works as a client does who is about to overwrite everything: by [CopyBeforeWrite#copy], which
/// keeps copiers and clients out of each other's clusters.
final class BackupCopier implements JobCopier {
  /// So often what was copied is sent on its way to the storage.
  private static final long WRITEBACK_BYTES = 32 << 20;

  /// So much that needs no reading is dealt with at once; clients who write there wait meanwhile.
  private static final long EMPTY_BYTES = 64 << 20;

  private final BackupPlan plan;
  private final Counted counted;
  private final BareTarget bare;
  private final Bell bell = new Bell();
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicLong written = new AtomicLong();
  private long cursor;
  private final @Nullable SourceDiscards discards;
  private volatile @Nullable CopyBeforeWrite moment;

  /// Where the bytes that are copied count.
  record Counted(NodeTraffic source, NodeTraffic target) {}

  BackupCopier(BackupPlan plan, Counted counted, BareTarget bare) {
    this.plan = plan;
    this.counted = counted;
    this.bare = bare;
    this.discards =
        plan.discardsSource() ? new SourceDiscards(plan.target().sizeBytes(), counted) : null;
  }

  @Override
  public Amount amount() {
    CopyBeforeWrite now = moment;
    long missing = now == null ? plan.wantedBytes() : now.kept().missingBytes();
    return new Amount(plan.wantedBytes() - missing, plan.sync() == BackupSync.NONE ? 0 : missing);
  }

  /// What is copied and has still to be discarded keeps the job from its end, too.
  @Override
  public long leftBytes() {
    long left = amount().leftBytes();
    return left == 0 && discards != null ? discards.owedBytes() : left;
  }

  @Override
  public boolean isClean() {
    return leftBytes() == 0;
  }

  @Override
  public Bell bell() {
    return bell;
  }

  @Override
  public Optional<JobError> hopeless() {
    CopyBeforeWrite now = moment;
    BlockException why = now == null ? null : now.broken();
    if (why != null) {
      boolean noSpace = why.kind() == BlockException.Kind.NO_SPACE;
      return Optional.of(
          JobError.of(
              noSpace ? JobError.NO_SPACE : JobError.IO_ERROR,
              "the point in time is lost: " + why.getMessage()));
    }
    return bare.backing()
        .map(
            backing ->
                JobError.of(
                    "TARGET_CHANGED",
                    "the target got the backing disk '"
                        + backing
                        + "' while it was written, which would show where the copy has holes"));
  }

  @Override
  public CopyStep step(BlockIo disk, MemorySegment buffer) {
    if (!(disk instanceof BackupTopDisk top)) {
      return new CopyStep.Gone();
    }
    moment = top.moment();
    if (plan.sync() == BackupSync.NONE || top.moment().broken() != null) {
      return new CopyStep.Idle();
    }
    CopyStep settled = settle(top);
    if (settled != null) {
      return settled;
    }
    ByteRange piece = next(top, buffer.byteSize());
    return piece.isEmpty() ? new CopyStep.Idle() : copy(top, piece, buffer);
  }

  private @Nullable CopyStep settle(BackupTopDisk top) {
    return discards == null ? null : discards.settle(top, top.moment().kept().missingBytes() == 0);
  }

  /// Clusters that are not dealt with; another may be at work on them when the end comes near.
  private ByteRange next(BackupTopDisk top, long chunkBytes) {
    ClusterSet kept = top.moment().kept();
    lock.lock();
    try {
      ByteRange run = kept.nextMissing(cursor, EMPTY_BYTES);
      if (run.isEmpty() && cursor > 0) {
        run = kept.nextMissing(0, EMPTY_BYTES);
      }
      ByteRange piece = run.isEmpty() ? run : first(top, run, chunkBytes);
      cursor = piece.end();
      if (discards != null) {
        discards.begun(piece);
      }
      return piece;
    } finally {
      lock.unlock();
    }
  }

  /// The first clusters of `run`: many where nothing has to be read, a chunk elsewhere.
  private ByteRange first(BackupTopDisk top, ByteRange run, long chunkBytes) {
    long cluster = top.moment().kept().clusterBytes();
    long empty = emptyBytes(top.source(), run);
    long whole = empty == run.length() ? empty : empty / cluster * cluster;
    long chunk = Math.max(cluster, chunkBytes / cluster * cluster);
    return new ByteRange(run.offset(), Math.min(run.length(), Math.max(whole, chunk)));
  }

  private long emptyBytes(BlockIo source, ByteRange run) {
    try {
      Extent first = Extents.of(source, run).getFirst();
      boolean below = plan.sync() == BackupSync.TOP && first.depth() != 0;
      return first.kind().readsAsZero() || below ? first.range().length() : 0;
    } catch (BlockException e) {
      return 0;
    }
  }

  private CopyStep copy(BackupTopDisk top, ByteRange piece, MemorySegment buffer) {
    CopyBeforeWrite.Tally tally = new CopyBeforeWrite.Tally();
    try {
      top.moment().copy(top.ends(), piece, buffer, tally);
    } catch (BlockException e) {
      if (discards != null) {
        discards.failed(piece);
      }
      return failed(tally, piece, e);
    }
    if (discards != null) {
      discards.copied(piece);
    }
    count(top, piece, tally);
    return new CopyStep.Copied(tally.readBytes());
  }

  /// Where in the piece each byte lay is not kept; as much as was moved counts from its beginning.
  private void count(BackupTopDisk top, ByteRange piece, CopyBeforeWrite.Tally tally) {
    if (tally.readBytes() > 0) {
      counted.source().count(Operation.READ, new ByteRange(piece.offset(), tally.readBytes()));
    }
    if (tally.writtenBytes() > 0) {
      counted.target().count(Operation.WRITE, new ByteRange(piece.offset(), tally.writtenBytes()));
    }
    if (tally.zeroedBytes() > 0) {
      counted
          .target()
          .count(Operation.WRITE_ZEROES, new ByteRange(piece.offset(), tally.zeroedBytes()));
    }
    long before = written.getAndAdd(tally.writtenBytes());
    if (before / WRITEBACK_BYTES != (before + tally.writtenBytes()) / WRITEBACK_BYTES) {
      Writeback.start(top.target());
    }
  }

  private CopyStep failed(CopyBeforeWrite.Tally tally, ByteRange piece, BlockException error) {
    if (tally.isAtTarget()) {
      counted.target().failed(Operation.WRITE, error.kind());
      return new CopyStep.Failed(CopyStep.Side.TARGET, piece, error);
    }
    counted.source().failed(Operation.READ, error.kind());
    return new CopyStep.Failed(CopyStep.Side.SOURCE, piece, error);
  }
}
