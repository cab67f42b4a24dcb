package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What the daemon's queries tell.
final class DaemonPicture {
  private DaemonPicture() {}

  /// @param graph the answer of `x-debug-query-block-graph`
  /// @param named the answer of `query-named-block-nodes`
  static Picture of(JsonNode graph, JsonNode named) {
    List<Picture.Node> nodes = new ArrayList<>();
    Map<String, String> drivers = new HashMap<>();
    for (JsonNode node : named) {
      String name = node.path("node-name").asString();
      String driver = Words.driver(node.path("drv").asString());
      Access access = node.path("ro").asBoolean() ? Access.READ_ONLY : Access.WRITABLE;
      nodes.add(new Picture.Node(name, driver, access, node.at("/image/virtual-size").asLong()));
      drivers.put(name, driver);
    }
    Map<Integer, JsonNode> byId = new HashMap<>();
    graph.path("nodes").forEach(node -> byId.put(node.path("id").asInt(), node));
    List<Picture.Edge> edges = new ArrayList<>();
    for (JsonNode edge : graph.path("edges")) {
      edges.add(edge(edge, byId, drivers));
    }
    return Picture.of(nodes, edges);
  }

  /// The bitmaps of nodes, but for those of jobs, which have no name.
  static Map<String, Picture.Bitmap> bitmaps(JsonNode named) {
    Map<String, Picture.Bitmap> bitmaps = new TreeMap<>();
    for (JsonNode node : named) {
      String name = node.path("node-name").asString();
      node.path("dirty-bitmaps")
          .valueStream()
          .filter(bitmap -> bitmap.has("name"))
          .forEach(
              bitmap ->
                  bitmaps.put(
                      name + "/" + bitmap.path("name").asString(),
                      Words.bitmap(bitmap, bitmap.path("count").asLong())));
    }
    return bitmaps;
  }

  private static Picture.Edge edge(
      JsonNode edge, Map<Integer, JsonNode> byId, Map<String, String> drivers) {
    JsonNode parent = byId.get(edge.path("parent").asInt());
    String parentName = parent.path("name").asString();
    String name = edge.path("name").asString();
    Picture.Kind kind =
        switch (parent.path("type").asString()) {
          case "block-driver" -> Picture.Kind.NODE;
          case "block-job" -> Picture.Kind.JOB;
          default -> Picture.Kind.EXPORT;
        };
    String word =
        switch (kind) {
          case NODE -> Words.child(drivers.getOrDefault(parentName, ""), name);
          case JOB -> Words.hold(name);
          case EXPORT -> name;
        };
    return new Picture.Edge(
        kind,
        parentName,
        word,
        byId.get(edge.path("child").asInt()).path("name").asString(),
        Picture.Grant.of(words(edge.path("perm")), words(edge.path("shared-perm"))));
  }

  private static List<String> words(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  /// The names of the graph's nodes by their numbers.
  static Map<Integer, String> names(JsonNode graph) {
    Map<Integer, String> names = new HashMap<>();
    for (JsonNode node : graph.path("nodes")) {
      names.put(node.path("id").asInt(), node.path("name").asString());
    }
    return names;
  }

  /// @param jobs the answer of `query-jobs`
  static Map<String, Picture.Job> jobs(JsonNode jobs) {
    Map<String, Picture.Job> found = new TreeMap<>();
    for (JsonNode job : jobs) {
      found.put(
          job.path("id").asString(),
          new Picture.Job(job.path("status").asString(), job.has("error")));
    }
    return found;
  }

  /// @param exports the answer of `query-block-exports`
  static Map<String, String> exports(JsonNode exports) {
    Map<String, String> found = new TreeMap<>();
    for (JsonNode export : exports) {
      found.put(export.path("id").asString(), export.path("node-name").asString());
    }
    return found;
  }
}
