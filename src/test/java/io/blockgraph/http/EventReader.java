package io.blockgraph.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the event stream of a service on a thread of its own.
public final class EventReader implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long PATIENCE_MS = 60_000;

  /// One event as it came.
  public record Told(String id, String type, JsonNode data) {
    long sequence() {
      return data.path("sequence").asLong();
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final InputStream stream;
  private final LinkedBlockingQueue<Told> queue = new LinkedBlockingQueue<>();

  private EventReader(Service service, String lastId) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/api/v1/events"));
    if (!lastId.isEmpty()) {
      request.header("Last-Event-ID", lastId);
    }
    try {
      this.stream = http.send(request.build(), BodyHandlers.ofInputStream()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Thread.ofVirtual().start(this::read);
  }

  /// A reader of what comes from now on.
  public static EventReader on(Service service) {
    return new EventReader(service, "");
  }

  /// A reader of what came behind `lastId`.
  static EventReader behind(Service service, String lastId) {
    return new EventReader(service, lastId);
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      String id = "";
      String type = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          type = line.substring(7);
        } else if (line.startsWith("data: ")) {
          queue.add(new Told(id, type, JSON.readTree(line.substring(6))));
        }
      }
    } catch (IOException e) {
      // The test has ended, or the service.
    }
  }

  /// All events up to the first that `last` holds for.
  public List<Told> until(Predicate<Told> last) {
    List<Told> told = new ArrayList<>();
    while (told.isEmpty() || !last.test(told.getLast())) {
      told.add(next(told));
    }
    return told;
  }

  private Told next(List<Told> before) {
    try {
      Told next = queue.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
      if (next == null) {
        throw new AssertionError("no further event came after " + before);
      }
      return next;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
