package io.blockgraph.differential;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Blueprints in the words of `POST /nodes`.
///
/// @param files where the file of an image is; asked for each image that is named
record BlockgraphNodes(Function<Image, Path> files) {
  /// Everything about a node but its name.
  Map<String, Object> options(Blueprint blueprint) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("driver", blueprint.driver());
    if (blueprint.access() == Access.READ_ONLY) {
      options.put("readOnly", true);
    }
    switch (blueprint) {
      case Blueprint.File(Image image, _) -> options.put("filename", filename(image));
      case Blueprint.Raw(Below file, _) -> options.put("file", below(file));
      case Blueprint.Window(Below file, long offset, var size, _) -> {
        options.put("file", below(file));
        options.put("offset", offset);
        size.ifPresent(bytes -> options.put("size", bytes));
      }
      case Blueprint.Qcow2(Below file, var backing, _) -> {
        options.put("file", below(file));
        backing.ifPresent(node -> options.put("backing", node));
      }
      case Blueprint.Null(long size, _) -> {
        options.put("size", size);
        options.put("readZeroes", true);
      }
      case Blueprint.Filter(_, Below file) -> options.put("file", below(file));
      case Blueprint.Luks(Below file, String secret, _) -> {
        options.put("file", below(file));
        options.put("keySecret", secret);
      }
      case Blueprint.Throttle(Below file, _) -> options.put("file", below(file));
      case Blueprint.CopyOnRead(Below file, _) -> options.put("file", below(file));
      case Blueprint.Blkdebug(Below file, List<String> takes, List<String> unshares) -> {
        options.put("file", below(file));
        options.put("takeChildPermissions", takes);
        options.put("unshareChildPermissions", unshares);
      }
      case Blueprint.Blkverify(Below raw, Below test) -> {
        options.put("raw", below(raw));
        options.put("test", below(test));
      }
      case Blueprint.Quorum(List<Below> children, int threshold, _) -> {
        options.put("children", children.stream().map(this::below).toList());
        options.put("voteThreshold", threshold);
      }
    }
    return options;
  }

  private Object below(Below below) {
    return switch (below) {
      case Below.Node(String name) -> name;
      case Below.File(Image image) -> Map.of("driver", "file", "filename", filename(image));
    };
  }

  private String filename(Image image) {
    return files.apply(image).getFileName().toString();
  }
}
