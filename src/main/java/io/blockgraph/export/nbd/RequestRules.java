package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;

/// Judges requests of a session before anything is done about them. The first fault found decides.
final class RequestRules {
  private final Session session;
  private final NbdLimits.Transfer limits;

  RequestRules(Session session, NbdLimits.Transfer limits) {
    this.session = session;
    this.limits = limits;
  }

  /// [NbdError#NONE], or why the request is refused.
  ///
  /// @throws io.blockgraph.block.BlockException when the disk does not say how long it is
  NbdError judge(Request request) {
    if (session.export().isRemoved()) {
      return NbdError.ESHUTDOWN;
    }
    if (request.command().writes() && !session.writable()) {
      return NbdError.EPERM;
    }
    if ((request.flags() & ~knownFlags(request.command())) != 0) {
      return NbdError.EINVAL;
    }
    return isWellFormed(request) ? judgeRange(request) : NbdError.EINVAL;
  }

  /// FUA has a meaning for writes only, but a client may set it anywhere once it is offered.
  private int knownFlags(Command command) {
    int fua = session.writable() ? Wire.FUA : 0;
    return switch (command) {
      case READ -> session.chunked() ? fua | Wire.DONT_FRAGMENT : fua;
      case WRITE -> session.extended() ? fua | Wire.PAYLOAD_LENGTH : fua;
      case WRITE_ZEROES -> fua | Wire.NO_HOLE | Wire.FAST_ZERO;
      case BLOCK_STATUS -> {
        int filter = session.filtersStatus() ? Wire.PAYLOAD_LENGTH : 0;
        yield fua | Wire.REQUEST_ONE | filter;
      }
      case FLUSH, TRIM, CACHE, DISC, UNKNOWN -> fua;
    };
  }

  private boolean isWellFormed(Request request) {
    return switch (request.command()) {
      case READ, WRITE -> request.length() <= limits.payloadBytes();
      case FLUSH -> request.offset() == 0 && request.length() == 0;
      case TRIM -> session.disk().canDiscard();
      case WRITE_ZEROES -> true;
      case BLOCK_STATUS -> !session.contexts().isEmpty() && request.length() > 0;
      case CACHE, DISC, UNKNOWN -> false;
    };
  }

  private NbdError judgeRange(Request request) {
    if (!request.isWithin(session.disk().sizeBytes())) {
      return NbdError.beyondTheEnd(request);
    }
    boolean tooLargeForOneChunk =
        request.has(Wire.DONT_FRAGMENT) && request.length() > limits.bufferBytes();
    return tooLargeForOneChunk ? NbdError.EOVERFLOW : NbdError.NONE;
  }
}
