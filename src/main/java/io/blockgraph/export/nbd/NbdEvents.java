package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import javax.net.ssl.SSLException;

/// Told what happens to clients. Called from connection threads: quick, never blocking, never
/// throwing.
public interface NbdEvents {
  /// Nobody wants to know.
  NbdEvents NONE = new NbdEvents() {};

  /// A client has finished its handshake and uses an export.
  default void connected(NbdClient client) {}

  /// A client that had finished its handshake is gone.
  default void disconnected(NbdClient client) {}

  /// A client began TLS, and the two sides did not come to trust each other.
  default void notSecured(NbdClient client, SSLException why) {}

  /// The disk refused or failed a request; the client got the error and goes on.
  default void failed(NbdClient client, BlockException trouble) {}

  /// A mistake of ours ended a connection.
  default void broken(NbdClient client, Throwable mistake) {}
}
