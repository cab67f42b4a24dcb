package io.blockgraph.driver.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A web server of loopback that gives ranges of some bytes; a test may let it do otherwise.
final class WebServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  private final HttpServer server;
  volatile byte[] content;
  volatile String etag = "\"1\"";
  volatile Answer answer = this::well;

  /// The ranges that were asked for.
  final List<String> ranges = new CopyOnWriteArrayList<>();

  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  WebServer(byte[] content) {
    this.content = content;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer.to(exchange));
    server.start();
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  void well(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("ETag", etag);
    String only = exchange.getRequestHeaders().getFirst("If-Match");
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (only != null && !only.equals(etag)) {
      exchange.sendResponseHeaders(412, -1);
    } else if (range == null) {
      exchange.getResponseHeaders().set("Content-Length", "" + content.length);
      exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
      exchange.sendResponseHeaders(200, -1);
    } else {
      part(exchange, range, 0);
    }
    exchange.close();
  }

  void part(HttpExchange exchange, String range, int more) throws IOException {
    ranges.add(range);
    Matcher matcher = RANGE.matcher(range);
    if (!matcher.matches()) {
      throw new IOException(range);
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = Integer.parseInt(matcher.group(2));
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes " + first + "-" + last + "/" + content.length);
    exchange.sendResponseHeaders(206, last - first + 1 + more);
    exchange.getResponseBody().write(content, first, last - first + 1);
    exchange.getResponseBody().write(new byte[more]);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
