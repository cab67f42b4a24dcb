package io.blockgraph.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What nodes of the driver `nbd` may do.
///
/// @param allow the servers they may be clients of; none unless named
/// @param tls credentials by the names that the option `tlsCreds` takes
@ConfigurationProperties("blockgraph.nbd-client")
record NbdClientSettings(@DefaultValue List<String> allow, @DefaultValue Map<String, Tls> tls) {
  /// Files for TLS with servers, all PEM.
  ///
  /// @param authorities who vouches for servers
  /// @param certificate the client's own, for servers that ask for one
  /// @param key the private key of the certificate
  record Tls(@Nullable Path authorities, @Nullable Path certificate, @Nullable Path key) {}
}
