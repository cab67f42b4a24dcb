package io.blockgraph.bench.nbd;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The service as an operator starts it, one process for all images.
final class BlockgraphServer implements Server, AutoCloseable {
  private static final Pattern READY = Pattern.compile("Blockgraph is up: (http://\\S+)");
  private static final Pattern PORT = Pattern.compile("nbd://127\\.0\\.0\\.1:(\\d+)/");
  private static final long PATIENCE_MS = 60_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final URI api;
  private final Path data;
  private int served;

  private BlockgraphServer(Process process, URI api, Path data) {
    this.process = process;
    this.api = api;
    this.data = data;
  }

  /// Starts it by the script of the project.
  static BlockgraphServer on(Path data, Path images) throws IOException, InterruptedException {
    Files.createDirectories(data);
    Path log = data.resolve("out.log");
    ProcessBuilder command =
        new ProcessBuilder(
            "./run", "--port", "0", "--data", data.toString(), "--image-root", images.toString());
    Process process = command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    for (int waited = 0; waited < PATIENCE_MS && process.isAlive(); waited += 100) {
      Matcher ready = READY.matcher(Files.readString(log));
      if (ready.find()) {
        return new BlockgraphServer(process, URI.create(ready.group(1) + "/api/v1/"), data);
      }
      Thread.sleep(100);
    }
    process.destroy();
    throw new IllegalStateException("the service did not start: " + Files.readString(log));
  }

  @Override
  public String name() {
    return "Blockgraph";
  }

  /// The process of the service; `./run` has become it.
  long pid() {
    return process.pid();
  }

  @Override
  public Serving serve(Image image, Transport transport) throws IOException, InterruptedException {
    String name = "disk" + ++served;
    String driver = image.format() == Format.RAW ? "raw" : "qcow2";
    ask(
        "POST",
        "nodes",
        "{\"nodeName\":\"%s\",\"driver\":\"%s\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
            .formatted(name, driver, image.file().getFileName()));
    String export =
        ask(
            "POST",
            "exports",
            "{\"id\":\"%s-nbd\",\"type\":\"nbd\",\"nodeName\":\"%s\",\"writable\":true}"
                .formatted(name, name));
    return new Running(name, address(export, transport));
  }

  private String address(String export, Transport transport) {
    if (transport == Transport.UNIX) {
      return "unix:" + data.resolve("nbd.sock").toAbsolutePath();
    }
    Matcher port = PORT.matcher(export);
    if (!port.find()) {
      throw new IllegalStateException("no port in " + export);
    }
    return "tcp:" + port.group(1);
  }

  /// Asks for something that must succeed.
  String ask(String method, String path, String body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.resolve(path)).header("Content-Type", "application/json");
    HttpRequest.BodyPublisher sent =
        Optional.of(body)
            .filter(text -> !text.isEmpty())
            .map(HttpRequest.BodyPublishers::ofString)
            .orElseGet(HttpRequest.BodyPublishers::noBody);
    HttpResponse<String> answer =
        http.send(request.method(method, sent).build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(method + " " + path + ": " + answer.body());
    }
    return answer.body();
  }

  private final class Running implements Serving {
    private final String name;
    private final String address;

    Running(String name, String address) {
      this.name = name;
      this.address = address;
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public String export() {
      return name + "-nbd";
    }

    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public void close() throws IOException, InterruptedException {
      ask("DELETE", "exports/" + name + "-nbd", "");
      ask("DELETE", "nodes/" + name, "");
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
