package io.blockgraph.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where a side's images are: copies from the shelf, made when they are named first.
record Folder(Shelf shelf, Path path) {
  Path file(Image image) {
    return shelf.put(image, path);
  }

  /// A file that is still to be made.
  Path newFile(String node) {
    return path.resolve(node + ".img");
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
