package io.blockgraph.export.nbd;

import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.nbd.Wire;
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
  private static final int MOST_REFUSAL_BYTES = Wire.EXTENDED_CHUNK_HEADER_BYTES + 6 + 256;

  /// The only chunk of a reply without data.
  static final Chunk NOTHING = Chunk.last(Wire.CHUNK_NONE, 0);

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

  /// Says that a request whose reply has no data is done.
  void done(Session session, Request request) throws IOException {
    if (session.extended()) {
      added(chunkHeader(session, request, NOTHING, room(Wire.EXTENDED_CHUNK_HEADER_BYTES)));
    } else {
      simpleHeader(room(Wire.SIMPLE_REPLY_BYTES), request.cookie(), NbdError.NONE);
      added(Wire.SIMPLE_REPLY_BYTES);
    }
  }

  /// Says that a request cannot be.
  void refuse(Session session, Request request, NbdError error) throws IOException {
    added(refusal(session, request, error, room(MOST_REFUSAL_BYTES)));
  }

  /// A reply of an error, with a text for people where the client takes chunks.
  ///
  /// @return its length, at most [#MOST_REFUSAL_BYTES]
  static int refusal(Session session, Request request, NbdError error, MemorySegment to) {
    if (!session.chunked()) {
      simpleHeader(to, request.cookie(), error);
      return Wire.SIMPLE_REPLY_BYTES;
    }
    byte[] text = described(request, error).getBytes(StandardCharsets.UTF_8);
    assert text.length <= 256 : error;
    int payload = 6 + text.length;
    int at = chunkHeader(session, request, Chunk.last(Wire.CHUNK_ERROR, payload), to);
    to.set(Wire.U32, at, error.number());
    to.set(Wire.U16, at + 4, (short) text.length);
    MemorySegment.copy(MemorySegment.ofArray(text), 0, to, at + 6, text.length);
    return at + payload;
  }

  static String described(Request request, NbdError error) {
    String bytes = Long.toUnsignedString(request.length());
    return request.command() + " of " + bytes + " bytes: " + error.words();
  }

  static void simpleHeader(MemorySegment to, long cookie, NbdError error) {
    to.set(Wire.U32, 0, Wire.SIMPLE_REPLY_MAGIC);
    to.set(Wire.U32, 4, error.number());
    to.set(Wire.U64, 8, cookie);
  }

  /// The head of a chunk, as the session's framing has it.
  ///
  /// @return its length
  static int chunkHeader(Session session, Request request, Chunk chunk, MemorySegment to) {
    to.set(Wire.U16, 4, (short) chunk.flags());
    to.set(Wire.U16, 6, (short) chunk.type());
    to.set(Wire.U64, 8, request.cookie());
    if (session.extended()) {
      to.set(Wire.U32, 0, Wire.EXTENDED_REPLY_MAGIC);
      to.set(Wire.U64, 16, request.offset());
      to.set(Wire.U64, 24, chunk.payloadBytes());
    } else {
      to.set(Wire.U32, 0, Wire.STRUCTURED_REPLY_MAGIC);
      to.set(Wire.U32, 16, chunk.payloadBytes());
    }
    return session.framing().chunkHeaderBytes();
  }

  /// What the head of one chunk of a reply says.
  record Chunk(int flags, int type, int payloadBytes) {
    /// The last chunk of a reply, or its only one.
    static Chunk last(int type, int payloadBytes) {
      return new Chunk(Wire.CHUNK_DONE, type, payloadBytes);
    }
  }

  @Override
  public void close() {
    lease.close();
  }
}
