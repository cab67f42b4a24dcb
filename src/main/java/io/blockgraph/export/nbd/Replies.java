package io.blockgraph.export.nbd;

import io.blockgraph.block.ScratchBuffers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/// The replies that are due to a client, gathered in one native buffer and sent together.
///
/// Used by the connection's thread alone. Data of reads goes from the disk into the buffer
/// directly: [#room], then [#added]. When the client does not take its replies, [#send] blocks, and
/// with it the whole connection: that is the back-pressure, and why memory stays bounded.
final class Replies implements AutoCloseable {
  private final WritableByteChannel channel;
  private final ScratchBuffers.Lease lease;
  private final MemorySegment buffer;
  private final ByteBuffer view;
  private int used;

  Replies(WritableByteChannel channel, ScratchBuffers.Lease lease) {
    this.channel = channel;
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
    while (view.hasRemaining()) {
      channel.write(view);
    }
    used = 0;
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

  /// The last chunk of a structured reply: an error with a text for people.
  void errorChunk(long cookie, NbdError error, String message) throws IOException {
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    assert text.length <= 256 : message;
    int payload = 6 + text.length;
    MemorySegment to = room(Wire.CHUNK_HEADER_BYTES + payload);
    chunkHeader(to, new Chunk(Wire.CHUNK_DONE, Wire.CHUNK_ERROR, cookie, payload));
    to.set(Wire.U32, 20, error.number());
    to.set(Wire.U16, 24, (short) text.length);
    MemorySegment.copy(MemorySegment.ofArray(text), 0, to, 26, text.length);
    added(Wire.CHUNK_HEADER_BYTES + payload);
  }

  /// The only chunk of a structured reply that has nothing to say.
  void emptyChunk(long cookie) throws IOException {
    chunkHeader(
        room(Wire.CHUNK_HEADER_BYTES), new Chunk(Wire.CHUNK_DONE, Wire.CHUNK_NONE, cookie, 0));
    added(Wire.CHUNK_HEADER_BYTES);
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
