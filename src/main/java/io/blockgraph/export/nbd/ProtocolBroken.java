package io.blockgraph.export.nbd;

import java.io.IOException;

/// The conversation cannot go on: the peer broke the protocol beyond repair, or we must cut it as
/// the protocol demands.
final class ProtocolBroken extends IOException {
  private static final long serialVersionUID = 1L;

  ProtocolBroken(String message) {
    super(message);
  }

  ProtocolBroken(String message, Throwable cause) {
    super(message, cause);
  }
}
