package io.blockgraph.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// A bounded pool of native buffers of one size, aligned to a page, for use within one call.
///
/// Any thread may borrow and give back. The pool keeps at most `kept` buffers; more are made when
/// needed and freed when given back. They take room as far as they have been used. Content is
/// whatever the last borrower left: nobody may hand it out unread.
///
/// What a pool keeps is never freed: a pool belongs to the service, not to something that comes and
/// goes. Nodes take [#shared] ones.
public final class ScratchBuffers {
  /// The smallest buffers that are shared.
  private static final long SMALLEST_SHARED_BYTES = 64 << 10;

  /// How much a shared pool keeps, unless its buffers are so large that it keeps two.
  private static final long KEPT_BYTES = 2 << 20;

  private static final ConcurrentMap<Long, ScratchBuffers> SHARED = new ConcurrentHashMap<>();

  private final long bufferBytes;
  private final int kept;
  private final ArrayDeque<Lease> idle = new ArrayDeque<>();

  /// A pool of buffers of `bufferBytes` that keeps at most `kept` idle ones.
  public ScratchBuffers(long bufferBytes, int kept) {
    this.bufferBytes = bufferBytes;
    this.kept = kept;
  }

  /// The pool of all who need about `bytes`: its buffers have the next power of two, at least 64
  /// KiB.
  public static ScratchBuffers shared(long bytes) {
    long size = Math.max(SMALLEST_SHARED_BYTES, Long.highestOneBit(2 * bytes - 1));
    return SHARED.computeIfAbsent(
        size, of -> new ScratchBuffers(of, (int) Math.max(2, KEPT_BYTES / of)));
  }

  /// Borrows a buffer; close the lease to give it back.
  public Lease borrow() {
    synchronized (idle) {
      Lease lease = idle.pollFirst();
      if (lease != null) {
        return lease;
      }
    }
    Arena arena = Arena.ofShared();
    return new Lease(arena, PageMemory.allocate(arena, bufferBytes));
  }

  private boolean keep(Lease lease) {
    synchronized (idle) {
      if (idle.size() >= kept) {
        return false;
      }
      idle.addFirst(lease);
      return true;
    }
  }

  /// A borrowed buffer.
  public final class Lease implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment segment;

    private Lease(Arena arena, MemorySegment segment) {
      this.arena = arena;
      this.segment = segment;
    }

    /// The whole buffer.
    public MemorySegment segment() {
      return segment;
    }

    /// The first `bytes` of the buffer.
    public MemorySegment first(long bytes) {
      return segment.asSlice(0, bytes);
    }

    /// Gives the buffer back.
    @Override
    public void close() {
      if (!keep(this)) {
        arena.close();
      }
    }
  }
}
