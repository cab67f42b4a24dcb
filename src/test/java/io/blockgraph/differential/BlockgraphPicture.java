package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What Blockgraph's answers tell.
final class BlockgraphPicture {
  private BlockgraphPicture() {}

  /// @param graph the answer of `GET /graph`
  static Picture of(JsonNode graph) {
    List<Picture.Node> nodes = new ArrayList<>();
    for (JsonNode node : graph.path("nodes")) {
      Access access = node.path("readOnly").asBoolean() ? Access.READ_ONLY : Access.WRITABLE;
      nodes.add(
          new Picture.Node(
              node.path("nodeName").asString(),
              node.path("driver").asString(),
              access,
              node.path("sizeBytes").asLong()));
    }
    List<Picture.Edge> edges = new ArrayList<>();
    for (JsonNode edge : graph.path("edges")) {
      Picture.Kind kind =
          switch (edge.path("parentKind").asString()) {
            case "node" -> Picture.Kind.NODE;
            case "job" -> Picture.Kind.JOB;
            default -> Picture.Kind.EXPORT;
          };
      edges.add(
          new Picture.Edge(
              kind,
              edge.path("parent").asString(),
              edge.path("name").asString(),
              edge.path("child").asString(),
              Picture.Grant.of(words(edge.path("taken")), words(edge.path("shared")))));
    }
    return Picture.of(nodes, edges);
  }

  private static List<String> words(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  /// @param jobs the answer of `GET /jobs`
  static Map<String, Picture.Job> jobs(JsonNode jobs) {
    Map<String, Picture.Job> found = new TreeMap<>();
    for (JsonNode job : jobs.path("jobs")) {
      boolean failed = job.has("error") && !job.path("error").isNull();
      found.put(job.path("id").asString(), new Picture.Job(job.path("status").asString(), failed));
    }
    return found;
  }

  /// @param graph the answer of `GET /graph`
  static Map<String, String> exports(JsonNode graph) {
    Map<String, String> found = new TreeMap<>();
    for (JsonNode edge : graph.path("edges")) {
      if (edge.path("parentKind").asString().equals("export")) {
        found.put(edge.path("parent").asString(), edge.path("child").asString());
      }
    }
    return found;
  }
}
