package io.blockgraph.strangers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/// A foreign program, found on the search path and run with a deadline.
///
/// @param program the name of the executable
/// @param debianPackage the package to install when it is missing
public record Tool(String program, String debianPackage) {
  static final Tool QEMU_IMG = new Tool("qemu-img", "qemu-utils");
  static final Tool QEMU_IO = new Tool("qemu-io", "qemu-utils");
  static final Tool QEMU_NBD = new Tool("qemu-nbd", "qemu-utils");
  static final Tool STORAGE_DAEMON = new Tool("qemu-storage-daemon", "qemu-system-common");
  static final Tool NBDKIT = new Tool("nbdkit", "nbdkit");
  static final Tool NBDINFO = new Tool("nbdinfo", "libnbd-bin");
  static final Tool NBDCOPY = new Tool("nbdcopy", "libnbd-bin");
  static final Tool OPENSSL = new Tool("openssl", "openssl");
  static final Tool FIO = new Tool("fio", "fio");

  private static final Duration DEADLINE = Duration.ofSeconds(300);

  /// Where the executable is, when it is installed.
  public Optional<Path> installed() {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return List.of(path.split(File.pathSeparator)).stream()
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Skips the running test when the program is missing; fails it when the environment or a system
  /// property says `CI=true`.
  public Path require() {
    Optional<Path> found = installed();
    if (found.isEmpty()) {
      String reason =
          program + " is not installed; it comes with the Debian package " + debianPackage;
      boolean mustBeThere = "true".equals(System.getProperty("CI", System.getenv("CI")));
      if (mustBeThere) {
        Assertions.fail(reason);
      }
      Assumptions.assumeTrue(found.isPresent(), reason);
    }
    return found.orElseThrow();
  }

  /// Runs the program to its end, whatever its exit code.
  public Ran run(List<String> arguments) {
    return run(arguments, DEADLINE);
  }

  /// Runs the program to its end within `deadline`.
  public Ran run(List<String> arguments, Duration deadline) {
    List<String> command = new ArrayList<>();
    command.add(require().toString());
    command.addAll(arguments);
    try {
      return runToEnd(command, deadline);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
    }
  }

  private static Ran runToEnd(List<String> command, Duration deadline) throws IOException {
    Path out = Files.createTempFile("stranger", ".out");
    Path err = Files.createTempFile("stranger", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      boolean ended = waitFor(process, deadline);
      Ran ran = new Ran(command, ended ? process.exitValue() : -1, text(out), text(err));
      return ended ? ran : ran.fail("did not end within " + deadline.toSeconds() + " s");
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static boolean waitFor(Process process, Duration deadline) {
    try {
      if (process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    return false;
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
