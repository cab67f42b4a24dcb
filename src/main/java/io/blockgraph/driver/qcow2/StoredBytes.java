package io.blockgraph.driver.qcow2;

import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/// The stored bytes of some compressed clusters that lie together in the file, until the last of
/// them is inflated. Any thread.
final class StoredBytes {
  private final ScratchBuffers.Lease lease;
  private final long offset;
  private final long length;
  private final AtomicInteger users = new AtomicInteger(1);

  /// Room for what lies from `offset` to `end` in the file; the maker is its first user.
  StoredBytes(long offset, long end) {
    this.offset = offset;
    this.length = end - offset;
    this.lease = ScratchBuffers.shared(length).borrow();
  }

  /// All of it.
  MemorySegment all() {
    return lease.first(length);
  }

  /// What lies at `from` in the file, for a user who has it until [#release].
  MemorySegment share(long from, long bytes) {
    int before = users.getAndIncrement();
    assert before > 0 : "stored bytes are shared by nobody";
    return lease.segment().asSlice(from - offset, bytes);
  }

  /// One user less.
  void release() {
    if (users.decrementAndGet() == 0) {
      lease.close();
    }
  }
}
