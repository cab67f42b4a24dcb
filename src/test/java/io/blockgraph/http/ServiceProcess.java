package io.blockgraph.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A service in a process of its own, as an operator starts it, so that it can be killed.
final class ServiceProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String READY = "Blockgraph is up: http://127.0.0.1:";

  private final Process process;
  private final Path out;
  private final Path data;

  private ServiceProcess(Process process, Path out, Path data) {
    this.process = process;
    this.out = out;
    this.data = data;
  }

  /// Starts one on `data`; it may still be starting when this returns.
  static ServiceProcess on(Path data) throws IOException {
    return under(List.of(), data);
  }

  /// Starts one as the last arguments of `tracer`, a program that runs another.
  static ServiceProcess under(List<String> tracer, Path data) throws IOException {
    Path out = Files.createTempFile("service", ".out");
    List<String> command = new ArrayList<>(tracer);
    command.addAll(command(data));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    return new ServiceProcess(process, out, data);
  }

  private static List<String> command(Path data) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-ea", "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath()));
    command.add("io.blockgraph.app.BlockgraphApplication");
    command.addAll(List.of("--server.port=0", "--blockgraph.data-dir=" + data));
    return command;
  }

  /// Surefire hides the class path in the manifest of a jar, and tells it by a property.
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /// The service, when it says that it is ready.
  Service ready() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      try (BufferedReader lines = Files.newBufferedReader(out)) {
        var line = lines.lines().filter(text -> text.startsWith(READY)).findFirst();
        if (line.isPresent()) {
          return Service.at(data, Integer.parseInt(line.get().substring(READY.length())));
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the service did not become ready:\n" + said());
  }

  /// Everything it printed.
  String said() throws IOException {
    return Files.readString(out);
  }

  /// How it ended, which must be soon.
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the service goes on");
    }
    return process.exitValue();
  }

  /// SIGKILL; returns when the process is gone.
  void kill() throws InterruptedException {
    process.destroyForcibly();
    exitCode();
  }

  @Override
  public void close() throws InterruptedException, IOException {
    kill();
    Files.deleteIfExists(out);
  }
}
