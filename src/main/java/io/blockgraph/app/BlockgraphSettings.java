package io.blockgraph.app;

import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What an operator may set.
///
/// @param dataDir the database, the log and, unless said otherwise, the images
/// @param imageRoots directories below which image files may be opened and created
/// @param nbd where NBD clients are served
@ConfigurationProperties("blockgraph")
record BlockgraphSettings(Path dataDir, List<Path> imageRoots, @DefaultValue Nbd nbd) {
  /// Where NBD clients are served.
  ///
  /// @param port a TCP port of 127.0.0.1, 0 for any free one, -1 for none
  /// @param socket a unix socket; relative to the data directory
  record Nbd(@DefaultValue("0") int port, @DefaultValue("nbd.sock") Path socket) {}
}
