package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The secrets that open each encrypted image of a history. One thread.
final class KeyRings {
  /// All secrets there are; the first opens a new image.
  static final List<String> SECRETS = List.of("red", "green", "blue");

  private final Map<NodeName, Set<String>> opening = new LinkedHashMap<>();

  /// A new image, opened by the first secret.
  void add(NodeName node) {
    opening.put(node, new TreeSet<>(Set.of(SECRETS.getFirst())));
  }

  /// Whether there never was an encrypted image.
  boolean isEmpty() {
    return opening.isEmpty();
  }

  /// Those that open the image of a node.
  Set<String> of(NodeName node) {
    return opening.getOrDefault(node, Set.of());
  }

  /// The secret opens it, too.
  void added(NodeName node, String secret) {
    opening.get(node).add(secret);
  }

  /// The secret opens it no more.
  void erased(NodeName node, String secret) {
    opening.get(node).remove(secret);
  }
}
