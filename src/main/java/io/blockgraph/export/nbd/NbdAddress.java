package io.blockgraph.export.nbd;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;

/// Where a server listens.
public sealed interface NbdAddress {
  /// A TCP port of one address of this host; port 0 takes any that is free.
  ///
  /// @param address resolved, and not the wildcard: clients are told where to come
  record Tcp(InetSocketAddress address) implements NbdAddress {
    /// @throws IllegalArgumentException for an address that is not one
    public Tcp {
      if (address.isUnresolved() || address.getAddress().isAnyLocalAddress()) {
        throw new IllegalArgumentException("not an address of this host: " + address);
      }
    }
  }

  /// A unix socket, made with mode 0600.
  ///
  /// @param path where the socket file is to be
  record Unix(Path path) implements NbdAddress {}

  /// Whether others than programs of this host can come.
  default boolean isReachedFromElsewhere() {
    return this instanceof Tcp(InetSocketAddress at) && !at.getAddress().isLoopbackAddress();
  }

  /// The URI of an export here, as NBD clients take it: `nbd://127.0.0.1:10809/disk`,
  /// `nbd+unix:///disk?socket=/run/nbd.sock`.
  default URI uri(ExportName export) {
    return uri("nbd", export);
  }

  /// The same for clients that use TLS: `nbds://127.0.0.1:10809/disk`.
  default URI secureUri(ExportName export) {
    return uri("nbds", export);
  }

  private URI uri(String scheme, ExportName export) {
    String name = PercentEncoding.of(export.value());
    return URI.create(
        switch (this) {
          case Tcp(InetSocketAddress at) ->
              scheme + "://" + host(at) + ":" + at.getPort() + "/" + name;
          case Unix(Path path) ->
              scheme
                  + "+unix:///"
                  + name
                  + "?socket="
                  + PercentEncoding.of(path.toAbsolutePath().toString());
        });
  }

  private static String host(InetSocketAddress at) {
    String text = at.getAddress().getHostAddress();
    return at.getAddress() instanceof Inet6Address
        ? "[" + text.replaceFirst("%.*", "") + "]"
        : text;
  }
}
