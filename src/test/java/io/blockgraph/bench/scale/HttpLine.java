package io.blockgraph.bench.scale;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One connection to the service that is kept open, with nothing between a request and its bytes: a
/// client library's own threads would be a good part of what is measured. One thread.
final class HttpLine implements AutoCloseable {
  private final URI api;
  private Socket socket;
  private InputStream in;

  HttpLine(URI api) throws IOException {
    this.api = api;
    this.socket = connected(api);
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
  }

  private static Socket connected(URI api) throws IOException {
    Socket socket = new Socket(api.getHost(), api.getPort());
    socket.setTcpNoDelay(true);
    return socket;
  }

  /// Asks for something that must succeed; the body of the answer.
  String ask(String method, String path, String body) throws IOException {
    byte[] sent = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(method, api.resolve(path).getRawPath() + query(path), host(), sent.length);
    byte[] first = head.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[first.length + sent.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(sent, 0, all, first.length, sent.length);
    socket.getOutputStream().write(all);
    return answer(line());
  }

  private static String query(String path) {
    int mark = path.indexOf('?');
    return mark < 0 ? "" : path.substring(mark);
  }

  private String host() {
    return api.getHost() + ":" + api.getPort();
  }

  private String answer(String status) throws IOException {
    int length = 0;
    boolean chunked = false;
    boolean last = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String low = header.toLowerCase(Locale.ROOT);
      last |= low.equals("connection: close");
      chunked |= low.startsWith("transfer-encoding:") && low.contains("chunked");
      length =
          low.startsWith("content-length:") ? Integer.parseInt(low.substring(15).strip()) : length;
    }
    String body = new String(chunked ? chunks() : bytes(length), StandardCharsets.UTF_8);
    if (last) {
      socket.close();
      socket = connected(api);
      in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }
    if (!status.startsWith("HTTP/1.1 2")) {
      throw new IllegalStateException(status + ": " + body);
    }
    return body;
  }

  private byte[] chunks() throws IOException {
    var all = new java.io.ByteArrayOutputStream();
    int length = Integer.parseInt(line(), 16);
    while (length > 0) {
      all.write(bytes(length));
      line();
      length = Integer.parseInt(line(), 16);
    }
    line();
    return all.toByteArray();
  }

  private byte[] bytes(int length) throws IOException {
    byte[] read = in.readNBytes(length);
    if (read.length < length) {
      throw new EOFException("the service hung up");
    }
    return read;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the service hung up");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
