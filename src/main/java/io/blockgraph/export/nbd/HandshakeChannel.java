package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/// Bytes of the handshake: reads exactly what is asked for and not a byte more, gathers what is to
/// be sent.
///
/// Small and on the heap: a client that has not finished its handshake gets no native buffer.
final class HandshakeChannel {
  private static final int OPTION_REPLY_BYTES = 20;

  private final ByteChannel channel;
  private final ByteBuffer out = ByteBuffer.allocate(1024);

  HandshakeChannel(ByteChannel channel) {
    this.channel = channel;
  }

  /// The next `bytes` bytes. Sends first what was put.
  ///
  /// @throws EOFException when the client ends before that
  ByteBuffer read(int bytes) throws IOException {
    send();
    ByteBuffer into = ByteBuffer.allocate(bytes);
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException();
      }
    }
    return into.flip();
  }

  /// Passes over `bytes` bytes.
  void skip(long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      left -= read((int) Math.min(left, 8192)).capacity();
    }
  }

  /// Adds bytes to what is to be sent.
  void put(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int step = Math.min(bytes.remaining(), out.remaining());
      out.put(bytes.slice(bytes.position(), step));
      bytes.position(bytes.position() + step);
      if (!out.hasRemaining()) {
        send();
      }
    }
  }

  /// A reply to an option, without data.
  void reply(int option, int type) throws IOException {
    reply(option, type, ByteBuffer.allocate(0));
  }

  /// An error reply with a text for people, which is ours and short: nothing the client sent is
  /// sent back.
  void refuse(int option, int type, String message) throws IOException {
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    assert text.length <= 256 : message;
    reply(option, type, ByteBuffer.wrap(text));
  }

  /// A reply to an option.
  void reply(int option, int type, ByteBuffer data) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(OPTION_REPLY_BYTES);
    header.putLong(Wire.OPTION_REPLY_MAGIC).putInt(option).putInt(type).putInt(data.remaining());
    put(header.flip());
    put(data);
  }

  /// Sends all that was put.
  void send() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }
}
