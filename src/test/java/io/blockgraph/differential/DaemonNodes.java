package io.blockgraph.differential;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Blueprints in the words of `blockdev-add`.
///
/// @param files where the file of an image is; asked for each image that is named
record DaemonNodes(Function<Image, Path> files) {
  /// A throttle group without limits, which must be there.
  static final String GROUP = "no-limits";

  /// Everything about a node but its name.
  Map<String, Object> options(Blueprint blueprint) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("driver", Words.qemuDriver(blueprint.driver()));
    if (blueprint.access() == Access.READ_ONLY) {
      options.put("read-only", true);
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
        options.put("read-zeroes", true);
      }
      case Blueprint.Filter(_, Below file) -> options.put("file", below(file));
      case Blueprint.Luks(Below file, String secret, _) -> {
        options.put("file", below(file));
        options.put("key-secret", secret);
      }
      case Blueprint.Throttle(Below file, _) -> {
        options.put("file", below(file));
        options.put("throttle-group", GROUP);
      }
      case Blueprint.CopyOnRead(Below file, _) -> options.put("file", below(file));
      case Blueprint.Blkdebug(Below file, List<String> takes, List<String> unshares) -> {
        options.put("image", below(file));
        putUnlessEmpty(options, "take-child-perms", takes);
        putUnlessEmpty(options, "unshare-child-perms", unshares);
      }
      case Blueprint.Blkverify(Below raw, Below test) -> {
        options.put("raw", below(raw));
        options.put("test", below(test));
      }
      case Blueprint.Quorum(List<Below> children, int threshold, _) -> {
        options.put("children", children.stream().map(this::below).toList());
        options.put("vote-threshold", threshold);
      }
    }
    return options;
  }

  private static void putUnlessEmpty(Map<String, Object> options, String name, List<?> list) {
    if (!list.isEmpty()) {
      options.put(name, list);
    }
  }

  private Object below(Below below) {
    return switch (below) {
      case Below.Node(String name) -> name;
      case Below.File(Image image) -> Map.of("driver", "file", "filename", filename(image));
    };
  }

  private String filename(Image image) {
    return files.apply(image).toString();
  }
}
