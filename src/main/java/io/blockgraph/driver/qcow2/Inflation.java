package io.blockgraph.driver.qcow2;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/// What all images of a driver share to inflate compressed clusters: threads, and a bound on the
/// memory that holds them. Any thread.
///
/// The memory that no request is using right now is kept within [Limits#MAX_INFLATED_BYTES]; the
/// images that have inflated nothing for longest give theirs up first.
final class Inflation {
  /// Does everything in the thread that reads.
  static final Inflation IN_CALLER = new Inflation(Runnable::run);

  private final Executor executor;
  private final AtomicLong held = new AtomicLong();

  /// The images that inflate, who did so last at the end. Guarded by itself.
  private final LinkedHashSet<PlainClusters> images = new LinkedHashSet<>();

  /// @param executor bounded, and it may refuse: what it does not start is done by who needs it
  Inflation(Executor executor) {
    this.executor = executor;
  }

  /// Has it done soon by another thread, or not at all.
  void offer(Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      // It has enough to do: whoever needs the cluster inflates it.
    }
  }

  /// `bytes` more, or fewer, are held by the images.
  void held(long bytes) {
    held.addAndGet(bytes);
  }

  /// The bytes that images hold.
  long held() {
    return held.get();
  }

  /// An image is about to inflate, or has begun to; answers whether there is room for `more` bytes
  /// after others have given up what they can. Without locks.
  boolean makeRoom(PlainClusters image, long more) {
    synchronized (images) {
      images.remove(image);
      images.add(image);
    }
    if (held.get() + more <= Limits.MAX_INFLATED_BYTES) {
      return true;
    }
    for (PlainClusters other : oldestFirst()) {
      other.giveUp();
      if (held.get() + more <= Limits.MAX_INFLATED_BYTES) {
        return true;
      }
    }
    return false;
  }

  private List<PlainClusters> oldestFirst() {
    synchronized (images) {
      return List.copyOf(images);
    }
  }

  /// An image is closed.
  void leave(PlainClusters image) {
    synchronized (images) {
      images.remove(image);
    }
  }
}
