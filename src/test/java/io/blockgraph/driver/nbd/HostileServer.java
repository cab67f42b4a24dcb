package io.blockgraph.driver.nbd;

import io.blockgraph.nbd.Wire;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An NBD server that a test writes: it greets and agrees on one export like a good one, and what
/// it does with each request is the test's. One connection at a time.
final class HostileServer implements AutoCloseable {
  static final long SIZE_BYTES = 1 << 20;

  private static final int FLAGS =
      Wire.HAS_FLAGS | Wire.SEND_FLUSH | Wire.SEND_FUA | Wire.SEND_TRIM | Wire.SEND_WRITE_ZEROES;

  private final ServerSocket socket;
  private final Session session;

  /// All requests of all connections, in the order they came.
  final List<Request> requests = new CopyOnWriteArrayList<>();

  /// What is told of the length of the disk.
  volatile long sizeBytes = SIZE_BYTES;

  /// A request as it came.
  record Request(int connection, int command, long cookie, long offset, int length, byte[] data) {}

  /// One connection of the test.
  final class Peer {
    final DataInputStream in;
    final DataOutputStream out;
    final int number;

    Peer(Socket client, int number) throws IOException {
      this.in = new DataInputStream(client.getInputStream());
      this.out = new DataOutputStream(client.getOutputStream());
      this.number = number;
    }

    /// Goes through the handshake as a server with structured replies and base:allocation.
    Peer agree() throws IOException {
      greet();
      while (true) {
        requireMagic(in.readLong());
        int option = in.readInt();
        in.readFully(new byte[in.readInt()]);
        if (option == Wire.OPTION_SET_META_CONTEXT) {
          reply(option, Wire.REPLY_META_CONTEXT, 4 + 15);
          out.writeInt(7);
          out.writeBytes("base:allocation");
        }
        if (option == Wire.OPTION_GO) {
          reply(option, Wire.REPLY_INFO, 12);
          out.writeShort(Wire.INFO_EXPORT);
          out.writeLong(sizeBytes);
          out.writeShort(FLAGS);
        }
        reply(option, Wire.REPLY_ACK, 0);
        if (option == Wire.OPTION_GO) {
          return this;
        }
      }
    }

    void greet() throws IOException {
      out.writeLong(Wire.NBD_MAGIC);
      out.writeLong(Wire.OPTION_MAGIC);
      out.writeShort(Wire.FLAG_FIXED_NEWSTYLE | Wire.FLAG_NO_ZEROES);
      in.readInt();
    }

    void reply(int option, int type, int length) throws IOException {
      out.writeLong(Wire.OPTION_REPLY_MAGIC);
      out.writeInt(option);
      out.writeInt(type);
      out.writeInt(length);
    }

    Request next() throws IOException {
      requireMagic(Integer.toUnsignedLong(in.readInt()));
      in.readShort();
      int command = in.readShort();
      long cookie = in.readLong();
      long offset = in.readLong();
      int length = in.readInt();
      byte[] data = new byte[command == Wire.COMMAND_WRITE ? length : 0];
      in.readFully(data);
      Request request = new Request(number, command, cookie, offset, length, data);
      requests.add(request);
      return request;
    }

    /// A request done well.
    void done(Request request) throws IOException {
      chunk(Wire.CHUNK_DONE, Wire.CHUNK_NONE, request.cookie(), 0);
    }

    /// A read done well, of the same byte all over.
    void data(Request request, int value) throws IOException {
      chunk(Wire.CHUNK_DONE, Wire.CHUNK_OFFSET_DATA, request.cookie(), 8 + request.length());
      out.writeLong(request.offset());
      byte[] bytes = new byte[request.length()];
      java.util.Arrays.fill(bytes, (byte) value);
      out.write(bytes);
    }

    void chunk(int flags, int type, long cookie, int length) throws IOException {
      out.writeInt(Wire.STRUCTURED_REPLY_MAGIC);
      out.writeShort(flags);
      out.writeShort(type);
      out.writeLong(cookie);
      out.writeInt(length);
    }

    private void requireMagic(long magic) throws IOException {
      if (magic != Wire.OPTION_MAGIC && magic != Wire.REQUEST_MAGIC) {
        throw new IOException("the client is out of step");
      }
    }
  }

  /// What the server does with a connection; returning ends it.
  interface Session {
    void serve(Peer peer) throws IOException;
  }

  HostileServer(Session session) {
    this.session = session;
    try {
      socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("hostile").start(this::run);
  }

  int port() {
    return socket.getLocalPort();
  }

  private void run() {
    for (int number = 1; ; number++) {
      try (Socket client = socket.accept()) {
        client.setTcpNoDelay(true);
        session.serve(new Peer(client, number));
      } catch (IOException e) {
        if (socket.isClosed()) {
          return;
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
