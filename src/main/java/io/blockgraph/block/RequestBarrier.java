package io.blockgraph.block;

/// A disk that can tell when the requests that were under way at some moment have ended.
///
/// A request includes all it reads of the disks below: one that has found nothing of its own and
/// reads the backing disk instead is under way until those bytes are there. So whoever is about to
/// change a backing disk, and has saved its old bytes here before, waits once and then knows that
/// nobody is left who would take the new bytes for the old ones.
public interface RequestBarrier {
  /// Waits until every request that was under way at the call has ended; later ones are not waited
  /// for. The caller is not within a request of this disk.
  ///
  /// @throws BlockException TIMEOUT when that takes longer than `deadlineMs`
  void awaitRequests(long deadlineMs);
}
