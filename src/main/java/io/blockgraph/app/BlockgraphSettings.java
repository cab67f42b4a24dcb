package io.blockgraph.app;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What an operator may set.
///
/// @param dataDir the database, the log and, unless said otherwise, the images
/// @param imageRoots directories below which image files may be opened and created
/// @param deviceRoots directories below which block devices may be opened
/// @param maxDepth how many nodes a path through the graph may have
/// @param nbd where NBD clients are served
@ConfigurationProperties("blockgraph")
record BlockgraphSettings(
    Path dataDir,
    List<Path> imageRoots,
    @DefaultValue List<Path> deviceRoots,
    @DefaultValue("200") int maxDepth,
    @DefaultValue Nbd nbd) {
  /// Where NBD clients are served.
  ///
  /// @param address where the TCP port is; beyond loopback only with TLS for verified clients
  /// @param port a TCP port, 0 for any free one, -1 for none
  /// @param socket a unix socket; relative to the data directory
  /// @param tls how clients come under TLS
  record Nbd(
      @DefaultValue("127.0.0.1") InetAddress address,
      @DefaultValue("0") int port,
      @DefaultValue("nbd.sock") Path socket,
      @DefaultValue Tls tls) {}

  /// TLS for NBD clients. The files are PEM.
  ///
  /// @param tcp whether clients of the TCP port may, or have to, use it
  /// @param unix the same for the unix socket
  /// @param certificate the server's, then those that lead to an authority clients know
  /// @param key the private key of the certificate
  /// @param clientAuthorities who vouches for clients; when nobody is given, any client may come
  /// @param clients the distinguished names of those that may come; when empty, all vouched for
  /// @param protocols the versions that are spoken
  record Tls(
      @DefaultValue("off") TlsUse tcp,
      @DefaultValue("off") TlsUse unix,
      @Nullable Path certificate,
      @Nullable Path key,
      @Nullable Path clientAuthorities,
      @DefaultValue List<String> clients,
      @DefaultValue({"TLSv1.3", "TLSv1.2"}) List<String> protocols) {}

  /// Whether clients of a listener use TLS.
  enum TlsUse {
    OFF,
    ALLOWED,
    REQUIRED
  }
}
