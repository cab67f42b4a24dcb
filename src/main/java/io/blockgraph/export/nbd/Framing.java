package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;

/// How the requests and replies of a session look on the wire.
enum Framing {
  /// Requests with lengths of 32 bits, each answered by a simple reply.
  SIMPLE(Wire.REQUEST_BYTES, 0),
  /// The same requests; READ, BLOCK_STATUS and errors are answered in chunks, all else simply.
  STRUCTURED(Wire.REQUEST_BYTES, Wire.CHUNK_HEADER_BYTES),
  /// Requests with lengths of 64 bits that say whether a payload follows; only chunks in reply.
  EXTENDED(Wire.EXTENDED_REQUEST_BYTES, Wire.EXTENDED_CHUNK_HEADER_BYTES);

  private final int requestBytes;
  private final int chunkHeaderBytes;

  Framing(int requestBytes, int chunkHeaderBytes) {
    this.requestBytes = requestBytes;
    this.chunkHeaderBytes = chunkHeaderBytes;
  }

  /// The length of a request without its payload.
  int requestBytes() {
    return requestBytes;
  }

  /// The length of what stands before the payload of a chunk; 0 where there are no chunks.
  int chunkHeaderBytes() {
    return chunkHeaderBytes;
  }
}
