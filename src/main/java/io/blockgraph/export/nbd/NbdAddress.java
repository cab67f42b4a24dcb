package io.blockgraph.export.nbd;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;

/// Where a server listens.
public sealed interface NbdAddress {
  /// A TCP port of a loopback address; port 0 takes any that is free.
  ///
  /// @param address resolved and loopback: the protocol here has neither encryption nor
  ///   authentication
  record Tcp(InetSocketAddress address) implements NbdAddress {
    /// @throws IllegalArgumentException for an address that is not loopback
    public Tcp {
      if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
        throw new IllegalArgumentException("not a loopback address: " + address);
      }
    }
  }

  /// A unix socket, made with mode 0600.
  ///
  /// @param path where the socket file is to be
  record Unix(Path path) implements NbdAddress {}

  /// The URI of an export here, as NBD clients take it: `nbd://127.0.0.1:10809/disk`,
  /// `nbd+unix:///disk?socket=/run/nbd.sock`.
  default URI uri(ExportName export) {
    String name = PercentEncoding.of(export.value());
    return URI.create(
        switch (this) {
          case Tcp(InetSocketAddress at) -> "nbd://" + host(at) + ":" + at.getPort() + "/" + name;
          case Unix(Path path) ->
              "nbd+unix:///"
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
