package io.blockgraph.bench.scale;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// One connection to a monitor of the daemon that reads an answer and does not look into it more
/// than to see that it is no error. One thread.
final class QmpLine implements AutoCloseable {
  private static final int SHOWN = 500;

  private final SocketChannel channel;
  private ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

  QmpLine(Path socket) throws IOException {
    this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    line();
    ask("{\"execute\":\"qmp_capabilities\"}");
  }

  /// Executes a command that must succeed; how many bytes its answer has.
  int ask(String command) throws IOException {
    ByteBuffer sent = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8));
    while (sent.hasRemaining()) {
      channel.write(sent);
    }
    int length = line();
    while (starts(length).startsWith("{\"timestamp\"")) {
      length = line();
    }
    if (!starts(length).startsWith("{\"return\"")) {
      throw new IllegalStateException(command + ": " + starts(length));
    }
    return length;
  }

  private String starts(int length) {
    return new String(buffer.array(), 0, Math.min(length, SHOWN), StandardCharsets.UTF_8);
  }

  /// Reads one line; it is the first `length` bytes of the buffer until the next one is read.
  private int line() throws IOException {
    buffer.clear();
    while (true) {
      if (!buffer.hasRemaining()) {
        buffer =
            ByteBuffer.wrap(Arrays.copyOf(buffer.array(), buffer.capacity() * 2))
                .position(buffer.capacity());
      }
      int read = channel.read(buffer);
      if (read < 0) {
        throw new EOFException("the daemon hung up");
      }
      if (buffer.get(buffer.position() - 1) == '\n') {
        return buffer.position();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
