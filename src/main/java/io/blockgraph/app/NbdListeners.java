package io.blockgraph.app;

import io.blockgraph.app.BlockgraphSettings.Nbd;
import io.blockgraph.app.BlockgraphSettings.TlsUse;
import io.blockgraph.engine.EventLog;
import io.blockgraph.export.nbd.Encryption;
import io.blockgraph.export.nbd.NbdAddress;
import io.blockgraph.export.nbd.NbdServer;
import io.blockgraph.export.nbd.TlsCredentials;
import io.blockgraph.export.nbd.TlsFiles;
import io.blockgraph.nbd.BadTlsFile;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the NBD server listens and under which TLS, as the settings want it.
final class NbdListeners {
  private static final String TLS = "blockgraph.nbd.tls.";

  private final NbdServer server;
  private final Nbd nbd;
  private final Path dataDir;

  NbdListeners(NbdServer server, BlockgraphSettings settings) {
    this.server = server;
    this.nbd = settings.nbd();
    this.dataDir = settings.dataDir();
  }

  /// Listens from now on. Files of TLS that become bad later are told as `nbd-tls-files-bad`.
  ///
  /// @throws BadSetting for what cannot be
  void open(EventLog events) {
    Optional<TlsCredentials> credentials = credentials(events);
    if (nbd.port() >= 0) {
      InetSocketAddress at = new InetSocketAddress(nbd.address(), nbd.port());
      try {
        server.listen(new NbdAddress.Tcp(at), encryption(nbd.tls().tcp(), credentials));
      } catch (IllegalArgumentException e) {
        throw new BadSetting("blockgraph.nbd.address", String.valueOf(e.getMessage()));
      }
    }
    Path socket = dataDir.resolve(nbd.socket());
    server.listen(new NbdAddress.Unix(socket), encryption(nbd.tls().unix(), credentials));
  }

  private static Encryption encryption(TlsUse use, Optional<TlsCredentials> credentials) {
    return switch (use) {
      case OFF -> new Encryption.Off();
      case ALLOWED -> new Encryption.Allowed(credentials.orElseThrow());
      case REQUIRED -> new Encryption.Required(credentials.orElseThrow());
    };
  }

  private Optional<TlsCredentials> credentials(EventLog events) {
    BlockgraphSettings.Tls tls = nbd.tls();
    if (tls.tcp() == TlsUse.OFF && tls.unix() == TlsUse.OFF) {
      return Optional.empty();
    }
    TlsFiles files =
        new TlsFiles(
            given("certificate", tls.certificate()),
            given("key", tls.key()),
            Optional.ofNullable(tls.clientAuthorities()),
            tls.clients());
    try {
      return Optional.of(
          new TlsCredentials(files, tls.protocols(), trouble -> tell(events, trouble)));
    } catch (BadTlsFile e) {
      throw new BadSetting(TLS + setting(e), String.valueOf(e.getMessage()));
    }
  }

  private static Path given(String name, @Nullable Path file) {
    if (file == null) {
      throw new BadSetting(TLS + name, "there is no TLS without it");
    }
    return file;
  }

  private static void tell(EventLog events, BadTlsFile trouble) {
    events.tell(
        "nbd-tls-files-bad",
        Map.of("setting", TLS + setting(trouble), "message", String.valueOf(trouble.getMessage())));
  }

  private static String setting(BadTlsFile trouble) {
    return trouble.field().equals("clientAuthorities") ? "client-authorities" : trouble.field();
  }
}
