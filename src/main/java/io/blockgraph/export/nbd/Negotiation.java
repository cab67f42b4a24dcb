package io.blockgraph.export.nbd;

import io.blockgraph.nbd.TlsChannel;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// How a connection comes to its session: the greeting, options, and where the client asks for TLS
/// that and then options anew.
///
///     greeting ──> options ──> session
///                     │
///                     └─ STARTTLS ──> TLS ──> options ──> session
///
/// The options under TLS are those of another [Handshake]: nothing that was agreed on in plain, where
/// anybody may have written, can be left.
final class Negotiation {
  private final SocketChannel channel;
  private final Connection connection;
  private final Exports exports;
  private final NbdLimits limits;

  Negotiation(SocketChannel channel, Connection connection, Exports exports, NbdLimits limits) {
    this.channel = channel;
    this.connection = connection;
    this.exports = exports;
    this.limits = limits;
  }

  /// What a connection came to.
  ///
  /// @param channel what the session's bytes go through
  record Agreement(Session session, ByteChannel channel) {}

  /// Negotiates; nothing when the client took its leave.
  ///
  /// @throws IOException when the connection broke or had to be broken
  Optional<Agreement> run() throws IOException {
    HandshakeChannel plain = new HandshakeChannel(channel);
    Greeting greeting = Greeting.exchange(plain);
    return switch (options(plain, greeting, Cover.of(connection.encryption()))) {
      case Handshake.End.Agreed(Session session) -> Optional.of(new Agreement(session, channel));
      case Handshake.End.Left _ -> Optional.empty();
      case Handshake.End.StartTls _ -> underTls(greeting);
    };
  }

  private Handshake.End options(HandshakeChannel over, Greeting greeting, Cover cover)
      throws IOException {
    return new Handshake(over, connection, exports, limits, greeting, cover).negotiate();
  }

  private Optional<Agreement> underTls(Greeting greeting) throws IOException {
    TlsChannel tls = begin(credentials());
    Optional<Agreement> agreed = Optional.empty();
    try {
      agreed =
          switch (options(new HandshakeChannel(tls), greeting, Cover.ACTIVE)) {
            case Handshake.End.Agreed(Session session) -> Optional.of(new Agreement(session, tls));
            case Handshake.End.Left _ -> Optional.empty();
            case Handshake.End.StartTls _ -> throw new IllegalStateException("TLS within TLS");
          };
      return agreed;
    } finally {
      if (agreed.isEmpty()) {
        tls.finish();
      }
    }
  }

  private TlsChannel begin(TlsCredentials credentials) throws IOException {
    try {
      TlsChannel tls = TlsChannel.begin(channel, credentials.engine());
      credentials.requireAdmitted(tls.engine().getSession());
      connection.secured(TlsSession.of(tls.engine().getSession()));
      return tls;
    } catch (SSLException e) {
      connection.notSecured(e);
      throw e;
    }
  }

  private TlsCredentials credentials() {
    return switch (connection.encryption()) {
      case Encryption.Allowed(TlsCredentials credentials) -> credentials;
      case Encryption.Required(TlsCredentials credentials) -> credentials;
      case Encryption.Off _ -> throw new IllegalStateException("TLS was not offered");
    };
  }
}
