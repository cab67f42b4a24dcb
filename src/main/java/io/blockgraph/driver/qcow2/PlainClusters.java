package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.qcow2.PendingFrees.Freed;
import io.blockgraph.driver.qcow2.PlainCluster.State;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The few compressed clusters of one image that are inflated, or about to be. Any thread.
///
///     pin -> READING --ready--> READY --run--> RUNNING --> DONE      found by all who need the same cluster
///               |                 |               |
///               +----> FAILED <---|---------------+                  whoever needs it reads it anew
///                                 +--> DROPPED                       given up before anybody began
///
/// They are known by their L2 entry, that is by where they are stored. That alone would not do, because a place in the
/// file is used anew. It does with two rules. An entry is looked up, and what is stored there is read, within one epoch
/// ([RequestEpochs]): so the bytes are those of the entry. And before a freed place may be used anew, when all requests
/// of its epoch have ended, [#forget] takes what was stored there out of here. What is inflated later was read before.
///
/// Threads of the executor only turn memory into memory: they never do I/O, hold no epoch, and wait for nobody. Whoever
/// waits for a cluster waits for one who reads or inflates it right now; one that nobody has begun he inflates himself.
final class PlainClusters {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /// By entry; what was used last is at the end.
  private final Map<Long, PlainCluster> listed = new LinkedHashMap<>(16, 0.75f, true);

  private final Geometry geometry;
  private final ScratchBuffers buffers;
  private final Inflation inflation;
  private int most;
  private int running;

  PlainClusters(Geometry geometry, ScratchBuffers buffers, Inflation inflation) {
    this.geometry = geometry;
    this.buffers = buffers;
    this.inflation = inflation;
    this.most = mostClusters(geometry);
  }

  /// How many clusters of an image are kept at most.
  static int mostClusters(Geometry geometry) {
    return Math.clamp(Limits.MAX_IMAGE_INFLATED_BYTES >> geometry.clusterBits(), 3, 32);
  }

  /// The inflated cluster of an entry, pinned; null when it is not here or not inflated.
  @Nullable PlainCluster pinDone(long entry) {
    lock.lock();
    try {
      PlainCluster cluster = listed.get(entry);
      if (cluster == null || cluster.state != State.DONE) {
        return null;
      }
      cluster.pins++;
      return cluster;
    } finally {
      lock.unlock();
    }
  }

  /// The clusters of these entries, pinned; those that are not here are made and put into `made`,
  /// and the caller has to read them.
  List<PlainCluster> pin(long[] entries, List<PlainCluster> made) {
    lock.lock();
    try {
      List<PlainCluster> pinned = new ArrayList<>(entries.length);
      for (long entry : entries) {
        PlainCluster cluster = listed.get(entry);
        if (cluster == null) {
          cluster = make(entry);
          made.add(cluster);
        }
        cluster.pins++;
        pinned.add(cluster);
      }
      trim(most);
      return pinned;
    } finally {
      lock.unlock();
    }
  }

  /// Makes and pins those of these clusters that are not here, as long as there is room.
  List<PlainCluster> pinAhead(long[] entries) {
    lock.lock();
    try {
      List<PlainCluster> made = new ArrayList<>(entries.length);
      for (long entry : entries) {
        if (listed.containsKey(entry)) {
          continue;
        }
        trim(most - 1);
        if (listed.size() >= most) {
          break;
        }
        PlainCluster cluster = make(entry);
        cluster.pins++;
        made.add(cluster);
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  private PlainCluster make(long entry) {
    PlainCluster cluster = new PlainCluster(entry);
    listed.put(entry, cluster);
    inflation.held(geometry.clusterSize());
    return cluster;
  }

  /// The caller does not need them any more.
  void unpin(List<PlainCluster> pinned) {
    lock.lock();
    try {
      for (PlainCluster cluster : pinned) {
        cluster.pins--;
        releaseUnused(cluster);
      }
      trim(most);
    } finally {
      lock.unlock();
    }
  }

  /// The stored bytes of a cluster are in memory.
  void ready(PlainCluster cluster, StoredBytes stored, MemorySegment compressed) {
    lock.lock();
    try {
      cluster.stored = stored;
      cluster.compressed = compressed;
      cluster.state = State.READY;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// What of these is still being read will not come.
  void fail(List<PlainCluster> made) {
    if (made.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      for (PlainCluster cluster : made) {
        if (cluster.state == State.READING) {
          cluster.state = State.FAILED;
          unlist(cluster);
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Inflates a cluster unless somebody has begun.
  void run(PlainCluster cluster) {
    if (!begin(cluster)) {
      return;
    }
    State end = State.FAILED;
    try {
      inflate(cluster);
      end = State.DONE;
    } catch (BlockException e) {
      // Perhaps nobody needs it. Who does reads it anew, and is told.
    } finally {
      end(cluster, end);
    }
  }

  private boolean begin(PlainCluster cluster) {
    lock.lock();
    try {
      if (cluster.state != State.READY) {
        return false;
      }
      cluster.state = State.RUNNING;
      running++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void inflate(PlainCluster cluster) {
    ScratchBuffers.Lease lease = buffers.borrow();
    cluster.plain = lease;
    Inflate.fill(
        geometry.compression(),
        Objects.requireNonNull(cluster.compressed, "the cluster is not read"),
        lease.first(geometry.clusterSize()),
        L2Entry.compressedOffset(cluster.entry, geometry.clusterBits()));
  }

  private void end(PlainCluster cluster, State state) {
    lock.lock();
    try {
      cluster.state = state;
      running--;
      releaseStored(cluster);
      if (state == State.FAILED) {
        unlist(cluster);
      }
      releaseUnused(cluster);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Has a cluster inflated, by this thread unless somebody has begun; answers false when it has to
  /// be read anew.
  boolean await(PlainCluster cluster) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(Limits.MAX_WAIT_MS);
    while (true) {
      run(cluster);
      lock.lock();
      try {
        while (cluster.state == State.READING || cluster.state == State.RUNNING) {
          if (nanos <= 0) {
            return false;
          }
          nanos = changed.awaitNanos(nanos);
        }
        if (cluster.state != State.READY) {
          return cluster.state == State.DONE;
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("a thread that does I/O was interrupted", e);
      } finally {
        lock.unlock();
      }
    }
  }

  /// Places in the file may be used anew: what was stored there is not true any more.
  void forget(List<Freed> freed) {
    lock.lock();
    try {
      for (PlainCluster cluster : List.copyOf(listed.values())) {
        if (liesIn(cluster, freed)) {
          unlist(cluster);
          releaseUnused(cluster);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean liesIn(PlainCluster cluster, List<Freed> freed) {
    int bits = geometry.clusterBits();
    long offset = L2Entry.compressedOffset(cluster.entry, bits);
    long first = geometry.clusterOf(offset);
    long last = geometry.clusterOf(offset + L2Entry.compressedBytes(cluster.entry, bits) - 1);
    return freed.stream().anyMatch(f -> first < f.cluster() + f.count() && f.cluster() <= last);
  }

  /// Others need the memory: gives up what no request is using.
  void giveUp() {
    lock.lock();
    try {
      trim(0);
    } finally {
      lock.unlock();
    }
  }

  /// Nothing is kept from now on; waits for those that are being inflated.
  void close() {
    lock.lock();
    try {
      most = 0;
      trim(0);
      long nanos = TimeUnit.MILLISECONDS.toNanos(Limits.MAX_WAIT_MS);
      while (running > 0 && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      trim(0);
    } catch (InterruptedException e) {
      throw new IllegalStateException("a thread that does I/O was interrupted", e);
    } finally {
      lock.unlock();
    }
    inflation.leave(this);
  }

  /// How many clusters are here.
  int count() {
    lock.lock();
    try {
      return listed.size();
    } finally {
      lock.unlock();
    }
  }

  /// Gives up what was not used for longest and is not needed, down to `target` clusters.
  private void trim(int target) {
    Iterator<PlainCluster> oldest = listed.values().iterator();
    while (listed.size() > target && oldest.hasNext()) {
      PlainCluster cluster = oldest.next();
      if (cluster.pins == 0 && cluster.state != State.RUNNING) {
        oldest.remove();
        cluster.listed = false;
        releaseUnused(cluster);
      }
    }
  }

  private void unlist(PlainCluster cluster) {
    if (cluster.listed) {
      listed.remove(cluster.entry);
      cluster.listed = false;
    }
  }

  /// Gives back the memory of a cluster nobody can find and nobody needs.
  private void releaseUnused(PlainCluster cluster) {
    if (cluster.listed || cluster.pins > 0 || cluster.state == State.RUNNING) {
      return;
    }
    cluster.state = State.DROPPED;
    releaseStored(cluster);
    ScratchBuffers.Lease lease = cluster.plain;
    if (lease != null) {
      lease.close();
      cluster.plain = null;
    }
    inflation.held(-geometry.clusterSize());
  }

  private static void releaseStored(PlainCluster cluster) {
    StoredBytes stored = cluster.stored;
    if (stored != null) {
      stored.release();
      cluster.stored = null;
      cluster.compressed = null;
    }
  }
}
