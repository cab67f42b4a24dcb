package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// A bounded cache of table slices: sets of a few slices each, found without a lock.
///
///     index --hash--> set --> [ slice | slice | ... | slice ]     an array that is replaced, never changed in place
///
/// A hit reads two references and compares up to [#WAYS] numbers. A miss takes the lock of its set alone and reads the
/// file under it, so misses of different sets go in parallel and two misses of one slice read once. Slices with changes
/// are pinned; a set that is full of them grows until the next write-back, which mutators are made to do in time.
final class TableCache {
  private static final int WAYS = 8;

  /// Where a slice lies in the file; asked under the lock of its set.
  interface Place {
    /// The offset, or 0 when the slice is in no table.
    long offsetOf(long index);
  }

  private final int sliceBytes;
  private final Place place;
  private final ScratchBuffers scratch;
  private final AtomicReferenceArray<TableSlice[]> sets;
  private final Object[] locks;
  private final int mask;

  /// Changed slices; with the metadata lock only.
  private final List<TableSlice> changed = new ArrayList<>();

  TableCache(int sliceBytes, long capacityBytes, Place place, ScratchBuffers scratch) {
    this.sliceBytes = sliceBytes;
    this.place = place;
    this.scratch = scratch;
    long wanted = Math.max(1, capacityBytes / sliceBytes / WAYS);
    int count = Integer.highestOneBit((int) Math.min(wanted, 1 << 20));
    this.mask = count - 1;
    this.sets = new AtomicReferenceArray<>(count);
    this.locks = new Object[count];
    for (int i = 0; i < count; i++) {
      sets.set(i, new TableSlice[0]);
      locks[i] = new Object();
    }
  }

  /// How many slices fit before sets have to grow.
  int capacity() {
    return (mask + 1) * WAYS;
  }

  /// The slice, read from the file if it is not here; null when it is in no table.
  @Nullable TableSlice get(BlockIo file, long index) {
    TableSlice hit = find(sets.getAcquire((int) index & mask), index);
    if (hit != null) {
      hit.touch();
      return hit;
    }
    return load(file, index, false);
  }

  /// The slice, pinned and marked as changed; for holders of the metadata lock, who then change it.
  @Nullable TableSlice getForChange(BlockIo file, long index) {
    TableSlice slice = load(file, index, true);
    if (slice != null && !slice.dirty()) {
      slice.dirty(true);
      changed.add(slice);
    }
    return slice;
  }

  private static @Nullable TableSlice find(TableSlice[] set, long index) {
    for (TableSlice slice : set) {
      if (slice.index == index) {
        return slice;
      }
    }
    return null;
  }

  private @Nullable TableSlice load(BlockIo file, long index, boolean pin) {
    int at = (int) index & mask;
    synchronized (locks[at]) {
      TableSlice slice = find(sets.get(at), index);
      if (slice == null) {
        long offset = place.offsetOf(index);
        if (offset == 0) {
          return null;
        }
        slice = new TableSlice(index, offset, read(file, offset));
        insert(at, slice);
      }
      if (pin) {
        slice.pin();
      }
      return slice;
    }
  }

  private long[] read(BlockIo file, long offset) {
    long[] words = new long[sliceBytes / 8];
    try (ScratchBuffers.Lease lease = scratch.borrow()) {
      MemorySegment in = lease.first(sliceBytes);
      Disks.readPadded(file, offset, in);
      MemorySegment.copy(in, BigEndian.LONG, 0, words, 0, words.length);
    }
    return words;
  }

  private void insert(int at, TableSlice slice) {
    TableSlice[] old = sets.get(at);
    int victim = old.length < WAYS ? -1 : victim(old);
    TableSlice[] now;
    if (victim < 0) {
      now = Arrays.copyOf(old, old.length + 1);
      now[old.length] = slice;
    } else if (old.length > WAYS) {
      now = Arrays.stream(old).filter(s -> s.pinned()).toArray(TableSlice[]::new);
      now = Arrays.copyOf(now, now.length + 1);
      now[now.length - 1] = slice;
    } else {
      now = old.clone();
      now[victim] = slice;
    }
    sets.setRelease(at, now);
  }

  private static int victim(TableSlice[] set) {
    int clean = -1;
    for (int i = 0; i < set.length; i++) {
      if (!set[i].pinned()) {
        clean = i;
        if (!set[i].wasUsed()) {
          return i;
        }
      }
    }
    return clean;
  }

  /// The table that held `count` slices from `first` on was copied to `offset`; tells the slices
  /// that are here.
  void moved(long first, int count, long offset) {
    for (int i = 0; i < count; i++) {
      int at = (int) (first + i) & mask;
      synchronized (locks[at]) {
        TableSlice slice = find(sets.get(at), first + i);
        if (slice != null) {
          slice.moveTo(offset + (long) i * sliceBytes);
        }
      }
    }
  }

  /// Forgets `count` slices from `first` on, changed or not: their table is no more. With the
  /// metadata lock.
  void forget(long first, int count) {
    for (int i = 0; i < count; i++) {
      long index = first + i;
      int at = (int) index & mask;
      synchronized (locks[at]) {
        TableSlice[] kept =
            Arrays.stream(sets.get(at)).filter(s -> s.index != index).toArray(TableSlice[]::new);
        sets.setRelease(at, kept);
      }
    }
    changed.removeIf(s -> s.index >= first && s.index < first + count);
  }

  /// Forgets everything; with the metadata lock, when nothing is changed and nobody works.
  void clear() {
    assert changed.isEmpty() : changed.size() + " changed slices";
    for (int i = 0; i <= mask; i++) {
      synchronized (locks[i]) {
        sets.setRelease(i, new TableSlice[0]);
      }
    }
  }

  int changedCount() {
    return changed.size();
  }

  /// Takes the changed slices for a write-back; they stay pinned until [#written] or [#notWritten].
  List<TableSlice> takeChanged() {
    List<TableSlice> taken = List.copyOf(changed);
    changed.clear();
    taken.forEach(s -> s.dirty(false));
    return taken;
  }

  /// The file has what was taken.
  void written(List<TableSlice> taken) {
    for (TableSlice slice : taken) {
      if (!slice.dirty()) {
        slice.unpin();
      }
    }
  }

  /// The file may not have what was taken: it is as changed as before.
  void notWritten(List<TableSlice> taken) {
    for (TableSlice slice : taken) {
      if (!slice.dirty()) {
        slice.dirty(true);
        changed.add(slice);
      }
    }
  }
}
