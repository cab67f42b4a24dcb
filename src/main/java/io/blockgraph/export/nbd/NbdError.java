package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.nbd.Wire;

/// The error numbers of the protocol, and the one place where trouble of a disk becomes one of
/// them.
enum NbdError {
  NONE(0, "no error"),
  EPERM(1, "not permitted"),
  EIO(5, "input/output error"),
  EINVAL(22, "invalid request"),
  ENOSPC(28, "no space left"),
  EOVERFLOW(75, "too large to answer in one piece"),
  ENOTSUP(95, "not supported"),
  ESHUTDOWN(108, "the export is being taken away");

  private final int number;
  private final String words;

  NbdError(int number, String words) {
    this.number = number;
    this.words = words;
  }

  int number() {
    return number;
  }

  /// What the client is told beside the number. Never the text of an exception: that can name files
  /// of the host.
  String words() {
    return words;
  }

  /// The number for trouble met while `request` was served.
  static NbdError of(BlockException trouble, Request request) {
    return switch (trouble.kind()) {
      case NO_SPACE -> ENOSPC;
      case OUT_OF_RANGE -> beyondTheEnd(request);
      case READ_ONLY, FORBIDDEN -> EPERM;
      case INVALID -> EINVAL;
      case UNSUPPORTED -> request.has(Wire.FAST_ZERO) ? ENOTSUP : EINVAL;
      case CLOSED -> ESHUTDOWN;
      case IO,
          CORRUPT,
          BAD_IMAGE,
          SIZE_MISMATCH,
          LOCKED,
          NOT_FOUND,
          EXISTS,
          FLUSH_FAILED,
          TIMEOUT ->
          EIO;
    };
  }

  /// The number for a request that leaves the disk.
  static NbdError beyondTheEnd(Request request) {
    return switch (request.command()) {
      case WRITE, WRITE_ZEROES -> ENOSPC;
      case READ, TRIM, CACHE, BLOCK_STATUS, FLUSH, DISC, UNKNOWN -> EINVAL;
    };
  }
}
