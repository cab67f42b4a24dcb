package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The options of one connection's fixed newstyle handshake: answers them until the client has
/// chosen an export, given up, or wants TLS.
///
/// A bad option gets an error and the next one is read; only what would let us be kept busy for
/// ever, or leaves no way to answer, ends the connection. The deadline for all of it is kept by the
/// connection, which closes the channel.
final class Handshake {
  /// A meta context option may be so many times longer than others before it ends the connection.
  private static final int META_FACTOR = 16;

  private static final int SMALLEST_BLOCK = 1;
  private static final int PREFERRED_BLOCK = 4096;
  private static final int EXPORT_NAME_ZEROES = 124;

  private final HandshakeChannel channel;
  private final Connection connection;
  private final Exports exports;
  private final NbdLimits limits;

  private final Greeting greeting;
  private final Cover cover;

  private Framing framing = Framing.SIMPLE;

  /// The contexts that were chosen last.
  private ContextChoice chosen = ContextChoice.NONE;

  private @Nullable End end;

  Handshake(
      HandshakeChannel channel,
      Connection connection,
      Exports exports,
      NbdLimits limits,
      Greeting greeting,
      Cover cover) {
    this.channel = channel;
    this.connection = connection;
    this.exports = exports;
    this.limits = limits;
    this.greeting = greeting;
    this.cover = cover;
  }

  /// How it can end.
  sealed interface End {
    /// The client uses an export from now on.
    record Agreed(Session session) implements End {}

    /// The client took its leave.
    record Left() implements End {}

    /// The client begins TLS from now on.
    record StartTls() implements End {}
  }

  /// Negotiates to an end.
  ///
  /// @throws IOException when the connection broke or had to be broken
  End negotiate() throws IOException {
    for (int options = 0; end == null; options++) {
      if (options == limits.negotiation().options()) {
        channel.send();
        throw new ProtocolBroken("more than " + options + " options");
      }
      answerOption();
    }
    channel.send();
    return end;
  }

  private void answerOption() throws IOException {
    ByteBuffer header = channel.read(Wire.OPTION_HEADER_BYTES);
    if (header.getLong() != Wire.OPTION_MAGIC) {
      throw new ProtocolBroken("no option magic");
    }
    int option = header.getInt();
    long bytes = Integer.toUnsignedLong(header.getInt());
    if (!greeting.fixedNewstyle() && option != Wire.OPTION_EXPORT_NAME) {
      throw new ProtocolBroken("option " + option + " without fixed newstyle");
    }
    if (bytes <= limits.negotiation().optionBytes()) {
      answer(option, channel.read((int) bytes));
    } else {
      answerLong(option, bytes);
    }
  }

  private void answer(int option, ByteBuffer data) throws IOException {
    boolean always = option == Wire.OPTION_STARTTLS || option == Wire.OPTION_ABORT;
    if (cover == Cover.DEMANDED && !always) {
      refuseInPlain(option);
      return;
    }
    switch (option) {
      case Wire.OPTION_EXPORT_NAME -> exportName(data);
      case Wire.OPTION_ABORT -> {
        channel.reply(option, Wire.REPLY_ACK);
        end = new End.Left();
      }
      case Wire.OPTION_LIST -> list(data);
      case Wire.OPTION_STARTTLS -> startTls(data);
      case Wire.OPTION_INFO, Wire.OPTION_GO -> info(option, data);
      case Wire.OPTION_STRUCTURED_REPLY -> structuredReply(data);
      case Wire.OPTION_EXTENDED_HEADERS -> extendedHeaders(data);
      case Wire.OPTION_LIST_META_CONTEXT, Wire.OPTION_SET_META_CONTEXT -> metaContext(option, data);
      default -> channel.refuse(option, Wire.REPLY_UNSUPPORTED, "no such option here");
    }
  }

  private void refuseInPlain(int option) throws IOException {
    if (option == Wire.OPTION_EXPORT_NAME) {
      throw new ProtocolBroken("EXPORT_NAME before TLS");
    }
    channel.refuse(option, Wire.REPLY_TLS_REQUIRED, "TLS comes first");
  }

  private void startTls(ByteBuffer data) throws IOException {
    if (cover == Cover.NONE) {
      channel.refuse(Wire.OPTION_STARTTLS, Wire.REPLY_POLICY, "this server speaks no TLS");
    } else if (cover == Cover.ACTIVE) {
      channel.refuse(Wire.OPTION_STARTTLS, Wire.REPLY_INVALID, "TLS has begun already");
    } else if (data.hasRemaining()) {
      channel.refuse(Wire.OPTION_STARTTLS, Wire.REPLY_INVALID, "STARTTLS takes no data");
    } else {
      channel.reply(Wire.OPTION_STARTTLS, Wire.REPLY_ACK);
      end = new End.StartTls();
    }
  }

  private void answerLong(int option, long bytes) throws IOException {
    boolean meta =
        option == Wire.OPTION_LIST_META_CONTEXT || option == Wire.OPTION_SET_META_CONTEXT;
    if (!meta || bytes > (long) META_FACTOR * limits.negotiation().optionBytes()) {
      throw new ProtocolBroken("option " + option + " with " + bytes + " bytes");
    }
    channel.skip(bytes);
    if (cover == Cover.DEMANDED) {
      refuseInPlain(option);
      return;
    }
    forgetChoice(option);
    channel.refuse(option, Wire.REPLY_TOO_BIG, "the option is too long");
  }

  /// The old way, which has no error replies: whatever is wrong ends the connection.
  private void exportName(ByteBuffer data) throws IOException {
    if (framing == Framing.EXTENDED) {
      throw new ProtocolBroken("EXPORT_NAME with extended headers");
    }
    try {
      String name = OptionData.text(data);
      ServedExport export =
          exports.find(name).orElseThrow(() -> new ProtocolBroken("EXPORT_NAME of no export"));
      long sizeBytes = export.disk().sizeBytes();
      if (export.admit(connection) != ServedExport.Admission.ADMITTED) {
        throw new ProtocolBroken("export '" + export.offer().name() + "' takes no more clients");
      }
      agree(export, name);
      int zeroes = greeting.noZeroes() ? 0 : EXPORT_NAME_ZEROES;
      ByteBuffer reply = ByteBuffer.allocate(10 + zeroes);
      reply.putLong(sizeBytes).putShort((short) session(export, name).flags());
      channel.put(reply.clear());
    } catch (OptionData.MalformedOption | BlockException e) {
      throw new ProtocolBroken("EXPORT_NAME", e);
    }
  }

  private void list(ByteBuffer data) throws IOException {
    if (data.hasRemaining()) {
      channel.refuse(Wire.OPTION_LIST, Wire.REPLY_INVALID, "LIST takes no data");
      return;
    }
    for (NbdExport export : exports.all()) {
      byte[] name = utf8(export.name().value());
      byte[] description = utf8(export.description());
      ByteBuffer reply = ByteBuffer.allocate(Integer.BYTES + name.length + description.length);
      reply.putInt(name.length).put(name).put(description);
      channel.reply(Wire.OPTION_LIST, Wire.REPLY_SERVER, reply.flip());
    }
    channel.reply(Wire.OPTION_LIST, Wire.REPLY_ACK);
  }

  private void structuredReply(ByteBuffer data) throws IOException {
    if (data.hasRemaining()) {
      channel.refuse(
          Wire.OPTION_STRUCTURED_REPLY, Wire.REPLY_INVALID, "STRUCTURED_REPLY takes no data");
      return;
    }
    if (framing == Framing.EXTENDED) {
      channel.refuse(
          Wire.OPTION_STRUCTURED_REPLY,
          Wire.REPLY_EXTENDED_REQUIRED,
          "extended headers were agreed on");
      return;
    }
    framing = Framing.STRUCTURED;
    channel.reply(Wire.OPTION_STRUCTURED_REPLY, Wire.REPLY_ACK);
  }

  private void extendedHeaders(ByteBuffer data) throws IOException {
    if (data.hasRemaining()) {
      channel.refuse(
          Wire.OPTION_EXTENDED_HEADERS, Wire.REPLY_INVALID, "EXTENDED_HEADERS takes no data");
      return;
    }
    framing = Framing.EXTENDED;
    channel.reply(Wire.OPTION_EXTENDED_HEADERS, Wire.REPLY_ACK);
  }

  private void info(int option, ByteBuffer data) throws IOException {
    switch (OptionData.infoRequest(data)) {
      case OptionData.InfoRequest request -> info(option, request);
      case OptionData.Malformed(String why) -> channel.refuse(option, Wire.REPLY_INVALID, why);
      case OptionData.MetaRequest _, OptionData.TooBig _ ->
          throw new IllegalStateException("not what INFO and GO are made of");
    }
  }

  private void info(int option, OptionData.InfoRequest request) throws IOException {
    Optional<ServedExport> found = exports.find(request.export());
    if (found.isEmpty()) {
      channel.refuse(option, Wire.REPLY_UNKNOWN, "no such export");
      return;
    }
    ServedExport export = found.get();
    long sizeBytes;
    try {
      sizeBytes = export.disk().sizeBytes();
    } catch (BlockException e) {
      channel.refuse(option, Wire.REPLY_SHUTDOWN, "the export's disk cannot be used now");
      return;
    }
    if (option == Wire.OPTION_GO && !enter(export, request.export())) {
      return;
    }
    sendInfos(option, request.infos(), session(export, request.export()), sizeBytes);
    channel.reply(option, Wire.REPLY_ACK);
  }

  private boolean enter(ServedExport export, String name) throws IOException {
    switch (export.admit(connection)) {
      case ADMITTED -> agree(export, name);
      case FULL ->
          channel.refuse(
              Wire.OPTION_GO,
              Wire.REPLY_POLICY,
              "the export has " + export.offer().maxConnections() + " clients, which is its limit");
      case REMOVED ->
          channel.refuse(Wire.OPTION_GO, Wire.REPLY_SHUTDOWN, "the export is being taken away");
    }
    return end != null;
  }

  private void agree(ServedExport export, String name) {
    Session session = session(export, name);
    connection.admitted(session);
    end = new End.Agreed(session);
  }

  /// The session that would begin now.
  private Session session(ServedExport export, String name) {
    return new Session(export, framing, chosen.madeFor(name).numbers());
  }

  private void sendInfos(int option, List<Integer> wanted, Session session, long sizeBytes)
      throws IOException {
    ByteBuffer basics = infoOf(Wire.INFO_EXPORT, Long.BYTES + Short.BYTES);
    basics.putLong(sizeBytes).putShort((short) session.flags());
    channel.reply(option, Wire.REPLY_INFO, basics.flip());
    NbdExport offer = session.export().offer();
    if (wanted.contains(Wire.INFO_NAME)) {
      sendText(option, Wire.INFO_NAME, offer.name().value());
    }
    if (wanted.contains(Wire.INFO_DESCRIPTION) && !offer.description().isEmpty()) {
      sendText(option, Wire.INFO_DESCRIPTION, offer.description());
    }
    if (wanted.contains(Wire.INFO_BLOCK_SIZE)) {
      ByteBuffer sizes = infoOf(Wire.INFO_BLOCK_SIZE, 3 * Integer.BYTES);
      sizes.putInt(SMALLEST_BLOCK).putInt(PREFERRED_BLOCK);
      sizes.putInt(Math.toIntExact(limits.transfer().payloadBytes()));
      channel.reply(option, Wire.REPLY_INFO, sizes.flip());
    }
  }

  private void sendText(int option, int info, String text) throws IOException {
    byte[] bytes = utf8(text);
    channel.reply(option, Wire.REPLY_INFO, infoOf(info, bytes.length).put(bytes).flip());
  }

  private static ByteBuffer infoOf(int info, int bytes) {
    return ByteBuffer.allocate(Short.BYTES + bytes).putShort((short) info);
  }

  private void metaContext(int option, ByteBuffer data) throws IOException {
    forgetChoice(option);
    if (framing == Framing.SIMPLE) {
      channel.refuse(option, Wire.REPLY_INVALID, "structured replies come first");
      return;
    }
    switch (OptionData.metaRequest(data, limits.negotiation().queries())) {
      case OptionData.MetaRequest request -> metaContext(option, request);
      case OptionData.TooBig(String why) -> channel.refuse(option, Wire.REPLY_TOO_BIG, why);
      case OptionData.Malformed(String why) -> channel.refuse(option, Wire.REPLY_INVALID, why);
      case OptionData.InfoRequest _ ->
          throw new IllegalStateException("not what meta context options are made of");
    }
  }

  private void metaContext(int option, OptionData.MetaRequest request) throws IOException {
    Optional<ServedExport> found = exports.find(request.export());
    if (found.isEmpty()) {
      channel.refuse(option, Wire.REPLY_UNKNOWN, "no such export");
      return;
    }
    boolean set = option == Wire.OPTION_SET_META_CONTEXT;
    List<StatusContext> offered = found.get().offer().contexts();
    ContextChoice choice =
        set
            ? ContextChoice.named(request.export(), offered, request.queries())
            : ContextChoice.listed(request.export(), offered, request.queries());
    chosen = set ? choice : chosen;
    for (int number : choice.numbers()) {
      byte[] name = utf8(offered.get(number - 1).name());
      ByteBuffer reply = ByteBuffer.allocate(Integer.BYTES + name.length);
      reply.putInt(set ? number : 0).put(name);
      channel.reply(option, Wire.REPLY_META_CONTEXT, reply.flip());
    }
    channel.reply(option, Wire.REPLY_ACK);
  }

  /// A SET replaces what was chosen before, also when it fails.
  private void forgetChoice(int option) {
    if (option == Wire.OPTION_SET_META_CONTEXT) {
      chosen = ContextChoice.NONE;
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
