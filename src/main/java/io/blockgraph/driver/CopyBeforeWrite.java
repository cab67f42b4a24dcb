package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Extent;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroable;
import io.blockgraph.graph.NodeName;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps how a disk looked at one moment: what is about to change is copied to another disk first,
/// each cluster once. Any thread; it is given the disks with each call, as they are bound then.
///
/// ```
/// write ──> is its cluster kept? ──yes──────────────────────────────> file
///                 │ no                                                 ^
///                 └─> claim the cluster alone ─> read file ─> write target ─> it is kept
///
/// read of the past: share the cluster ─> kept? target : file
/// ```
///
/// Why the past stays what it was:
///
/// - A cluster of the file changes only after it is kept, and it becomes kept only under a claim
///   that nobody shares, once all of it is on the target. So whoever shares a claim and finds a
///   cluster not kept reads old bytes from the file until he lets go.
/// - Nothing is copied over a kept cluster: what is on the target then stays there.
/// - When the moment cannot be kept, that is set down before the file changes, and whoever reads
///   looks after he has read.
/// - The moment is as long as the file was then. What comes behind that later is no part of it: it
///   changes without a copy, also within the last cluster, which ends where the moment ends.
public final class CopyBeforeWrite {
  private static final long BUFFER_BYTES = 256 << 10;

  private static final long NO_LIMIT_MS = 60_000;

  private final Terms terms;
  private final ClusterSet kept;
  private final RangeLocks locks;
  private final Consumer<BlockException> onBroken;
  private final AtomicReference<@Nullable BlockException> broken = new AtomicReference<>();

  /// What does not belong to the moment.
  private final ClusterSet left;

  /// What becomes of a write whose old bytes cannot be copied.
  public enum OnError {
    /// It fails, and the moment is kept.
    BREAK_GUEST_WRITE,
    /// It goes on, and the moment is lost.
    BREAK_SNAPSHOT
  }

  /// What is copied of a cluster before it changes.
  public enum Part {
    /// All that is read there.
    ALL,
    /// All that is read there, if a part of it is the disk's own and not its backing disk's; else
    /// nothing.
    OWN_LAYER
  }

  /// On which terms a moment is kept.
  ///
  /// @param clusterBytes how much is copied at once, a power of two
  /// @param part what is copied
  /// @param onError what becomes of a write that cannot be preceded by a copy
  /// @param timeoutMs how long a write waits for others that copy; 0 for 60 seconds
  /// @param zeroes how zeroes are written to the target
  /// @param readers whether readers of the target itself are waited for
  public record Terms(
      long clusterBytes,
      Part part,
      OnError onError,
      long timeoutMs,
      Zeroable.Mode zeroes,
      Readers readers) {}

  /// Whether somebody may read the target itself and find what backs it there: the file. Who has
  /// found nothing on the target may be about to read the file instead.
  public enum Readers {
    /// Before the file changes, requests that are under way on the target end.
    AWAITED,
    /// The file does not back the target.
    NONE
  }

  /// The disks, as they are bound now.
  ///
  /// @param file the disk whose past is kept
  /// @param target where it is kept
  public record Ends(BlockIo file, BlockIo target) {}

  /// What a copy has done so far, and which disk is asked. One thread.
  public static final class Tally {
    private boolean atTarget;
    private long readBytes;
    private long writtenBytes;
    private long zeroedBytes;

    /// Whether the target was asked last, and not the file.
    public boolean isAtTarget() {
      return atTarget;
    }

    /// Bytes read from the file, or taken over by the storage.
    public long readBytes() {
      return readBytes;
    }

    /// Bytes of data on the target.
    public long writtenBytes() {
      return writtenBytes;
    }

    /// Bytes that the target was told to be zero.
    public long zeroedBytes() {
      return zeroedBytes;
    }

    /// From now on the file is asked.
    void atFile() {
      atTarget = false;
    }

    /// From now on the target is asked.
    void atTarget() {
      atTarget = true;
    }

    /// The file was read, or its storage is shared.
    void read(long bytes) {
      readBytes += bytes;
    }

    /// The target got data.
    void written(long bytes) {
      writtenBytes += bytes;
    }

    /// The target was told of zeroes.
    void zeroed(long bytes) {
      zeroedBytes += bytes;
    }
  }

  /// Nothing is kept yet: the moment is now.
  ///
  /// @param onBroken told, once, why the moment is lost
  public CopyBeforeWrite(long sizeBytes, Terms terms, Consumer<BlockException> onBroken) {
    this.terms = terms;
    this.kept = new ClusterSet(sizeBytes, terms.clusterBytes());
    this.left = new ClusterSet(sizeBytes, terms.clusterBytes());
    this.locks = new RangeLocks(terms.timeoutMs() == 0 ? NO_LIMIT_MS : terms.timeoutMs());
    this.onBroken = onBroken;
  }

  /// How long the disk was at the moment; the target is as long, and the file never shorter.
  public long sizeBytes() {
    return kept.sizeBytes();
  }

  /// Asks whether the disk is as long as the moment.
  ///
  /// @param filter who keeps the moment, for the message
  /// @throws BlockException SIZE_MISMATCH
  public void requireLength(NodeName filter, long fileBytes) {
    if (fileBytes != sizeBytes()) {
      throw new BlockException(
          BlockException.Kind.SIZE_MISMATCH,
          "node '"
              + filter
              + "' keeps a point in time of "
              + sizeBytes()
              + " bytes, and its disk has become "
              + fileBytes
              + " bytes long before that began");
    }
  }

  /// The clusters that have been dealt with: copied, or not to be copied.
  public ClusterSet kept() {
    return kept;
  }

  /// Keeps of the moment no more than what is dirty in `bits`: the rest is not copied, and cannot
  /// be seen. To be called before anything is copied, while nobody writes.
  public void keepOnly(DirtyBits bits) {
    left.addAllBut(bits);
    kept.addAllBut(bits);
  }

  /// How much of `range` from its beginning on belongs to the moment; with nothing at all it fails.
  public ByteRange seen(ByteRange range) {
    if (left.isEmpty() || range.isEmpty()) {
      return range;
    }
    ByteRange belongs =
        left.nextMissing(range.offset(), left.around(range).length()).intersect(range);
    if (belongs.isEmpty() || belongs.offset() != range.offset()) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "the past of offset "
              + range.offset()
              + " is not kept: a bitmap left it out, or a backup discarded it");
    }
    return belongs;
  }

  /// Whole clusters no longer belong to the moment; `free` is called while nobody looks at them.
  /// Answers how many bytes did.
  public long letGo(ByteRange clusters, Runnable free) {
    try (RangeLocks.Held _ = locks.exclude(clusters)) {
      long gone = left.add(clusters);
      free.run();
      kept.add(clusters);
      return gone;
    }
  }

  private void requireSeen(ByteRange range) {
    ByteRange rest = range;
    while (!rest.isEmpty()) {
      rest = ByteRange.between(seen(rest).end(), range.end());
    }
  }

  /// Why the moment is lost, if it is.
  public @Nullable BlockException broken() {
    return broken.get();
  }

  /// The moment is lost for the reason given; nothing is copied any more.
  public void breakOff(BlockException why) {
    if (broken.compareAndSet(null, why)) {
      onBroken.accept(why);
    }
  }

  /// To be called before a byte of `range` changes.
  ///
  /// @throws BlockException when it must not change, because its old bytes could not be copied
  public void beforeChange(Ends ends, ByteRange range) {
    ByteRange old = kept.part(range);
    if (broken.get() != null || kept.containsAll(old)) {
      return;
    }
    try (ScratchBuffers.Lease lease = ScratchBuffers.shared(BUFFER_BYTES).borrow()) {
      copy(ends, old, lease.segment(), new Tally());
    } catch (BlockException e) {
      BlockException why = notKept(old, e);
      if (terms.onError() == OnError.BREAK_GUEST_WRITE) {
        throw why;
      }
      breakOff(why);
    }
  }

  private static BlockException notKept(ByteRange range, BlockException cause) {
    return new BlockException(
        cause.kind(),
        "offset "
            + range.offset()
            + ", length "
            + range.length()
            + " could not be copied before it is overwritten: "
            + cause.getMessage(),
        cause);
  }

  /// Copies the clusters that `range` has a byte of and that are not kept yet.
  ///
  /// @param buffer what is read goes through it
  /// @throws BlockException when they could not be copied; then they are not kept
  public void copy(Ends ends, ByteRange range, MemorySegment buffer, Tally tally) {
    ByteRange clusters = kept.around(range);
    RangeCopy.Manner manner = new RangeCopy.Manner(kept.clusterBytes(), terms.zeroes());
    RangeCopy copy = new RangeCopy(ends, manner, buffer, tally);
    try (RangeLocks.Held _ = locks.exclude(clusters)) {
      ByteRange missing = nextMissing(clusters.offset(), clusters);
      while (!missing.isEmpty()) {
        toCopy(ends.file(), missing).forEach(copy::run);
        awaitReaders(ends.target(), tally);
        kept.add(missing);
        missing = nextMissing(missing.end(), clusters);
      }
    }
  }

  private ByteRange nextMissing(long from, ByteRange within) {
    return kept.nextMissing(from, within.length()).intersect(within);
  }

  private void awaitReaders(BlockIo target, Tally tally) {
    tally.atTarget();
    if (terms.readers() == Readers.AWAITED) {
      long deadlineMs = terms.timeoutMs() == 0 ? NO_LIMIT_MS : terms.timeoutMs();
      Barriers.of(target).ifPresent(barrier -> barrier.awaitRequests(deadlineMs));
    }
  }

  private List<ByteRange> toCopy(BlockIo file, ByteRange clusters) {
    if (terms.part() == Part.ALL) {
      return List.of(clusters);
    }
    List<ByteRange> own = new ArrayList<>();
    ByteRange left = clusters;
    while (!left.isEmpty()) {
      List<Extent> extents = RangeCopy.extents(file, left);
      for (Extent extent : extents) {
        long from = own.isEmpty() ? clusters.offset() : own.getLast().end();
        ByteRange wanted = kept.around(extent.range());
        if (extent.depth() == 0 && wanted.end() > from) {
          own.add(ByteRange.between(Math.max(from, wanted.offset()), wanted.end()));
        }
      }
      left = ByteRange.between(extents.getLast().range().end(), clusters.end());
    }
    return own;
  }

  /// Lets `look` see where the past of `range` is: each part, and the disk that shows it. While it
  /// looks, nothing of that changes.
  ///
  /// @throws BlockException when the moment is lost, also when it is lost meanwhile, or when a part
  ///   of `range` does not belong to it
  public void past(Ends ends, ByteRange range, Looking look) {
    requireKept();
    try (RangeLocks.Held _ = locks.share(kept.around(range))) {
      requireSeen(range);
      long at = range.offset();
      while (at < range.end()) {
        ByteRange missing = kept.nextMissing(at, range.end() - at);
        long keptEnd = Math.min(range.end(), Math.max(at, missing.offset()));
        if (keptEnd > at) {
          look.at(ByteRange.between(at, keptEnd), ends.target());
        }
        long missingEnd = Math.min(range.end(), missing.end());
        if (missingEnd > keptEnd) {
          look.at(ByteRange.between(keptEnd, missingEnd), ends.file());
        }
        at = Math.max(keptEnd, missingEnd);
      }
    }
    requireKept();
  }

  /// What is done with a part of the past.
  public interface Looking {
    /// The past of `part` is what `disk` shows there.
    void at(ByteRange part, BlockIo disk);
  }

  private void requireKept() {
    BlockException why = broken.get();
    if (why != null) {
      throw new BlockException(
          BlockException.Kind.IO, "the point in time is lost: " + why.getMessage(), why);
    }
  }
}
