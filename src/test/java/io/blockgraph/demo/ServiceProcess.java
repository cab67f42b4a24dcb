package io.blockgraph.demo;

import io.blockgraph.app.BlockgraphApplication;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/// The service in a process of its own, as it is in production: it can be killed.
final class ServiceProcess implements AutoCloseable {
  private static final String UP = "Blockgraph is up: ";
  private static final long START_MS = 180_000;

  private final Process process;
  private final URI url;

  private ServiceProcess(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  static ServiceProcess start(Path data) throws Exception {
    Files.createDirectories(data);
    Path output = data.resolve("output.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BlockgraphApplication.class.getName(),
                "--blockgraph.data-dir=" + data,
                "--server.port=0")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new ServiceProcess(process, awaitReady(process, output));
  }

  private static URI awaitReady(Process process, Path output) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
    while (System.nanoTime() < deadline && process.isAlive()) {
      for (String line : lines(output)) {
        if (line.startsWith(UP)) {
          return URI.create(line.substring(UP.length()));
        }
      }
      Thread.sleep(50);
    }
    process.destroyForcibly();
    return Assertions.fail("the service did not start: " + lines(output));
  }

  private static List<String> lines(Path output) throws IOException {
    return Files.readAllLines(output);
  }

  URI url() {
    return url;
  }

  /// As `kill -9` does it; returns when it is dead.
  void kill() {
    process.destroyForcibly();
    await();
  }

  /// As an operator ends it.
  @Override
  public void close() {
    process.destroy();
    await();
  }

  private void await() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        Assertions.fail("the service has not ended after 60 seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
