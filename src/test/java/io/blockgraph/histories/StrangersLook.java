package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Every qcow2 image of a graph, for `qemu-img` to look at when the graph is closed.
///
/// @param images the files; where an image is not in a plain file - a snapshot was taken of what it
///   is stored in - its bytes as the graph shows them, in a file of their own
/// @param ends how long the files have to be that a reserve was kept behind
/// @param leaks whether they may hold clusters that nobody uses
/// @param chains whether `qemu-img` shall open what is behind an image, too
record StrangersLook(List<Path> images, Map<Path, Long> ends, Site.Leaks leaks, Chains chains) {
  /// What is behind images.
  enum Chains {
    OPENED,
    /// There may be an encrypted disk, which takes its secret.
    LEFT_OUT
  }

  /// What qemu-img answers when it finds nothing but leaks.
  private static final int LEAKS = 3;

  /// Taken while the graph is open and nobody writes.
  static StrangersLook at(Stage stage) {
    List<Path> images = new ArrayList<>();
    for (NodeName node : stage.nodes(spec -> spec.driver().value().equals("qcow2"))) {
      NodeName storage = stage.spec(node).child(ChildName.FILE).orElseThrow().node();
      images.add(plainFile(stage, storage).orElseGet(() -> copied(stage, storage)));
    }
    return new StrangersLook(
        images, ends(stage), stage.leaks, stage.keys.isEmpty() ? Chains.OPENED : Chains.LEFT_OUT);
  }

  private static Map<Path, Long> ends(Stage stage) {
    Map<Path, Long> ends = new LinkedHashMap<>();
    for (NodeName node : stage.nodes(spec -> spec.driver().value().equals("preallocate"))) {
      plainFile(stage, node).ifPresent(file -> ends.put(file, stage.site.size(node)));
    }
    return ends;
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

  private static byte[] bytes(Path image) {
    try (var in = Files.newInputStream(image)) {
      return in.readNBytes(Format.BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Fails when a reserve was not given back. What a format stores when it is closed may make its
  /// file a little longer.
  void measure() {
    ends.forEach(
        (file, end) ->
            assertThat(file.toFile().length())
                .as("length of %s, which held %d bytes", file, end)
                .isBetween(end, end + Disks.RESERVE_BYTES / 2));
  }

  /// Fails unless `qemu-img check` finds nothing at all in any of them, but perhaps leaks.
  void check(Shell shell) {
    for (Path image : images) {
      boolean repair = leaks == Site.Leaks.ALLOWED && Format.isDirty(bytes(image));
      List<String> words = new ArrayList<>(List.of("qemu-img", "check"));
      words.addAll(repair ? List.of("-r", "all") : List.of());
      words.addAll(named(image));
      Shell.Ran ran = shell.run(words.toArray(String[]::new));
      boolean leaky = ran.exitCode() == LEAKS && leaks == Site.Leaks.ALLOWED;
      if (ran.exitCode() != 0 && !leaky) {
        throw new AssertionError("qemu-img check of " + image + ": " + ran);
      }
    }
  }

  private List<String> named(Path image) {
    return switch (chains) {
      case OPENED -> List.of("-f", "qcow2", image.toString());
      case LEFT_OUT ->
          List.of(
              "json:{\"driver\":\"qcow2\",\"backing\":null,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                  .formatted(image));
    };
  }
}
