package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What HTTP itself asks of a request, before anybody looks at its meaning.
class HttpRulesTest {
  private static final int MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  /// What the service answers to these bytes, until it closes the connection.
  private String raw(String request) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(30_000);
      socket.connect(new InetSocketAddress("127.0.0.1", service.port()), 5_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void refusesABodyOfMoreThanAMebibyte() {
    Answer answer =
        refusing.of(
            413, "BODY_TOO_LARGE", () -> service.post("/nodes", "{'a':'" + "x".repeat(MIB) + "'}"));
    assertThat(answer.text("detail")).contains("1048576");
  }

  @Test
  void refusesABodyOfMoreThanAMebibyteThatDoesNotTellItsLength() {
    byte[] body = ("{\"a\":\"" + "x".repeat(2 * MIB) + "\"}").getBytes(StandardCharsets.UTF_8);
    refusing.of(
        413,
        "BODY_TOO_LARGE",
        () ->
            service.send(
                service
                    .request("/nodes")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))));
  }

  @Test
  void refusesDataOfUnknownLength() {
    String disk = service.qcow2(MIB);
    refusing.of(
        400,
        "INVALID_PARAMETER",
        () ->
            service.send(
                service
                    .request("/nodes/" + disk + "/data?offset=0")
                    .header("Content-Type", "application/octet-stream")
                    .PUT(
                        BodyPublishers.ofInputStream(
                            () -> new ByteArrayInputStream(new byte[4096])))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
  void refusesABodyOfAnotherMediaType(String type) {
    for (String path : new String[] {"/nodes", "/images", "/exports", "/mirror-jobs"}) {
      refusing.of(
          415,
          "UNSUPPORTED_MEDIA_TYPE",
          () ->
              service.send(
                  service
                      .request(path)
                      .header("Content-Type", type)
                      .POST(Service.body("{'nodeName':'x1','driver':'null'}"))));
    }
  }

  @Test
  void knowsNoOtherPathsAndMethods() {
    refusing.of(404, "NOT_FOUND", () -> service.get("/nothing"));
    refusing.of(404, "NOT_FOUND", () -> service.get("/nodes/a/b/c/d"));
    refusing.of(405, "METHOD_NOT_ALLOWED", () -> service.delete("/nodes"));
    refusing.of(405, "METHOD_NOT_ALLOWED", () -> service.patch("/graph", "{}"));
    Answer answer = service.delete("/graph");
    assertThat(answer.headers().firstValue("Allow").orElse("")).contains("GET", "PUT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "127.0.0.1.evil.example", "169.254.169.254", "localhost."})
  void answersNobodyWhoMeansAnotherHost(String host) {
    String answer =
        raw("GET /api/v1/nodes HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 421");
    assertThat(answer).contains("application/problem+json").contains("\"code\":\"MISDIRECTED\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1:1", "[::1]:8080"})
  void answersThoseWhoMeanThisHost(String host) {
    assertThat(raw("GET /api/v1/nodes HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "https://evil.example:8080",
        "null",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "file://"
      })
  void answersNoPageOfSomebodyElse(String origin) {
    refusing.of(
        403,
        "FORBIDDEN_ORIGIN",
        () ->
            service.send(
                service
                    .request("/nodes")
                    .header("Origin", origin)
                    .header("Content-Type", "application/json")
                    .POST(Service.body("{'nodeName':'x1','driver':'null'}"))));
  }

  @Test
  void answersItsOwnPages() {
    Answer answer =
        service.send(service.request("/nodes").header("Origin", "http://localhost:8080").GET());
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void refusesARequestThatAcceptsNoAnswer() {
    Answer answer =
        service.send(service.request("/nodes").header("Accept", "application/pdf").GET());
    assertThat(answer.status()).isEqualTo(406);
  }

  @Test
  void answersBrokenRequestLinesWithoutTellingOfItself() {
    String answer = raw("GET /api/v1/nodes/<x> HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400");
    assertThat(answer).doesNotContain("Exception").doesNotContain("tomcat");
  }
}
