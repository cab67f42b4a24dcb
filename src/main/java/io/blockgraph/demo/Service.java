package io.blockgraph.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// A running service, asked over HTTP. One thread.
final class Service implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final URI base;
  private final Witness witness;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /// @param base scheme, host and port
  Service(URI base, Witness witness) {
    this.base = base;
    this.witness = witness;
  }

  /// Asks, and waits for the answer.
  ///
  /// @throws UncheckedIOException when the service does not answer
  Answer ask(Call call) {
    witness.asked(call);
    HttpResponse<byte[]> response = send(request(call));
    witness.answered(call, response.statusCode());
    String mediaType = response.headers().firstValue("Content-Type").orElse("");
    return Answer.of(response.statusCode(), mediaType, response.body());
  }

  /// The events from now on.
  EventFeed events() {
    return EventFeed.open(client, base.resolve("/api/v1/events"));
  }

  private HttpRequest request(Call call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve("/api/v1" + call.path())).timeout(PATIENCE);
    if (call.body().length == 0) {
      return request.method(call.method(), BodyPublishers.noBody()).build();
    }
    return request
        .header("Content-Type", call.sendsBytes() ? "application/octet-stream" : "application/json")
        .method(call.method(), BodyPublishers.ofByteArray(call.body()))
        .build();
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(request.method() + " " + request.uri() + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + request.uri(), e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
