package io.blockgraph.bench;

import java.util.Optional;

/// One row of the table: the same requests for both sides.
///
/// Request `i` starts at byte `i * stepBytes` modulo the length of the disk, which is the only
/// pattern `qemu-img bench` has. A step that is an odd multiple of the request's size visits every
/// place once before any comes again; a long one makes neighbours in time strangers on the disk.
///
/// @param name how the row is called
/// @param kind what is done
/// @param sizeBytes the bytes of a request
/// @param stepBytes from one request to the next
/// @param depth the requests in flight: QEMU's queue depth, and our threads
/// @param span how many requests, and on which disk
record Load(String name, Kind kind, int sizeBytes, long stepBytes, int depth, Span span) {
  /// What is done.
  enum Kind {
    READ,
    /// Reads of an image whose clusters are compressed with zlib.
    ZLIB_READ,
    /// The same, with zstd.
    ZSTD_READ,
    OVERWRITE,
    /// Overwrites, and a flush after every 64.
    FLUSHED_WRITE,
    /// The first writes into an image that holds nothing.
    ALLOCATING_WRITE,
    /// The same, and a flush after every 64.
    FLUSHED_ALLOCATING_WRITE;

    boolean writes() {
      return this != READ && compression().isEmpty();
    }

    /// How the image is compressed, as QEMU calls it.
    Optional<String> compression() {
      return switch (this) {
        case ZLIB_READ -> Optional.of("zlib");
        case ZSTD_READ -> Optional.of("zstd");
        case READ, OVERWRITE, FLUSHED_WRITE, ALLOCATING_WRITE, FLUSHED_ALLOCATING_WRITE ->
            Optional.empty();
      };
    }

    boolean flushes() {
      return this == FLUSHED_WRITE || this == FLUSHED_ALLOCATING_WRITE;
    }

    boolean allocates() {
      return this == ALLOCATING_WRITE || this == FLUSHED_ALLOCATING_WRITE;
    }
  }

  /// After how many writes a kind that flushes does so.
  static final int FLUSH_EVERY = 64;

  /// @param diskBytes the length of the disk
  /// @param requests how many QEMU does in one measurement
  /// @param passes how often we do as many, so that a measurement of the faster side is long enough
  record Span(long diskBytes, int requests, int passes) {
    long ours() {
      return (long) requests * passes;
    }
  }

  long offset(long request) {
    return request * stepBytes % span.diskBytes();
  }

  boolean flushesAfter(long request) {
    return kind.flushes() && request % FLUSH_EVERY == FLUSH_EVERY - 1;
  }
}
