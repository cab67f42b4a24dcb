package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A client that sends whatever a test wants and shows every byte of the answer. All waits end
/// after 20 seconds.
final class RawClient implements AutoCloseable {
  private final Socket socket;
  private DataInputStream in;
  private DataOutputStream out;

  record OptionReply(int option, int type, byte[] data) {
    String text() {
      return new String(data, StandardCharsets.UTF_8);
    }
  }

  record SimpleReply(int error, long cookie) {}

  record Chunk(int flags, int type, long cookie, byte[] payload) {
    ByteBuffer buffer() {
      return ByteBuffer.wrap(payload);
    }

    boolean isDone() {
      return (flags & Wire.CHUNK_DONE) != 0;
    }

    /// The error number of an error chunk, 0 of any other.
    int error() {
      return type == Wire.CHUNK_ERROR ? buffer().getInt() : 0;
    }
  }

  /// What an export can do, as INFO or GO tell.
  record Info(long sizeBytes, int flags) {}

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  static RawClient connect(InetSocketAddress address) {
    return io(
        () -> {
          Socket socket = new Socket();
          socket.connect(address, 20_000);
          return new RawClient(socket);
        });
  }

  /// Reads the greeting and answers with fixed newstyle, no zeroes.
  RawClient greet() {
    return greet(3);
  }

  RawClient greet(int clientFlags) {
    return io(
        () -> {
          in.readFully(new byte[18]);
          out.writeInt(clientFlags);
          return this;
        });
  }

  byte[] read(int bytes) {
    return io(
        () -> {
          byte[] data = new byte[bytes];
          in.readFully(data);
          return data;
        });
  }

  RawClient send(byte... bytes) {
    return io(
        () -> {
          out.write(bytes);
          out.flush();
          return this;
        });
  }

  RawClient send(ByteBuffer bytes) {
    return send(Arrays.copyOf(bytes.array(), bytes.position()));
  }

  static byte[] optionHeader(int option, int length) {
    return ByteBuffer.allocate(16).putLong(Wire.OPTION_MAGIC).putInt(option).putInt(length).array();
  }

  RawClient option(int option, byte... data) {
    return send(optionHeader(option, data.length)).send(data);
  }

  OptionReply reply() {
    return io(
        () -> {
          long magic = in.readLong();
          if (magic != Wire.OPTION_REPLY_MAGIC) {
            throw new AssertionError("option reply magic is " + Long.toHexString(magic));
          }
          int option = in.readInt();
          int type = in.readInt();
          return new OptionReply(option, type, in.readNBytes(in.readInt()));
        });
  }

  /// All replies to one option, the last (ACK or an error) included.
  List<OptionReply> replies() {
    List<OptionReply> replies = new ArrayList<>();
    do {
      replies.add(reply());
    } while (replies.getLast().type() > Wire.REPLY_ACK);
    return replies;
  }

  /// Begins TLS, which the server must let it, and goes on under it.
  SSLSocket startTls(SSLContext context, String... versions) {
    OptionReply reply = option(Wire.OPTION_STARTTLS).reply();
    if (reply.type() != Wire.REPLY_ACK) {
      throw new AssertionError("STARTTLS: " + reply.text());
    }
    return underTls(context, versions);
  }

  /// Shakes hands under TLS and goes on there, whatever the server said before.
  SSLSocket underTls(SSLContext context, String... versions) {
    return io(
        () -> {
          SSLSocket tls =
              (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 0, true);
          if (versions.length > 0) {
            tls.setEnabledProtocols(versions);
          }
          tls.startHandshake();
          in = new DataInputStream(tls.getInputStream());
          out = new DataOutputStream(new BufferedOutputStream(tls.getOutputStream()));
          return tls;
        });
  }

  /// The data of INFO and GO.
  static byte[] infoData(String name, int... infos) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer data = ByteBuffer.allocate(6 + text.length + 2 * infos.length);
    data.putInt(text.length).put(text).putShort((short) infos.length);
    for (int info : infos) {
      data.putShort((short) info);
    }
    return data.array();
  }

  /// The data of the meta context options.
  static byte[] metaData(String name, String... queries) {
    ByteBuffer data = ByteBuffer.allocate(60_000);
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    data.putInt(text.length).put(text).putInt(queries.length);
    for (String query : queries) {
      data.putInt(query.length()).put(query.getBytes(StandardCharsets.UTF_8));
    }
    return Arrays.copyOf(data.array(), data.position());
  }

  /// Enters transmission with an export; fails when the server does not let it.
  Info go(String name) {
    option(Wire.OPTION_GO, infoData(name));
    List<OptionReply> replies = replies();
    if (replies.getLast().type() != Wire.REPLY_ACK) {
      throw new AssertionError("GO: " + replies.getLast().text());
    }
    ByteBuffer info = ByteBuffer.wrap(replies.getFirst().data());
    return new Info(info.getLong(2), info.getShort(10));
  }

  void structured() {
    option(Wire.OPTION_STRUCTURED_REPLY).replies();
  }

  void structuredWithAllocation(String name) {
    structured();
    option(Wire.OPTION_SET_META_CONTEXT, metaData(name, "base:allocation")).replies();
  }

  /// Agrees on extended headers and base:allocation, and enters transmission.
  RawClient extended(String name) {
    option(Wire.OPTION_EXTENDED_HEADERS).replies();
    option(Wire.OPTION_SET_META_CONTEXT, metaData(name, "base:allocation")).replies();
    go(name);
    return this;
  }

  static byte[] extendedRequest(int flags, int command, long offset, long length) {
    ByteBuffer request = ByteBuffer.allocate(Wire.EXTENDED_REQUEST_BYTES);
    request.putInt(Wire.EXTENDED_REQUEST_MAGIC).putShort((short) flags).putShort((short) command);
    return request.putLong(7).putLong(offset).putLong(length).array();
  }

  /// Sends an extended request, whose payload may follow.
  RawClient askExtended(int flags, Command command, long offset, long length) {
    return send(extendedRequest(flags, command.ordinal(), offset, length));
  }

  /// All chunks of one extended reply to a request at `offset`.
  List<Chunk> extendedChunks(long offset) {
    List<Chunk> chunks = new ArrayList<>();
    do {
      chunks.add(extendedChunk(offset));
    } while (!chunks.getLast().isDone());
    return chunks;
  }

  private Chunk extendedChunk(long offset) {
    return io(
        () -> {
          int magic = in.readInt();
          if (magic != Wire.EXTENDED_REPLY_MAGIC) {
            throw new AssertionError("extended reply magic is " + Integer.toHexString(magic));
          }
          int flags = in.readUnsignedShort();
          int type = in.readUnsignedShort();
          long cookie = in.readLong();
          long at = in.readLong();
          if (at != offset) {
            throw new AssertionError("a reply to offset " + at + ", not " + offset);
          }
          return new Chunk(flags, type, cookie, in.readNBytes(Math.toIntExact(in.readLong())));
        });
  }

  /// Sends an extended request without payload and waits: the error number.
  int extendedError(int flags, Command command, long offset, long length) {
    return askExtended(flags, command, offset, length).extendedChunks(offset).getLast().error();
  }

  /// Writes with an extended request and waits: the error number.
  int extendedWrite(int flags, long offset, byte[] data) {
    askExtended(flags | Wire.PAYLOAD_LENGTH, Command.WRITE, offset, data.length);
    return send(data).extendedChunks(offset).getLast().error();
  }

  static byte[] request(int flags, Command command, long offset, long length) {
    return request(flags, command.ordinal(), 7, offset, length);
  }

  static byte[] request(int flags, int command, long cookie, long offset, long length) {
    ByteBuffer request = ByteBuffer.allocate(Wire.REQUEST_BYTES);
    request.putInt(Wire.REQUEST_MAGIC).putShort((short) flags).putShort((short) command);
    return request.putLong(cookie).putLong(offset).putInt((int) length).array();
  }

  RawClient ask(int flags, Command command, long offset, long length) {
    return send(request(flags, command, offset, length));
  }

  /// Writes and waits: the error number.
  int write(int flags, long offset, byte[] data) {
    return ask(flags, Command.WRITE, offset, data.length).send(data).simple().error();
  }

  /// Sends a command without payload and waits: the error number, with simple replies.
  int error(int flags, Command command, long offset, long length) {
    return ask(flags, command, offset, length).simple().error();
  }

  SimpleReply simple() {
    return io(
        () -> {
          int magic = in.readInt();
          if (magic != Wire.SIMPLE_REPLY_MAGIC) {
            throw new AssertionError("simple reply magic is " + Integer.toHexString(magic));
          }
          return new SimpleReply(in.readInt(), in.readLong());
        });
  }

  Chunk chunk() {
    return io(
        () -> {
          int magic = in.readInt();
          if (magic != Wire.STRUCTURED_REPLY_MAGIC) {
            throw new AssertionError("chunk magic is " + Integer.toHexString(magic));
          }
          int flags = in.readUnsignedShort();
          int type = in.readUnsignedShort();
          return new Chunk(flags, type, in.readLong(), in.readNBytes(in.readInt()));
        });
  }

  /// All chunks of one reply.
  List<Chunk> chunks() {
    List<Chunk> chunks = new ArrayList<>();
    do {
      chunks.add(chunk());
    } while (!chunks.getLast().isDone());
    return chunks;
  }

  /// Whether a 1-byte read still works, simple replies: both sides still understand each other.
  boolean isServed() {
    boolean good = ask(0, Command.READ, 0, 1).simple().error() == 0;
    read(1);
    return good;
  }

  /// Whether the server closes the connection without another byte.
  boolean isClosed() {
    try {
      return in.read() < 0;
    } catch (SocketException reset) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The bytes below TLS that have not been read yet, up to the end.
  byte[] encryptedTail() {
    return io(() -> socket.getInputStream().readAllBytes());
  }

  /// Says that nothing more will be sent.
  void endOutput() {
    io(
        () -> {
          socket.shutdownOutput();
          return true;
        });
  }

  /// Reads until the server closes: how many bytes came.
  long readToEnd() {
    try {
      return in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (SocketException reset) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    io(
        () -> {
          socket.close();
          return true;
        });
  }

  /// The server closed where an answer was expected.
  static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Closed(IOException cause) {
      super(cause);
    }
  }

  private interface Io<T> {
    T run() throws IOException;
  }

  private static <T> T io(Io<T> work) {
    try {
      return work.run();
    } catch (EOFException | SocketException e) {
      throw new Closed(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
