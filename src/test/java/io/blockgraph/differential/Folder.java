package io.blockgraph.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where a side's images are: copies from the shelf, made when they are named first.
record Folder(Shelf shelf, Path path) {
  Path file(Image image) {
    return shelf.put(image, path);
  }

  /// A file that is still to be made.
  Path newFile(String node) {
    return path.resolve(node + ".img");
  }

  /// Arguments in which files are named by their paths.
  Map<String, @Nullable Object> resolved(Map<String, ?> arguments) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    arguments.forEach((name, value) -> all.put(name, resolved(value)));
    return all;
  }

  private @Nullable Object resolved(@Nullable Object value) {
    return switch (value) {
      case Command.FileName(String name) -> path.resolve(name).toString();
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        map.forEach((name, one) -> all.put((String) name, resolved(one)));
        yield all;
      }
      case List<?> list -> list.stream().map(this::resolved).toList();
      case null, default -> value;
    };
  }

  List<Path> files() {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> file.toString().endsWith(".img")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void empty() {
    for (Path file : files()) {
      try {
        Files.delete(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
