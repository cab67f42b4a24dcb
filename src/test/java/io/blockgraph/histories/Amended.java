package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The images that were amended, and what each has to be. One thread.
final class Amended {
  private final Map<NodeName, Set<Format>> formats = new LinkedHashMap<>();

  /// What the image of a node is now; empty when its users let nobody read what it is stored in.
  static Optional<Format> format(Stage stage, NodeName image) {
    NodeName storage = stage.spec(image).child(ChildName.FILE).orElseThrow().node();
    return stage.site.read(storage).map(Format::of);
  }

  /// An image has to be one of these from now on.
  void mustBe(NodeName image, Set<Format> wanted) {
    formats.put(image, wanted);
  }

  /// Looks at all of them.
  void look(Stage stage) {
    formats.keySet().removeIf(image -> stage.site.topology().node(image).isEmpty());
    formats.forEach(
        (image, wanted) ->
            format(stage, image)
                .ifPresent(found -> assertThat(wanted).as("what '%s' is", image).contains(found)));
  }
}
