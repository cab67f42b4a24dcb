package io.blockgraph.driver.nbd;

import io.blockgraph.graph.Options;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Where an NBD server is, as the option `server` says it.
sealed interface Server {
  /// The port that NBD servers have unless told otherwise.
  int DEFAULT_PORT = 10809;

  /// A port of a host, given by name or number.
  record Inet(String host, int port) implements Server {
    /// Names of hosts have no case.
    public Inet {
      host = host.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
      return "inet:" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
  }

  /// A unix socket of this host.
  record Unix(Path path) implements Server {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /// Why the members of the option do not go together; empty when they do.
  static Optional<String> objection(Options server) {
    boolean inet = server.text("type").orElseThrow().equals("inet");
    boolean host = server.text("host").isPresent();
    boolean port = server.number("port").isPresent();
    Optional<String> path = server.text("path");
    if (inet && (!host || path.isPresent())) {
      return Optional.of("a server of type inet has 'host', may have 'port', and no 'path'");
    }
    if (!inet && (path.isEmpty() || host || port)) {
      return Optional.of("a server of type unix has 'path', and neither 'host' nor 'port'");
    }
    return path.filter(text -> !isPlain(text))
        .map(_ -> "the 'path' of a server is absolute and has neither '.' nor '..' in it");
  }

  private static boolean isPlain(String path) {
    try {
      Path given = Path.of(path);
      return given.isAbsolute() && given.normalize().equals(given);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /// The server of an option without [#objection].
  static Server of(Options server) {
    Optional<String> path = server.text("path");
    return path.isPresent()
        ? new Unix(Path.of(path.get()))
        : new Inet(
            server.text("host").orElseThrow(),
            Math.toIntExact(server.number("port").orElse((long) DEFAULT_PORT)));
  }

  /// The name under which the server shows a certificate, where the address tells it.
  default Optional<String> hostName() {
    return this instanceof Inet(String host, int _) ? Optional.of(host) : Optional.empty();
  }

  /// The addresses to be tried, one after another. May ask the network for a name.
  private List<SocketAddress> addresses() throws IOException {
    return switch (this) {
      case Unix(Path path) -> List.of(UnixDomainSocketAddress.of(path));
      case Inet(String host, int port) ->
          Stream.of(InetAddress.getAllByName(host))
              .<SocketAddress>map(address -> new InetSocketAddress(address, port))
              .toList();
    };
  }

  /// Connects. Each attempt can be ended by closing the channel that `attempt` is told of.
  ///
  /// @throws IOException when the server cannot be reached under any of its addresses
  default SocketChannel connect(Attempt attempt) throws IOException {
    IOException trouble = new IOException("the name stands for no address");
    for (SocketAddress address : addresses()) {
      SocketChannel channel = open();
      try {
        attempt.under(channel);
        channel.connect(address);
        if (this instanceof Inet) {
          channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
          channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
        return channel;
      } catch (IOException e) {
        channel.close();
        trouble = e;
      }
    }
    throw trouble;
  }

  private SocketChannel open() throws IOException {
    return this instanceof Unix
        ? SocketChannel.open(StandardProtocolFamily.UNIX)
        : SocketChannel.open();
  }

  /// Whoever may end an attempt to connect.
  interface Attempt {
    /// The attempt goes on with this channel.
    ///
    /// @throws IOException when it is over already
    void under(SocketChannel channel) throws IOException;
  }
}
