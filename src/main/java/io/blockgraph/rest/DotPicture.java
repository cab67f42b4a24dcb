package io.blockgraph.rest;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;

/// The graph in the language of Graphviz. Names are well-formed, so nothing in it needs more than
/// quotes.
final class DotPicture {
  private DotPicture() {}

  static String of(Topology topology) {
    StringBuilder out = new StringBuilder("digraph blockgraph {\n  node [shape=box];\n");
    for (User user : topology.users()) {
      out.append(
          "  \"%s\" [shape=ellipse, label=\"%s\\n%s\"];\n"
              .formatted(user.id(), user.id(), user.kind().word()));
    }
    for (NodeSpec node : topology.nodes()) {
      String access = node.readOnly() ? ", read-only" : "";
      out.append(
          "  \"%s\" [label=\"%s\\n%s%s\"];\n"
              .formatted(node.name(), node.name(), node.driver(), access));
    }
    for (Edge edge : topology.edges()) {
      out.append(
          "  \"%s\" -> \"%s\" [label=\"%s\\n%s / %s\"];\n"
              .formatted(
                  edge.parent().id(),
                  edge.child(),
                  edge.name(),
                  PermissionLetters.of(edge.grant().taken()),
                  PermissionLetters.of(edge.grant().shared())));
    }
    return out.append("}\n").toString();
  }
}
