package io.blockgraph.differential;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A client of one export over a unix socket: one request at a time, simple replies. A connection
/// stays for as long as the export is there, so that changes of the graph happen below it.
final class NbdDisk implements AutoCloseable {
  private static final long OPTION_MAGIC = 0x49484156454F5054L;
  private static final int EXPORT_NAME = 1;
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int REPLY_MAGIC = 0x67446698;
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int DISCONNECT = 2;
  private static final int WRITE_ZEROES = 6;

  /// The error of a request that was not answered in time.
  static final int HELD = -1;

  private static final long PATIENCE_MS = 20_000;

  private final SocketChannel channel;
  private final Selector selector;
  private final long sizeBytes;

  private NbdDisk(Path socket, String export) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    selector = Selector.open();
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
    receive(18);
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    ByteBuffer hello = ByteBuffer.allocate(20 + name.length);
    send(hello.putInt(3).putLong(OPTION_MAGIC).putInt(EXPORT_NAME).putInt(name.length).put(name));
    sizeBytes = receive(10).getLong();
  }

  /// Connects to the export of this name.
  static NbdDisk open(Path socket, String export) {
    try {
      return new NbdDisk(socket, export);
    } catch (IOException e) {
      throw new UncheckedIOException("export '" + export + "'", e);
    }
  }

  /// The length told at the beginning.
  long sizeBytes() {
    return sizeBytes;
  }

  /// What a request came to.
  ///
  /// @param error 0, or the number of an error
  record Reply(int error, byte[] bytes) {}

  Reply read(long offset, int length) {
    return ask(READ, offset, length, new byte[0]);
  }

  Reply write(long offset, byte[] bytes) {
    return ask(WRITE, offset, bytes.length, bytes);
  }

  Reply zero(long offset, int length) {
    return ask(WRITE_ZEROES, offset, length, new byte[0]);
  }

  private Reply ask(int command, long offset, int length, byte[] payload) {
    try {
      send(request(command, offset, length, payload));
      ByteBuffer reply = receive(16);
      if (reply.getInt() != REPLY_MAGIC) {
        throw new IOException("this is no reply");
      }
      int error = reply.getInt();
      boolean brings = command == READ && error == 0;
      return new Reply(error, brings ? receive(length).array() : new byte[0]);
    } catch (SocketTimeoutException late) {
      return new Reply(HELD, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteBuffer request(int command, long offset, int length, byte[] payload) {
    ByteBuffer request = ByteBuffer.allocate(28 + payload.length);
    request.putInt(REQUEST_MAGIC).putShort((short) 0).putShort((short) command).putLong(1);
    return request.putLong(offset).putInt(length).put(payload);
  }

  private void send(ByteBuffer bytes) throws IOException {
    bytes.flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private ByteBuffer receive(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      int count = channel.read(bytes);
      if (count < 0) {
        throw new EOFException("the server has hung up");
      }
      if (count == 0 && selector.select(PATIENCE_MS) == 0) {
        throw new SocketTimeoutException("no answer after " + PATIENCE_MS + " ms");
      }
      selector.selectedKeys().clear();
    }
    return bytes.flip();
  }

  /// Says goodbye; a server that is gone already does not matter.
  @Override
  public void close() {
    try (selector;
        channel) {
      send(request(DISCONNECT, 0, 0, new byte[0]));
    } catch (IOException gone) {
      return;
    }
  }
}
