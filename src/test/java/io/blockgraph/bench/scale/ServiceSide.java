package io.blockgraph.bench.scale;

import io.blockgraph.bench.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The service over HTTP.
final class ServiceSide implements Side, AutoCloseable {
  private static final Pattern DECIDING =
      Pattern.compile("(?m)^blockgraph_journal_fsync_seconds_(sum|count)(?:\\{[^}]*})? (\\S+)$");

  private final Service service;
  private final HttpLine line;

  ServiceSide(Service service) throws IOException {
    this.service = service;
    this.line = new HttpLine(service.api());
  }

  /// Asks for something that must succeed.
  String ask(String method, String path, String body) throws IOException {
    return line.ask(method, path, body);
  }

  @Override
  public void addNull(String node) throws IOException {
    ask(
        "POST",
        "nodes",
        "{\"nodeName\":\"%s\",\"driver\":\"null\",\"size\":1048576}".formatted(node));
  }

  @Override
  public void addRaw(String node, String below) throws IOException {
    ask("POST", "nodes", raw(node, below));
  }

  /// What [#addRaw] asks, without doing it: all of it but the commit.
  void tryRaw(String node, String below) throws IOException {
    ask("POST", "nodes?dryRun=true", raw(node, below));
  }

  private static String raw(String node, String below) {
    return "{\"nodeName\":\"%s\",\"driver\":\"raw\",\"file\":\"%s\"}".formatted(node, below);
  }

  @Override
  public void remove(String node) throws IOException {
    ask("DELETE", "nodes/" + node, "");
  }

  @Override
  public int list() throws IOException {
    return ask("GET", "nodes", "").getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public void addImage(String node, Path file) throws IOException {
    String child = "{\"driver\":\"file\",\"filename\":\"%s\"}".formatted(file.getFileName());
    ask(
        "POST",
        "nodes",
        "{\"nodeName\":\"%s\",\"driver\":\"qcow2\",\"file\":%s,\"backing\":null}"
            .formatted(node, child));
  }

  @Override
  public void snapshot(String node, String overlay) throws IOException {
    ask("POST", "nodes/" + node + "/snapshots", "{\"overlayNode\":\"%s\"}".formatted(overlay));
  }

  /// What [#snapshot] asks, without doing it.
  void trySnapshot(String node, String overlay) throws IOException {
    ask(
        "POST",
        "nodes/" + node + "/snapshots?dryRun=true",
        "{\"overlayNode\":\"%s\"}".formatted(overlay));
  }

  @Override
  public long pid() {
    return service.pid();
  }

  /// How long the store took in all to make changes durable, and how often it did.
  Deciding deciding() throws IOException {
    double seconds = 0;
    double count = 0;
    Matcher found = DECIDING.matcher(ask("GET", "/actuator/prometheus", ""));
    while (found.find()) {
      double value = Double.parseDouble(found.group(2));
      if (found.group(1).equals("sum")) {
        seconds = value;
      } else {
        count = value;
      }
    }
    return new Deciding(seconds, count);
  }

  /// What the store has done so far.
  record Deciding(double seconds, double count) {
    /// The mean of what came since `earlier`, in milliseconds.
    double msSince(Deciding earlier) {
      return 1_000 * (seconds - earlier.seconds) / Math.max(1, count - earlier.count);
    }
  }

  @Override
  public void close() throws IOException {
    line.close();
  }
}
