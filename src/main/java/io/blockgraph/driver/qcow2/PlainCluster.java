package io.blockgraph.driver.qcow2;

import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A compressed cluster on its way to be inflated, or inflated. All fields that change are guarded
/// by the lock of its [PlainClusters]; its bytes may be read without it while it is pinned and
/// DONE.
final class PlainCluster {
  /// How far it is.
  enum State {
    /// Its maker reads the stored bytes.
    READING,
    /// The stored bytes are in memory and nobody has begun to inflate them.
    READY,
    /// Somebody inflates it.
    RUNNING,
    DONE,
    /// It could not be read or inflated; whoever needs it reads it anew.
    FAILED,
    /// Given up before anybody began.
    DROPPED
  }

  final long entry;
  State state = State.READING;

  /// How many requests need it to stay.
  int pins;

  /// Whether it may be found by its entry.
  boolean listed = true;

  @Nullable StoredBytes stored;
  @Nullable MemorySegment compressed;
  ScratchBuffers.@Nullable Lease plain;

  PlainCluster(long entry) {
    this.entry = entry;
  }

  /// Copies bytes from within it; for one who has pinned it and knows that it is DONE.
  void copy(long within, MemorySegment into) {
    ScratchBuffers.Lease lease = Objects.requireNonNull(plain, "the cluster is not inflated");
    MemorySegment.copy(lease.segment(), within, into, 0, into.byteSize());
  }
}
