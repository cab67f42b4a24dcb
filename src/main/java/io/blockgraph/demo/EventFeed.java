package io.blockgraph.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The events of the service since the feed was opened, kept by a thread of its own.
final class EventFeed implements AutoCloseable {
  private static final int MOST_EVENTS = 10_000;

  private final InputStream stream;
  private final List<JsonNode> events = new ArrayList<>();

  private EventFeed(InputStream stream) {
    this.stream = stream;
  }

  static EventFeed open(HttpClient client, URI address) {
    try {
      HttpRequest request = HttpRequest.newBuilder(address).build();
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      EventFeed feed = new EventFeed(response.body());
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
      // The service says ": connected" once nothing can be missed any more.
      lines.readLine();
      Thread.ofVirtual().start(() -> feed.collect(lines));
      return feed;
    } catch (IOException e) {
      throw new UncheckedIOException("the events of " + address + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + address, e);
    }
  }

  private void collect(BufferedReader lines) {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          add(JsonMapper.shared().readTree(line.substring("data: ".length())));
        }
      }
    } catch (IOException e) {
      // The feed was closed, or the service ended: whoever waits for an event says so.
      return;
    }
  }

  private synchronized void add(JsonNode event) {
    if (events.size() == MOST_EVENTS) {
      events.removeFirst();
    }
    events.add(event);
    notifyAll();
  }

  /// The first event that `wanted` likes, when it is there within `patience`.
  synchronized Optional<JsonNode> await(Predicate<JsonNode> wanted, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<JsonNode> found = events.stream().filter(wanted).findFirst();
      long leftMs = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (found.isPresent() || leftMs <= 0) {
        return found;
      }
      try {
        wait(leftMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return found;
      }
    }
  }

  /// How many events `wanted` likes so far.
  synchronized long count(Predicate<JsonNode> wanted) {
    return events.stream().filter(wanted).count();
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the stream of events cannot be closed", e);
    }
  }
}
