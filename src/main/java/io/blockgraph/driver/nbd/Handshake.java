package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/// The client's side of the options phase, in plain or under TLS. Believes nothing of what comes:
/// each length has a bound, each answer must be for what was asked.
///
/// An [IOException] is trouble that may pass; a [BlockException] is what the server will say next
/// time too.
final class Handshake {
  private static final String ALLOCATION = "base:allocation";

  private final Inlet in;
  private final WritableByteChannel out;

  Handshake(Inlet in, WritableByteChannel out) {
    this.in = in;
    this.out = out;
  }

  /// A reply to an option.
  private record Reply(int type, byte[] data) {
    boolean isError() {
      return (type & Wire.REPLY_ERROR) != 0;
    }

    ByteBuffer buffer() {
      return ByteBuffer.wrap(data);
    }

    /// What the server says of an error, made harmless.
    String words() {
      String text = new String(data, StandardCharsets.UTF_8);
      return text.isBlank() ? "error 0x" + Integer.toHexString(type) : Harmless.text(text);
    }
  }

  /// Greets the server.
  void greet() throws IOException {
    if (in.i64() != Wire.NBD_MAGIC) {
      throw new ProtocolBroken("what answers is no NBD server");
    }
    if (in.i64() != Wire.OPTION_MAGIC) {
      throw new ProtocolBroken("the server speaks the old style of the protocol");
    }
    int flags = in.u16();
    if ((flags & Wire.FLAG_FIXED_NEWSTYLE) == 0) {
      throw new ProtocolBroken("the server does not speak the fixed newstyle");
    }
    send(ByteBuffer.allocate(4).putInt(flags & (Wire.FLAG_FIXED_NEWSTYLE | Wire.FLAG_NO_ZEROES)));
  }

  /// Asks for TLS, which has to begin then.
  void startTls() throws IOException {
    Reply reply = ask(Wire.OPTION_STARTTLS, new byte[0]);
    if (reply.isError()) {
      throw new BlockException(
          Kind.INVALID, "the server has no TLS, which 'tlsCreds' wants: " + reply.words());
    }
    requireAck(reply);
  }

  /// Agrees on the rest, and enters the transmission phase.
  ExportInfo enter(String export) throws IOException {
    boolean structured = accepts(Wire.OPTION_STRUCTURED_REPLY);
    OptionalInt allocation = structured ? allocation(export) : OptionalInt.empty();
    ByteBuffer data = named(export, 4);
    data.putShort((short) 1).putShort((short) Wire.INFO_BLOCK_SIZE);
    begin(Wire.OPTION_GO, data.array());
    Findings found = new Findings();
    Reply reply = reply(Wire.OPTION_GO);
    for (int i = 0; reply.type() == Wire.REPLY_INFO; i++) {
      if (i >= Limits.OPTION_REPLIES) {
        throw new ProtocolBroken("the server tells of the export without an end");
      }
      found.take(reply.buffer());
      reply = reply(Wire.OPTION_GO);
    }
    if (reply.isError()) {
      throw refused(export, reply);
    }
    requireAck(reply);
    return found.info(structured, allocation);
  }

  private boolean accepts(int option) throws IOException {
    Reply reply = ask(option, new byte[0]);
    if (reply.type() == Wire.REPLY_TLS_REQUIRED) {
      throw tlsRequired();
    }
    if (!reply.isError()) {
      requireAck(reply);
    }
    return !reply.isError();
  }

  private OptionalInt allocation(String export) throws IOException {
    byte[] query = ALLOCATION.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer data = named(export, 8 + query.length);
    begin(Wire.OPTION_SET_META_CONTEXT, data.putInt(1).putInt(query.length).put(query).array());
    Optional<Integer> number = Optional.empty();
    Reply reply = reply(Wire.OPTION_SET_META_CONTEXT);
    if (reply.type() == Wire.REPLY_META_CONTEXT) {
      if (reply.data().length != 4 + query.length
          || !ALLOCATION.equals(
              new String(reply.data(), 4, query.length, StandardCharsets.UTF_8))) {
        throw new ProtocolBroken("the server agrees on a context that was not asked for");
      }
      number = Optional.of(reply.buffer().getInt());
      reply = reply(Wire.OPTION_SET_META_CONTEXT);
    }
    if (!reply.isError()) {
      requireAck(reply);
    }
    return reply.isError() || number.isEmpty() ? OptionalInt.empty() : OptionalInt.of(number.get());
  }

  /// What the server told of the export.
  private static final class Findings {
    private long sizeBytes = -1;
    private int flags;
    private long mostPayload = 32L << 20;

    void take(ByteBuffer info) throws ProtocolBroken {
      if (info.remaining() < Short.BYTES) {
        throw new ProtocolBroken("information about an export without a type");
      }
      int type = Short.toUnsignedInt(info.getShort());
      if (type == Wire.INFO_EXPORT) {
        requireLength(info, 10);
        sizeBytes = info.getLong();
        flags = Short.toUnsignedInt(info.getShort());
      } else if (type == Wire.INFO_BLOCK_SIZE) {
        requireLength(info, 12);
        takeSizes(info.getInt(), info.getInt(), Integer.toUnsignedLong(info.getInt()));
      }
    }

    private void takeSizes(int least, int preferred, long most) throws ProtocolBroken {
      if (Integer.bitCount(least) != 1 || least > 1 << 16 || most < least || preferred < least) {
        throw new ProtocolBroken(
            "impossible block sizes: " + least + ", " + preferred + ", " + most);
      }
      if (least > 1) {
        throw new BlockException(
            Kind.UNSUPPORTED,
            "the server takes requests in blocks of " + least + " bytes only, not of any length");
      }
      mostPayload = most;
    }

    private static void requireLength(ByteBuffer info, int bytes) throws ProtocolBroken {
      if (info.remaining() != bytes) {
        throw new ProtocolBroken("information about an export of a wrong length");
      }
    }

    ExportInfo info(boolean structured, OptionalInt allocation) throws ProtocolBroken {
      if (sizeBytes < 0 || (flags & Wire.HAS_FLAGS) == 0) {
        throw new ProtocolBroken("the server does not tell how long the export is");
      }
      int most = (int) Math.min(mostPayload, Limits.PAYLOAD_BYTES);
      return new ExportInfo(sizeBytes, flags, most, structured, allocation);
    }
  }

  private static RuntimeException refused(String export, Reply reply) throws IOException {
    String which = export.isEmpty() ? "a default export" : "the export '" + export + "'";
    return switch (reply.type()) {
      case Wire.REPLY_TLS_REQUIRED -> tlsRequired();
      case Wire.REPLY_UNKNOWN ->
          new BlockException(Kind.NOT_FOUND, "the server has not got " + which);
      case Wire.REPLY_POLICY ->
          new BlockException(Kind.LOCKED, "the server refuses " + which + ": " + reply.words());
      case Wire.REPLY_UNSUPPORTED ->
          new BlockException(Kind.UNSUPPORTED, "the server does not know the option GO");
      default -> throw new IOException("the server refuses " + which + ": " + reply.words());
    };
  }

  private static BlockException tlsRequired() {
    return new BlockException(Kind.INVALID, "the server wants TLS: 'tlsCreds' has to be given");
  }

  private static ByteBuffer named(String export, int more) {
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + name.length + more).putInt(name.length).put(name);
  }

  private Reply ask(int option, byte[] data) throws IOException {
    begin(option, data);
    return reply(option);
  }

  private void begin(int option, byte[] data) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(Wire.OPTION_HEADER_BYTES + data.length);
    send(all.putLong(Wire.OPTION_MAGIC).putInt(option).putInt(data.length).put(data));
  }

  private Reply reply(int option) throws IOException {
    if (in.i64() != Wire.OPTION_REPLY_MAGIC) {
      throw new ProtocolBroken("a reply to an option without its magic number");
    }
    int answered = in.i32();
    int type = in.i32();
    long length = in.u32();
    if (answered != option) {
      throw new ProtocolBroken("a reply to option " + answered + " instead of " + option);
    }
    if (length > Limits.OPTION_REPLY_BYTES) {
      throw new ProtocolBroken("a reply of " + length + " bytes to an option");
    }
    return new Reply(type, in.bytes((int) length));
  }

  private static void requireAck(Reply reply) throws ProtocolBroken {
    if (reply.type() != Wire.REPLY_ACK) {
      throw new ProtocolBroken("a reply of type " + reply.type() + " where none can be");
    }
  }

  private void send(ByteBuffer bytes) throws IOException {
    bytes.flip();
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
