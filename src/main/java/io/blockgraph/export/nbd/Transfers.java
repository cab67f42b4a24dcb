package io.blockgraph.export.nbd;

import io.blockgraph.block.ScratchBuffers;

/// The memory that the connections of a server share for moving bytes.
///
/// @param buffers lends buffers that hold [NbdLimits.Transfer#bufferBytes] of data and the headers
///   before them
/// @param largePayloads counts what is held beyond those
record Transfers(NbdLimits.Transfer limits, ScratchBuffers buffers, LargePayloads largePayloads) {
  private static final int HEADERS_BYTES = 4096;
  private static final int KEPT_BUFFERS = 16;

  static Transfers of(NbdLimits.Transfer limits) {
    return new Transfers(
        limits,
        new ScratchBuffers(limits.bufferBytes() + (long) HEADERS_BYTES, KEPT_BUFFERS),
        new LargePayloads(limits.largePayloadsBytes()));
  }
}
