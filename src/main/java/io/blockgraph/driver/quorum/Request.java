package io.blockgraph.driver.quorum;

import io.blockgraph.block.ByteRange;
import java.lang.foreign.MemorySegment;

/// What is asked of the children.
///
/// @param operation what they shall do
/// @param range where
/// @param memory who may touch the caller's bytes that all of them need
record Request(Operation operation, ByteRange range, Memory memory) {
  /// A thread that is nobody's.
  private static final Thread SOMEBODY = Thread.ofPlatform().unstarted(() -> {});

  /// What a child can be asked to do.
  enum Operation {
    READ("read"),
    WRITE("write"),
    ZERO("write-zeroes"),
    FLUSH("flush"),
    EXTENTS("extents"),
    /// Take the bytes of the winner of a vote.
    REWRITE("rewrite");

    private final String word;

    Operation(String word) {
      this.word = word;
    }

    /// The word used in events.
    String word() {
      return word;
    }
  }

  /// Who may touch the caller's bytes.
  enum Memory {
    ANY_THREAD,
    /// Only the thread that makes the request.
    OWN_THREAD
  }

  /// A request for which only the first child, if any, needs memory of the caller.
  Request(Operation operation, ByteRange range) {
    this(operation, range, Memory.ANY_THREAD);
  }

  /// A write of `from`, which may be memory of one thread only.
  static Request write(long offset, MemorySegment from) {
    return new Request(
        Operation.WRITE,
        new ByteRange(offset, from.byteSize()),
        from.isAccessibleBy(SOMEBODY) ? Memory.ANY_THREAD : Memory.OWN_THREAD);
  }

  /// How many bytes each child has to move.
  long bytesToMove() {
    return switch (operation) {
      case READ, WRITE, REWRITE -> range.length();
      case ZERO, FLUSH, EXTENTS -> 0;
    };
  }
}
