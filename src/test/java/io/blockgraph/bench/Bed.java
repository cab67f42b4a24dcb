package io.blockgraph.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What a benchmark of the service runs on: a folder of images and the service over it.
///
/// @param service the service
/// @param images where images may be
/// @param data the service's own
/// @param quick whether only a short look is wanted: `--quick`
/// @param only what is in the names of the rows that are wanted: `--only=TEXT`
public record Bed(Service service, Path images, Path data, boolean quick, String only)
    implements AutoCloseable {
  /// Starts the service on new folders.
  public static Bed of(String... arguments) throws IOException, InterruptedException {
    return of(List.of(arguments));
  }

  /// Starts the service on new folders.
  ///
  /// @param options what the benchmark was called with
  /// @param settings of the service
  public static Bed of(List<String> options, String... settings)
      throws IOException, InterruptedException {
    String only =
        options.stream()
            .filter(option -> option.startsWith("--only="))
            .map(option -> option.substring(7))
            .findFirst()
            .orElse("");
    Path images = Files.createTempDirectory("images");
    Path data = Files.createTempDirectory("service");
    return new Bed(
        Service.on(data, images, settings), images, data, options.contains("--quick"), only);
  }

  /// Ends the service and removes the folders.
  @Override
  public void close() throws IOException, InterruptedException {
    service.close();
    for (Path folder : List.of(images, data)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
