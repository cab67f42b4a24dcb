package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.driver.qcow2.PendingFrees.Freed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Brings changed tables into the file, in an order in which a crash between any two steps leaks clusters at most.
///
///     take, with the metadata lock: copies of all changed tables, and the clusters that became unused
///     1  refcount blocks                              }  more than is used is counted: a leak at most
///     2  flush, refcount table                        }  only when there are new blocks
///     3  flush: refcounts and data are durable
///     4  L2 tables, L1 table                             now the data is reachable
///     5  flush: the change is durable, nothing in the file points to the unused clusters any more; left to the next
///        flush when nobody waits for the change and no cluster is unused
///     6  their refcounts go down in memory, once the requests that may use them have ended
///
/// Requests go on meanwhile: they change the tables in memory, and their changes are taken by the next write-back.
/// One write-back runs at a time; a flush that waited for one that began after its arrival has nothing left to do.
final class WriteBack {
  /// So many runs of unused clusters at most wait for a write-back that nobody asks for.
  private static final int MAX_UNUSED = 1024;

  private final ImageState state;
  private final Corruption corruption;
  private final ClusterAllocator allocator;

  /// One write-back at a time; taken before the metadata lock.
  final ReentrantLock turn = new ReentrantLock();

  /// What a write-back is for.
  private enum Purpose {
    /// What is in memory shall become durable.
    FLUSH,
    /// So shall all that is otherwise written late: it is the end of writing.
    END,
    /// There shall be less in memory; nobody waits for anything to be durable.
    ROOM
  }

  private final AtomicLong arrivals = new AtomicLong();
  private long covered;
  private volatile @Nullable BlockException flushFailure;

  /// Told with the metadata lock which clusters may be used anew in a moment.
  private final Consumer<List<Freed>> onReuse;

  WriteBack(
      ImageState state,
      Corruption corruption,
      ClusterAllocator allocator,
      Consumer<List<Freed>> onReuse) {
    this.state = state;
    this.corruption = corruption;
    this.allocator = allocator;
    this.onReuse = onReuse;
  }

  private record Taken(
      List<TableSlice> refcounts,
      List<TableWrite> refcountParts,
      List<TableWrite> refcountTable,
      List<TableSlice> l2,
      List<TableWrite> l2Parts,
      List<TableWrite> l1,
      PendingFrees.Batch unused) {
    boolean changesMapping() {
      return !l2.isEmpty() || !l1.isEmpty();
    }

    boolean leavesUnused() {
      return !unused.freed().isEmpty();
    }
  }

  /// Makes everything durable that was done before the call.
  void flush(Disks disks) {
    long mine = arrivals.incrementAndGet();
    turn.lock();
    try {
      if (covered >= mine) {
        return;
      }
      long upTo = arrivals.get();
      run(disks, Purpose.FLUSH);
      covered = upTo;
    } finally {
      turn.unlock();
    }
  }

  /// Brings everything into the file, also what is otherwise written late; for the end of writing.
  void drain(Disks disks) {
    turn.lock();
    try {
      boolean more = true;
      for (int i = 0; i < 4 && more; i++) {
        run(disks, Purpose.END);
        more = state.locked(this::somethingLeft);
      }
    } finally {
      turn.unlock();
    }
  }

  private boolean somethingLeft() {
    return state.l2.changedCount() > 0
        || state.refcounts.cache().changedCount() > 0
        || state.l1.isChanged()
        || !state.frees.isEmpty();
  }

  /// Called at the end of each request that changed tables, without locks: keeps what is only in
  /// memory bounded.
  void relieve(Disks disks) {
    if (!state.locked(this::isMuch)) {
      return;
    }
    turn.lock();
    try {
      if (state.locked(this::isMuch)) {
        run(disks, Purpose.ROOM);
      }
    } finally {
      turn.unlock();
    }
  }

  private boolean isMuch() {
    TableCache counts = state.refcounts.cache();
    return state.l2.changedCount() > state.l2.capacity() / 2
        || (!state.lazyRefcounts() && counts.changedCount() > counts.capacity() / 2)
        || counts.changedCount() > counts.capacity()
        || state.frees.openCount() > MAX_UNUSED;
  }

  private void run(Disks disks, Purpose purpose) {
    BlockException earlier = flushFailure;
    if (earlier != null) {
      throw new BlockException(
          BlockException.Kind.FLUSH_FAILED,
          "an earlier flush failed: " + earlier.getMessage(),
          earlier);
    }
    corruption.requireSound();
    Taken taken = state.locked(() -> take(purpose));
    try {
      write(disks, taken);
      if (purpose != Purpose.ROOM || taken.leavesUnused()) {
        disks.flush();
      }
    } catch (BlockException e) {
      if (e.kind() == BlockException.Kind.FLUSH_FAILED) {
        flushFailure = e;
      }
      state.locked(() -> giveBack(taken));
      throw e;
    }
    state.locked(() -> done(taken));
    reclaim(disks);
  }

  private Taken take(Purpose purpose) {
    TableCache counts = state.refcounts.cache();
    boolean late =
        purpose != Purpose.END
            && state.lazyRefcounts()
            && counts.changedCount() <= counts.capacity();
    List<TableSlice> refcounts = late ? List.of() : counts.takeChanged();
    List<TableSlice> l2 = state.l2.takeChanged();
    Tables tables = state.header().tables();
    return new Taken(
        refcounts,
        parts(refcounts),
        state.refcounts.blocks().takeChanged(tables.refcountTableOffset()),
        l2,
        parts(l2),
        state.l1.takeChanged(tables.l1Offset()),
        state.frees.seal(state.epochs.now()));
  }

  private static List<TableWrite> parts(List<TableSlice> slices) {
    return slices.stream().map(s -> new TableWrite(s.fileOffset(), s.copy())).toList();
  }

  private void write(Disks disks, Taken taken) {
    writeParts(disks, taken.refcountParts(), MetadataMap.REFCOUNT_BLOCK);
    if (!taken.refcountTable().isEmpty()) {
      disks.file().flush();
      writeParts(disks, taken.refcountTable(), MetadataMap.REFCOUNT_TABLE);
    }
    if (taken.changesMapping()) {
      disks.flush();
      writeParts(disks, taken.l2Parts(), MetadataMap.ACTIVE_L2);
      writeParts(disks, taken.l1(), MetadataMap.ACTIVE_L1);
    }
  }

  private void writeParts(Disks disks, List<TableWrite> parts, int type) {
    for (TableWrite part : parts) {
      corruption.requireNoOverlap(disks, part.fileOffset(), part.words().length * 8L, type);
    }
    if (!parts.isEmpty()) {
      TableWrite.writeAll(disks, parts, state.tableBuffers);
    }
  }

  private boolean giveBack(Taken taken) {
    Tables tables = state.header().tables();
    state.refcounts.cache().notWritten(taken.refcounts());
    state.refcounts.blocks().notWritten(taken.refcountTable(), tables.refcountTableOffset());
    state.l2.notWritten(taken.l2());
    state.l1.notWritten(taken.l1(), tables.l1Offset());
    state.frees.reopen(taken.unused());
    return true;
  }

  private boolean done(Taken taken) {
    state.refcounts.cache().written(taken.refcounts());
    state.l2.written(taken.l2());
    state.frees.durable(taken.unused());
    return true;
  }

  /// Takes back clusters nothing points to and nobody uses; discards them in the file first where
  /// that is wanted, while they still count as used and nobody can be given them.
  private void reclaim(Disks disks) {
    List<Freed> unused = state.locked(() -> state.frees.takeUnused(state.epochs));
    if (unused.isEmpty()) {
      return;
    }
    BlockIo file = disks.file();
    try {
      if (file instanceof Discardable discardable) {
        for (ByteRange range : state.locked(() -> discarded(file, unused))) {
          discardable.discard(range);
        }
      }
    } finally {
      takeBack(disks, unused);
    }
  }

  private void takeBack(Disks disks, List<Freed> unused) {
    state.locked(
        () -> {
          onReuse.accept(unused);
          for (Freed f : unused) {
            allocator.free(disks, f.cluster(), f.count());
          }
          return true;
        });
  }

  private List<ByteRange> discarded(BlockIo file, List<Freed> unused) {
    List<ByteRange> ranges = new ArrayList<>();
    for (Freed f : unused) {
      if (!state.settings.passDiscard().contains(f.reason())) {
        continue;
      }
      long start = f.cluster();
      for (long c = f.cluster(); c <= f.cluster() + f.count(); c++) {
        boolean last = c < f.cluster() + f.count() && state.refcounts.get(file, c) == 1;
        if (last) {
          allocator.closeTail(c);
        }
        if (!last) {
          addRange(ranges, file, start, c);
          start = c + 1;
        }
      }
    }
    return ranges;
  }

  private void addRange(List<ByteRange> ranges, BlockIo file, long first, long end) {
    long from = state.geometry.offsetOf(first);
    long to = Math.min(state.geometry.offsetOf(end), file.sizeBytes());
    if (from < to) {
      ranges.add(ByteRange.between(from, to));
    }
  }
}
