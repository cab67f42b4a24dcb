package io.blockgraph.histories;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every qcow2 image of a graph, for `qemu-img` to look at when the graph is closed.
///
/// @param images the files; where an image is not in a plain file - a snapshot was taken of what it
///   is stored in - its bytes as the graph shows them, in a file of their own
/// @param leaks whether they may hold clusters that nobody uses
record StrangersLook(List<Path> images, Site.Leaks leaks) {
  /// What qemu-img answers when it finds nothing but leaks.
  private static final int LEAKS = 3;

  /// The last bytes of two numbers of the header.
  private static final int VERSION_END = 7;

  private static final int INCOMPATIBLE_END = 79;

  /// Taken while the graph is open and nobody writes.
  static StrangersLook at(Stage stage) {
    List<Path> images = new ArrayList<>();
    for (NodeName node : stage.nodes(spec -> spec.driver().value().equals("qcow2"))) {
      NodeName storage = stage.spec(node).child(ChildName.FILE).orElseThrow().node();
      images.add(plainFile(stage, storage).orElseGet(() -> copied(stage, storage)));
    }
    return new StrangersLook(images, stage.leaks);
  }

  private static Optional<Path> plainFile(Stage stage, NodeName storage) {
    NodeSpec node = stage.spec(storage);
    if (node.driver().value().equals("file")) {
      return node.options().text("filename").map(stage.site.images()::resolve);
    }
    return node.children().stream()
        .filter(child -> child.roles().has(Role.FILTERED))
        .findFirst()
        .flatMap(below -> plainFile(stage, below.node()));
  }

  private static Path copied(Stage stage, NodeName storage) {
    try {
      Path copy = stage.site.images().resolve(stage.fresh("copy"));
      return Files.write(copy, stage.site.read(storage).orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether an image says of itself that its refcounts are to be made anew before it is written:
  /// one with lazy refcounts after a kill.
  static boolean isDirty(byte[] image) {
    boolean hasFeatures = image[VERSION_END] >= 3;
    return hasFeatures && (image[INCOMPATIBLE_END] & 1) != 0;
  }

  private static byte[] bytes(Path image) {
    try (var in = Files.newInputStream(image)) {
      return in.readNBytes(INCOMPATIBLE_END + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Fails unless `qemu-img check` finds nothing at all in any of them, but perhaps leaks.
  void check(Shell shell) {
    for (Path image : images) {
      boolean repair = leaks == Site.Leaks.ALLOWED && isDirty(bytes(image));
      Shell.Ran ran =
          repair
              ? shell.run("qemu-img", "check", "-f", "qcow2", "-r", "all", image.toString())
              : shell.run("qemu-img", "check", "-f", "qcow2", image.toString());
      boolean leaky = ran.exitCode() == LEAKS && leaks == Site.Leaks.ALLOWED;
      if (ran.exitCode() != 0 && !leaky) {
        throw new AssertionError("qemu-img check of " + image + ": " + ran);
      }
    }
  }
}
