package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The backing chains in a picture.
record Chain(Picture now) {
  /// A node and all below it in its chain, filters too.
  List<String> from(String top) {
    List<String> chain = new ArrayList<>();
    Optional<String> next = now.node(top).map(Picture.Node::name);
    while (next.isPresent()) {
      String node = next.get();
      chain.add(node);
      String edge = Facts.isFilter(now, node) ? "file" : "backing";
      next = now.edge(node, edge).map(Picture.Edge::child);
    }
    return chain;
  }

  /// Whether a disk between the node that is streamed and what stays below ends before the node.
  boolean skipsShort(Command.Stream stream) {
    List<String> below = from(stream.node());
    int end =
        stream
            .end()
            .map(to -> below.indexOf(to.node()) + (to.side() == Command.To.Side.BASE ? 0 : 1))
            .orElse(below.size());
    long length = size(stream.node());
    return below.subList(1, Math.max(1, end)).stream().anyMatch(node -> size(node) < length);
  }

  /// Whether a job that works from the upper node down meets a filter there.
  boolean holdsFilter(String upper) {
    return from(upper).stream().anyMatch(node -> Facts.isFilter(now, node));
  }

  private long size(String node) {
    return now.node(node).map(Picture.Node::size).orElse(0L);
  }
}
