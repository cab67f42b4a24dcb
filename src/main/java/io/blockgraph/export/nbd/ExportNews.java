package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.EventLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// Tells the event log of what went wrong for clients: `export-io-error`, `export-client-broken`.
///
/// A broken disk fails every request, so of each export at most one I/O error in a second is told;
/// the clients' own counts are complete.
public final class ExportNews implements NbdEvents {
  private static final long QUIET_NANOS = 1_000_000_000L;

  private final EventLog events;
  private final LongSupplier nanos;
  private final Map<ExportName, Long> toldAt = new ConcurrentHashMap<>();

  /// News for `events`, with `nanos` as the monotonic clock.
  public ExportNews(EventLog events, LongSupplier nanos) {
    this.events = events;
    this.nanos = nanos;
  }

  @Override
  public void failed(NbdClient client, BlockException trouble) {
    boolean ofRemoval = trouble.kind() == BlockException.Kind.CLOSED;
    if (!ofRemoval && client.export().filter(this::isDue).isPresent()) {
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
  public void broken(NbdClient client, Throwable mistake) {
    events.tell(
        "export-client-broken",
        Map.of("export", exportOf(client), "peer", client.peer(), "mistake", mistake.toString()));
  }

  private boolean isDue(ExportName export) {
    long now = nanos.getAsLong();
    Long told = toldAt.get(export);
    if (told != null && now - told < QUIET_NANOS) {
      return false;
    }
    toldAt.put(export, now);
    return true;
  }

  private static String exportOf(NbdClient client) {
    return client.export().map(ExportName::value).orElse("");
  }
}
