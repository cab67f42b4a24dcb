package io.blockgraph.driver.nbd;

import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What the options of a node come to.
///
/// @param server where the server is
/// @param export the name of the disk there, empty for the server's first
/// @param tls under which TLS, if any
/// @param patience how long is waited for what
/// @param unflushed what becomes of writes that were acknowledged and not flushed when the
///   connection is lost
record Settings(
    Server server, String export, Optional<Tls> tls, Patience patience, Unflushed unflushed) {
  static final long RECONNECT_DELAY_SECONDS = 0;
  static final long OPEN_TIMEOUT_SECONDS = 0;
  static final long REQUEST_TIMEOUT_SECONDS = 60;

  /// What becomes of writes that were acknowledged and not flushed when a connection is lost.
  enum Unflushed {
    /// Nobody knows: flushes fail until the node is opened anew.
    FAIL,
    /// The server is trusted to have kept them.
    TRUST,
    /// There are none: each write is durable before it is acknowledged.
    WRITE_THROUGH
  }

  /// Which credentials a connection uses.
  ///
  /// @param identity the name of credentials in the settings of the service
  /// @param hostName whom the server's certificate has to be for
  record Tls(String identity, String hostName) {}

  /// How long is waited for what, in nanoseconds.
  ///
  /// @param reconnect how long requests wait for a lost connection to come back
  /// @param open how long attempts to open the node are repeated; 0 for a single one
  /// @param request how long the server may take for a request
  record Patience(long reconnect, long open, long request) {}

  static Settings of(NodeSpec spec) {
    Options options = spec.options();
    Server server = Server.of(options.object("server").orElseThrow());
    return new Settings(
        server,
        options.text("export").orElse(""),
        options.text("tlsCreds").map(identity -> new Tls(identity, hostName(options, server))),
        patience(options),
        switch (options.text("unflushedWrites").orElse("fail")) {
          case "trust" -> Unflushed.TRUST;
          case "write-through" -> Unflushed.WRITE_THROUGH;
          default -> Unflushed.FAIL;
        });
  }

  /// What is said, with the server it is said of.
  String in(String what) {
    return server + (export.isEmpty() ? "" : ", export '" + export + "'") + ": " + what;
  }

  private static String hostName(Options options, Server server) {
    return options.text("tlsHostname").or(server::hostName).orElseThrow();
  }

  static Patience patience(Options options) {
    return new Patience(
        nanos(options, "reconnectDelay", RECONNECT_DELAY_SECONDS),
        nanos(options, "openTimeout", OPEN_TIMEOUT_SECONDS),
        nanos(options, "requestTimeout", REQUEST_TIMEOUT_SECONDS));
  }

  private static long nanos(Options options, String name, long otherwise) {
    return TimeUnit.SECONDS.toNanos(options.number(name).orElse(otherwise));
  }
}
