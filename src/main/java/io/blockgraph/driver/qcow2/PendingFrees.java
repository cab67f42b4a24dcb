package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.qcow2.Settings.PassDiscard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Clusters no table in memory points to any more, until they may be used anew.
///
///     open      the tables in the file may still point to them
///     sealed    a write-back has them in hand
///     durable   no table in the file points to them; requests that began earlier may still use them
///     -> their refcount goes down
///
/// For holders of the metadata lock only.
final class PendingFrees {
  /// Clusters one after the other in the file.
  record Freed(long cluster, long count, PassDiscard reason) {}

  /// What one write-back made durable.
  record Batch(long epoch, List<Freed> freed) {}

  private final List<Freed> open = new ArrayList<>();
  private final Deque<Batch> durable = new ArrayDeque<>();

  void add(long cluster, long count, PassDiscard reason) {
    int last = open.size() - 1;
    if (last >= 0) {
      Freed f = open.get(last);
      if (f.cluster + f.count == cluster && f.reason == reason) {
        open.set(last, new Freed(f.cluster, f.count + count, reason));
        return;
      }
    }
    open.add(new Freed(cluster, count, reason));
  }

  /// How many runs of clusters wait for a write-back.
  int openCount() {
    return open.size();
  }

  boolean isEmpty() {
    return open.isEmpty() && durable.isEmpty();
  }

  /// Takes what is open for a write-back that has just taken the changed tables.
  Batch seal(long epoch) {
    Batch batch = new Batch(epoch, List.copyOf(open));
    open.clear();
    return batch;
  }

  /// The write-back did it.
  void durable(Batch batch) {
    if (!batch.freed.isEmpty()) {
      durable.add(batch);
    }
  }

  /// The write-back failed.
  void reopen(Batch batch) {
    open.addAll(batch.freed);
  }

  /// Takes the clusters that no request can use any more.
  List<Freed> takeUnused(RequestEpochs epochs) {
    List<Freed> taken = new ArrayList<>();
    while (!durable.isEmpty() && epochs.over(durable.peekFirst().epoch)) {
      taken.addAll(durable.removeFirst().freed);
    }
    return taken;
  }
}
