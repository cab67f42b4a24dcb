package io.blockgraph.export.nbd;

/// What a listener thinks of TLS.
public sealed interface Encryption {
  /// There is none.
  record Off() implements Encryption {}

  /// Clients choose.
  record Allowed(TlsCredentials credentials) implements Encryption {}

  /// Before a client has begun TLS it is told nothing, not even which exports there are.
  record Required(TlsCredentials credentials) implements Encryption {}

  /// Whether it keeps away whom nobody vouches for.
  default boolean verifiesClients() {
    return this instanceof Required(TlsCredentials credentials) && credentials.verifiesClients();
  }
}
