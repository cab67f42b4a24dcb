package io.blockgraph.export.nbd;

/// How a handshake stands to TLS.
enum Cover {
  /// There is none to be had.
  NONE,
  /// It can be begun.
  OFFERED,
  /// Nothing else can be done before it is begun.
  DEMANDED,
  /// The handshake runs under it.
  ACTIVE;

  /// How the handshake begins at a listener.
  static Cover of(Encryption encryption) {
    return switch (encryption) {
      case Encryption.Off _ -> NONE;
      case Encryption.Allowed _ -> OFFERED;
      case Encryption.Required _ -> DEMANDED;
    };
  }
}
