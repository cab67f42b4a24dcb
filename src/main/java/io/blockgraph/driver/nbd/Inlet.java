package io.blockgraph.driver.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// What comes from a server: numbers out of a small buffer, payload straight to where it belongs.
/// One thread.
final class Inlet {
  private static final int BUFFER_BYTES = 16 << 10;

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).flip();

  Inlet(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /// The same bytes under another cover.
  ///
  /// @throws IOException when bytes are there already that the cover has not seen
  Inlet under(ReadableByteChannel cover) throws IOException {
    if (buffer.hasRemaining()) {
      throw new IOException("the server sent bytes in plain where TLS was to begin");
    }
    return new Inlet(cover);
  }

  int u16() throws IOException {
    return Short.toUnsignedInt(need(Short.BYTES).getShort());
  }

  int i32() throws IOException {
    return need(Integer.BYTES).getInt();
  }

  long u32() throws IOException {
    return Integer.toUnsignedLong(i32());
  }

  long i64() throws IOException {
    return need(Long.BYTES).getLong();
  }

  byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    into(ByteBuffer.wrap(bytes));
    return bytes;
  }

  /// Fills `target`.
  void into(ByteBuffer target) throws IOException {
    int there = Math.min(buffer.remaining(), target.remaining());
    target.put(buffer.slice(buffer.position(), there));
    buffer.position(buffer.position() + there);
    while (target.hasRemaining()) {
      requireMore(channel.read(target));
    }
  }

  void skip(long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      int step = (int) Math.min(left, BUFFER_BYTES);
      need(step).position(buffer.position() + step);
      left -= step;
    }
  }

  private ByteBuffer need(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      buffer.compact();
      try {
        while (buffer.position() < bytes) {
          requireMore(channel.read(buffer));
        }
      } finally {
        buffer.flip();
      }
    }
    return buffer;
  }

  private static void requireMore(int got) throws EOFException {
    if (got < 0) {
      throw new EOFException("the server ended the connection");
    }
  }
}
