package io.blockgraph.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// Asks a running service whether it is ready: exit status 0 when it answers 200 within three
/// seconds, 1 otherwise. For a container's health check, which must not start a second framework:
/// it uses the JDK alone.
///
/// Public because the container's health check names it.
public final class HealthProbe {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private HealthProbe() {}

  /// The address may be given; without one it is `http://127.0.0.1:8080/readyz`.
  public static void main(String[] arguments) throws InterruptedException {
    String address = arguments.length > 0 ? arguments[0] : "http://127.0.0.1:8080/readyz";
    System.exit(isReady(URI.create(address)) ? 0 : 1);
  }

  static boolean isReady(URI address) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE).build();
    try (HttpClient client =
        HttpClient.newBuilder().version(Version.HTTP_1_1).connectTimeout(PATIENCE).build()) {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      System.err.println(address + " does not answer: " + e);
      return false;
    }
  }
}
