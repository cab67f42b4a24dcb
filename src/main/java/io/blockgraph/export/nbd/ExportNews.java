package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.EventLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;

/// Tells the event log of what went wrong for clients: `export-io-error`, `export-tls-refused`,
/// `export-client-broken`.
///
/// A broken disk fails every request, so of each export at most one I/O error in a second is told;
/// the clients' own counts are complete. Of clients that are refused under TLS at most one in a
/// second is told: anybody can be one.
public final class ExportNews implements NbdEvents {
  private static final long QUIET_NANOS = 1_000_000_000L;

  /// What the JDK says of a client that has to show a certificate and shows none.
  private static final String NO_CERTIFICATE = "Empty client certificate chain";

  private static final String RSA_HINT =
      "; GnuTLS (QEMU, libnbd) shows no RSA certificate in TLS 1.3: give the client an EC key, or"
          + " set blockgraph.nbd.tls.protocols=TLSv1.2";

  /// No export has this name.
  private static final String TLS = "";

  private final EventLog events;
  private final LongSupplier nanos;
  private final Map<String, Long> toldAt = new ConcurrentHashMap<>();

  /// News for `events`, with `nanos` as the monotonic clock.
  public ExportNews(EventLog events, LongSupplier nanos) {
    this.events = events;
    this.nanos = nanos;
  }

  @Override
  public void failed(NbdClient client, BlockException trouble) {
    boolean ofRemoval = trouble.kind() == BlockException.Kind.CLOSED;
    if (!ofRemoval && client.export().map(ExportName::value).filter(this::isDue).isPresent()) {
      events.tell(
          "export-io-error",
          Map.of(
              "export", exportOf(client),
              "peer", client.peer(),
              "kind", trouble.kind().name(),
              "message", String.valueOf(trouble.getMessage())));
    }
  }

  @Override
  public void notSecured(NbdClient client, SSLException why) {
    if (isDue(TLS)) {
      events.tell("export-tls-refused", Map.of("peer", client.peer(), "message", inWords(why)));
    }
  }

  /// The server asks, as the JDK does it since 25, for signatures of the kind RSA-PSS when it
  /// speaks TLS 1.3. GnuTLS takes that for a wish for keys of that kind, finds none, and shows
  /// nothing.
  private static String inWords(SSLException why) {
    String message = String.valueOf(why.getMessage());
    return message.contains(NO_CERTIFICATE) ? message + RSA_HINT : message;
  }

  @Override
  public void broken(NbdClient client, Throwable mistake) {
    events.tell(
        "export-client-broken",
        Map.of("export", exportOf(client), "peer", client.peer(), "mistake", mistake.toString()));
  }

  private boolean isDue(String what) {
    long now = nanos.getAsLong();
    Long told = toldAt.get(what);
    if (told != null && now - told < QUIET_NANOS) {
      return false;
    }
    toldAt.put(what, now);
    return true;
  }

  private static String exportOf(NbdClient client) {
    return client.export().map(ExportName::value).orElse("");
  }
}
