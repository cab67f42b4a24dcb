package io.blockgraph.nbd;

import java.io.IOException;

/// The conversation cannot go on: the peer broke the protocol beyond repair, or we must cut it as
/// the protocol demands.
public final class ProtocolBroken extends IOException {
  private static final long serialVersionUID = 1L;

  /// What was wrong with what came.
  public ProtocolBroken(String message) {
    super(message);
  }

  /// The same, seen by somebody else.
  public ProtocolBroken(String message, Throwable cause) {
    super(message, cause);
  }
}
