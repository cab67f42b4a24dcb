package io.blockgraph.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The service as an operator starts it, in a process of its own.
public final class Service implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("Blockgraph is up: (http://\\S+)");
  private static final long PATIENCE_MS = 60_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final URI api;

  private Service(Process process, URI api) {
    this.process = process;
    this.api = api;
  }

  /// Starts it by the script of the project.
  ///
  /// @param settings as Spring Boot takes them: `--blockgraph.max-depth=1000`
  public static Service on(Path data, Path images, String... settings)
      throws IOException, InterruptedException {
    Files.createDirectories(data);
    Path log = data.resolve("out.log");
    List<String> words = new ArrayList<>(List.of("./run", "--port", "0"));
    words.addAll(List.of("--data", data.toString(), "--image-root", images.toString(), "--"));
    words.addAll(List.of(settings));
    ProcessBuilder command = new ProcessBuilder(words);
    Process process = command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    for (int waited = 0; waited < PATIENCE_MS && process.isAlive(); waited += 100) {
      Matcher ready = READY.matcher(Files.readString(log));
      if (ready.find()) {
        return new Service(process, URI.create(ready.group(1) + "/api/v1/"));
      }
      Thread.sleep(100);
    }
    process.destroy();
    throw new IllegalStateException("the service did not start: " + Files.readString(log));
  }

  /// Where its interface is, with a slash at the end.
  public URI api() {
    return api;
  }

  /// The process of the service; `./run` has become it.
  public long pid() {
    return process.pid();
  }

  /// Asks for something that must succeed.
  public String ask(String method, String path, String body)
      throws IOException, InterruptedException {
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

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
