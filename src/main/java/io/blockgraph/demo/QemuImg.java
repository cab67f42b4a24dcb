package io.blockgraph.demo;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// `qemu-img`, where it is installed: a witness that knows nothing of Blockgraph. It is called with
/// `--force-share`, because the service holds the locks of the images it is asked about; all it is
/// asked about has been flushed.
final class QemuImg {
  private static final int PATIENCE_SECONDS = 60;

  /// How a run ended.
  record Ran(String command, int exitCode, String firstLine) {}

  private QemuImg() {}

  /// Whether it is on the path.
  static boolean isInstalled() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "qemu-img")));
  }

  /// Compares two disks: exit code 0 when they hold the same, 1 when not.
  ///
  /// @param second a qcow2 image, or with `json:` or `nbd` in front what it says
  static Ran compare(Disk first, Disk second) {
    List<String> command = new ArrayList<>(List.of("qemu-img", "compare", "--force-share"));
    command.addAll(first.arguments("-f"));
    command.addAll(second.arguments("-F"));
    command.addAll(List.of(first.address(), second.address()));
    return run(command);
  }

  /// Checks an image: exit code 0 when there is neither an error nor a leak.
  static Ran check(Path image) {
    return run(List.of("qemu-img", "check", "--force-share", "-f", "qcow2", image.toString()));
  }

  /// A disk as qemu-img takes it.
  ///
  /// @param format empty when the address says it
  record Disk(String address, Optional<String> format) {
    static Disk file(Path image) {
      return new Disk(image.toString(), Optional.of("qcow2"));
    }

    static Disk export(String uri) {
      return new Disk(uri, Optional.of("raw"));
    }

    /// A backing chain of images, the uppermost first.
    static Disk chain(List<Path> images) {
      return new Disk("json:" + layers(images), Optional.empty());
    }

    private static String layers(List<Path> images) {
      String backing = images.size() == 1 ? "null" : layers(images.subList(1, images.size()));
      return "{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"},\"backing\":%s}"
          .formatted(images.getFirst(), backing);
    }

    List<String> arguments(String flag) {
      return format.map(name -> List.of(flag, name)).orElse(List.of());
    }
  }

  private static Ran run(List<String> command) {
    try {
      Path out = Files.createTempFile("blockgraph-demo", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(out, StandardCharsets.UTF_8);
        return new Ran(
            String.join(" ", command), process.waitFor(), lines.isEmpty() ? "" : lines.getFirst());
      } finally {
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for qemu-img", e);
    }
  }
}
