package io.blockgraph.block;

/// A disk whose written bytes wait in memory, and can be told to leave it.
public interface Writeback {
  /// Begins to bring what was written to the storage, and waits for none of it: a hint, for
  /// somebody who has written much and will flush. It makes nothing durable and reports no failure.
  void startWriteback();

  /// The same of any disk; nothing where it cannot.
  static void start(BlockIo disk) {
    if (disk instanceof Writeback writeback) {
      writeback.startWriteback();
    }
  }
}
