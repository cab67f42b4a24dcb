package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.app.BlockgraphApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A running service on a directory of its own. Tests of one JVM share one and take names nobody
/// else has.
public final class Service implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final ApiContract CONTRACT = ApiContract.committed();
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final int port;
  private final Optional<ConfigurableApplicationContext> context;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path data;

  private Service(Path data, int port, Optional<ConfigurableApplicationContext> context) {
    this.data = data;
    this.port = port;
    this.context = context;
  }

  /// A service in a process of its own, which somebody else ends.
  static Service at(Path data, int port) {
    return new Service(data, port, Optional.empty());
  }

  /// A service on `data`, which may hold what an earlier one left; `settings` as on the command
  /// line.
  public static Service on(Path data, String... settings) {
    List<String> arguments =
        new ArrayList<>(List.of("--server.port=0", "--blockgraph.data-dir=" + data));
    arguments.addAll(List.of(settings));
    ConfigurableApplicationContext context =
        SpringApplication.run(BlockgraphApplication.class, arguments.toArray(String[]::new));
    int port = ((WebServerApplicationContext) context).getWebServer().getPort();
    return new Service(data, port, Optional.of(context));
  }

  /// The service that tests share; it ends with the JVM, and then its directory goes.
  static Service shared() {
    return Shared.INSTANCE;
  }

  private static final class Shared {
    static final Service INSTANCE = start();

    private static Service start() {
      try {
        Path data = Files.createTempDirectory("blockgraph-http");
        SpringApplication.getShutdownHandlers().add(() -> delete(data));
        return on(data);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void delete(Path folder) {
    try {
      FileSystemUtils.deleteRecursively(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A name that no other test has.
  static String fresh(String kind) {
    return kind + "-" + NAMES.incrementAndGet();
  }

  /// What came back.
  public record Answer(int status, JsonNode body, HttpHeaders headers, byte[] bytes) {
    String etag() {
      return headers.firstValue("ETag").orElse("");
    }

    String type() {
      return headers.firstValue("Content-Type").orElse("");
    }

    public String text(String name) {
      return body.path(name).asString();
    }

    public Answer expect(int wanted) {
      if (status != wanted) {
        throw new AssertionError("wanted " + wanted + ", got " + status + ": " + body);
      }
      return this;
    }
  }

  Path image(String name) {
    return data.resolve("images").resolve(name);
  }

  public Path images() {
    return data.resolve("images");
  }

  String address() {
    return "http://127.0.0.1:" + port();
  }

  /// The routes it has.
  RequestMappingHandlerMapping routes() {
    return context
        .orElseThrow()
        .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
  }

  int port() {
    return port;
  }

  public Answer get(String path) {
    return send(request(path).GET());
  }

  /// What lies beside the API, as `/actuator/health`: not in its document.
  Answer beside(String path) {
    return answer(HttpRequest.newBuilder(URI.create(address() + path)).timeout(PATIENCE).build());
  }

  public Answer delete(String path) {
    return send(request(path).DELETE());
  }

  public Answer post(String path, String json) {
    Answer answer = send(request(path).header("Content-Type", "application/json").POST(body(json)));
    return tookWhatIsDocumented("POST", path, json, answer);
  }

  public Answer patch(String path, String json) {
    Answer answer =
        send(request(path).header("Content-Type", "application/json").method("PATCH", body(json)));
    return tookWhatIsDocumented("PATCH", path, json, answer);
  }

  public Answer put(String path, String json) {
    Answer answer =
        send(request(path).header("Content-Type", "application/json").method("PUT", body(json)));
    return tookWhatIsDocumented("PUT", path, json, answer);
  }

  private static Answer tookWhatIsDocumented(
      String method, String path, String json, Answer answer) {
    if (answer.status() / 100 == 2 && !json.isBlank()) {
      String plain = "/api/v1" + path.replaceFirst("\\?.*", "");
      assertThat(CONTRACT.faultsOfBody(method, plain, json.replace('\'', '"')))
          .as("%s %s took %s", method, path, json)
          .isEmpty();
    }
    return answer;
  }

  private static void keepsItsContract(HttpRequest request, Answer answer) {
    String method = request.method();
    String path = request.uri().getPath();
    assertThat(CONTRACT.faultsOfAnswer(method, path, answer.status(), answer.body()))
        .as("%s %s answered %s", method, path, answer.body())
        .isEmpty();
  }

  Answer putData(String node, long offset, byte[] bytes) {
    return send(
        request("/nodes/" + node + "/data?offset=" + offset)
            .header("Content-Type", "application/octet-stream")
            .PUT(BodyPublishers.ofByteArray(bytes)));
  }

  byte[] data(String node, long offset, int length) {
    return get("/nodes/" + node + "/data?offset=" + offset + "&length=" + length)
        .expect(200)
        .bytes();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/api/v1" + path))
        .timeout(PATIENCE);
  }

  /// Single quotes stand for double ones, so that JSON in Java stays readable.
  static BodyPublisher body(String json) {
    return BodyPublishers.ofString(json.replace('\'', '"'));
  }

  Answer send(HttpRequest.Builder request) {
    HttpRequest asked = request.build();
    Answer answer = answer(asked);
    if (answer.type().contains("json")) {
      keepsItsContract(asked, answer);
    }
    return answer;
  }

  private Answer answer(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      String type = response.headers().firstValue("Content-Type").orElse("");
      JsonNode body =
          type.contains("json") ? JSON.readTree(response.body()) : JSON.createObjectNode();
      return new Answer(response.statusCode(), body, response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A new qcow2 image with a node over it; answers the node's name.
  String qcow2(long size) {
    return qcow2(size, "");
  }

  /// The same with more members for the node, as in `, 'readOnly':true`.
  String qcow2(long size, String more) {
    String name = fresh("disk");
    String file = name + ".qcow2";
    post("/images", "{'driver':'qcow2','filename':'%s','size':%d}".formatted(file, size))
        .expect(201);
    post(
            "/nodes",
            "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'}%s}"
                .formatted(name, file, more))
        .expect(201);
    return name;
  }

  /// A chain of qcow2 images, deepest first; each on top backed by the one before.
  String[] chain(int length, long size) {
    String[] names = new String[length];
    for (int i = 0; i < length; i++) {
      names[i] = i == 0 ? qcow2(size) : qcow2(size, ",'backing':'" + names[i - 1] + "'");
    }
    return names;
  }

  String added(String json) {
    return post("/nodes", json).expect(201).text("nodeName");
  }

  /// Waits until a request waits at the limits of a throttle node.
  void awaitsRequestAt(String throttle) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (get("/nodes/" + throttle).expect(200).body().at("/facts/waiting").asLong() == 0) {
      assertThat(System.nanoTime()).as("nobody waits at %s", throttle).isLessThan(deadline);
      LockSupport.parkNanos(10_000_000);
    }
  }

  String pathFrom(String root, String path) {
    return get("/graph/path?root=" + root + "&path=" + path).expect(200).text("node");
  }

  /// The graph as it is, in one string, for "nothing has changed".
  String graph() {
    return get("/graph").expect(200).body().toString();
  }

  @Override
  public void close() {
    context.ifPresent(ConfigurableApplicationContext::close);
  }
}
