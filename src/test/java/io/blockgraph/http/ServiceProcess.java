package io.blockgraph.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/// A service in a process of its own, as an operator starts it, so that it can be killed. It ends
/// with this JVM at the latest; what it prints and its temporary files go with [#close].
public final class ServiceProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String READY = "Blockgraph is up: ";

  private final Process process;
  private final Path own;
  private final Path data;

  private ServiceProcess(Process process, Path own, Path data) {
    this.process = process;
    this.own = own;
    this.data = data;
  }

  /// Starts one on `data`, with `settings` as on the command line; it may still be starting when
  /// this returns.
  public static ServiceProcess on(Path data, String... settings) throws IOException {
    return under(List.of(), data, settings);
  }

  /// Starts one as the last arguments of `tracer`, a program that runs another.
  static ServiceProcess under(List<String> tracer, Path data, String... settings)
      throws IOException {
    Path own = Files.createTempDirectory(Files.createDirectories(data), "process");
    List<String> command = new ArrayList<>(tracer);
    command.addAll(command(own, data));
    command.addAll(List.of(settings));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("out").toFile())
            .start();
    return new ServiceProcess(process, own, data);
  }

  private static List<String> command(Path own, Path data) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-ea", "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + own));
    command.addAll(List.of("-cp", classPath(), WatchedService.class.getName()));
    command.addAll(List.of("--server.port=0", "--blockgraph.data-dir=" + data));
    return command;
  }

  /// Surefire hides the class path in the manifest of a jar, and tells it by a property.
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /// The service, when it says that it is ready.
  Service ready() throws IOException, InterruptedException {
    return Service.at(data, url().getPort());
  }

  /// Where it is, when it says that it is ready.
  public URI url() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      try (BufferedReader lines = Files.newBufferedReader(own.resolve("out"))) {
        var line = lines.lines().filter(text -> text.startsWith(READY)).findFirst();
        if (line.isPresent()) {
          return URI.create(line.get().substring(READY.length()));
        }
      }
      Thread.sleep(20);
    }
    throw new AssertionError("the service did not become ready:\n" + said());
  }

  /// Everything it printed.
  String said() throws IOException {
    return Files.readString(own.resolve("out"));
  }

  /// How it ended, which must be soon.
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the service goes on");
    }
    return process.exitValue();
  }

  /// SIGTERM, as an operator ends it; returns when the process is gone.
  public void end() throws InterruptedException {
    process.destroy();
    exitCode();
  }

  /// SIGKILL; returns when the process is gone, and with a tracer the one beneath it as well, which
  /// would go on without.
  public void kill() throws InterruptedException {
    List<ProcessHandle> beneath = process.descendants().toList();
    process.destroyForcibly();
    beneath.forEach(ProcessHandle::destroyForcibly);
    exitCode();
    beneath.forEach(traced -> traced.onExit().join());
  }

  @Override
  public void close() throws InterruptedException, IOException {
    kill();
    FileSystemUtils.deleteRecursively(own);
  }
}
