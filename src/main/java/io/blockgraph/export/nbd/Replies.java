package io.blockgraph.export.nbd;

import io.blockgraph.block.ScratchBuffers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The replies that are due to a client, gathered in one native buffer and sent together.
///
/// Used by the connection's thread alone. Data of reads goes from the disk into the buffer
/// directly: [#room], then [#added]. When the client does not take its replies, [#send] blocks, and
/// with it the whole connection: that is the back-pressure, and why memory stays bounded.
final class Replies implements AutoCloseable {
  private static final int MOST_REFUSAL_BYTES = Wire.CHUNK_HEADER_BYTES + 6 + 256;

  private final Outlet outlet;
  private final ScratchBuffers.Lease lease;
  private final MemorySegment buffer;
  private final ByteBuffer view;
  private int used;
  private int sends;

  Replies(Outlet outlet, ScratchBuffers.Lease lease) {
    this.outlet = outlet;
    this.lease = lease;
    this.buffer = lease.segment();
    this.view = buffer.asByteBuffer();
  }

  /// Sends all that is due; returns when the system has taken it.
  void send() throws IOException {
    if (used == 0) {
      return;
    }
    view.limit(used).position(0);
    outlet.send(view);
    used = 0;
    sends++;
  }

  /// How often replies were sent; wraps.
  int sends() {
    return sends;
  }

  /// The next `bytes` of the buffer, to be written to; they count only once [#added]. Sends first
  /// when they do not fit.
  MemorySegment room(int bytes) throws IOException {
    if (buffer.byteSize() - used < bytes) {
      send();
    }
    return buffer.asSlice(used, bytes);
  }

  /// Says that the room asked for last holds `bytes` of reply.
  void added(int bytes) {
    used += bytes;
  }

  /// A simple reply without data.
  void simple(long cookie, NbdError error) throws IOException {
    simpleHeader(room(Wire.SIMPLE_REPLY_BYTES), cookie, error);
    added(Wire.SIMPLE_REPLY_BYTES);
  }

  /// Says that a request cannot be.
  void refuse(Session session, Request request, NbdError error) throws IOException {
    added(refusal(session, request, error, room(MOST_REFUSAL_BYTES)));
  }

  /// A reply of an error, with a text for people where the client takes chunks.
  ///
  /// @return its length, at most [#MOST_REFUSAL_BYTES]
  static int refusal(Session session, Request request, NbdError error, MemorySegment to) {
    if (!session.structured()) {
      simpleHeader(to, request.cookie(), error);
      return Wire.SIMPLE_REPLY_BYTES;
    }
    byte[] text = described(request, error).getBytes(StandardCharsets.UTF_8);
    assert text.length <= 256 : error;
    int payload = 6 + text.length;
    chunkHeader(to, new Chunk(Wire.CHUNK_DONE, Wire.CHUNK_ERROR, request.cookie(), payload));
    to.set(Wire.U32, 20, error.number());
    to.set(Wire.U16, 24, (short) text.length);
    MemorySegment.copy(MemorySegment.ofArray(text), 0, to, 26, text.length);
    return Wire.CHUNK_HEADER_BYTES + payload;
  }

  static String described(Request request, NbdError error) {
    return request.command() + " of " + request.length() + " bytes: " + error.words();
  }

  static void simpleHeader(MemorySegment to, long cookie, NbdError error) {
    to.set(Wire.U32, 0, Wire.SIMPLE_REPLY_MAGIC);
    to.set(Wire.U32, 4, error.number());
    to.set(Wire.U64, 8, cookie);
  }

  static void chunkHeader(MemorySegment to, Chunk chunk) {
    to.set(Wire.U32, 0, Wire.STRUCTURED_REPLY_MAGIC);
    to.set(Wire.U16, 4, (short) chunk.flags());
    to.set(Wire.U16, 6, (short) chunk.type());
    to.set(Wire.U64, 8, chunk.cookie());
    to.set(Wire.U32, 16, chunk.payloadBytes());
  }

  /// The head of one chunk of a structured reply.
  record Chunk(int flags, int type, long cookie, int payloadBytes) {}

  @Override
  public void close() {
    lease.close();
  }
}
