package io.blockgraph.export.nbd;

import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// What a client and the server agreed on under TLS.
///
/// @param version `TLSv1.3`
/// @param cipherSuite `TLS_AES_256_GCM_SHA384`
/// @param subject the distinguished name of the client's certificate, if it had to show one
public record TlsSession(String version, String cipherSuite, Optional<String> subject) {
  static TlsSession of(SSLSession session) {
    return new TlsSession(session.getProtocol(), session.getCipherSuite(), subject(session));
  }

  private static Optional<String> subject(SSLSession session) {
    try {
      return Optional.of(session.getPeerPrincipal().getName());
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }
}
