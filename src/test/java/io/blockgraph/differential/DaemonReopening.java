package io.blockgraph.differential;

import io.blockgraph.strangers.StorageDaemon;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Options of nodes that are open: the daemon wants all of them told again, whatever changes.
///
/// @param nodes words for blueprints
/// @param blueprints what nodes were added as, by name
record DaemonReopening(StorageDaemon daemon, DaemonNodes nodes, Map<String, Blueprint> blueprints) {
  /// Everything that the node has, but for what shall be otherwise.
  Map<String, Object> options(String node, Command.Reopening change) {
    JsonNode graph = daemon.execute("x-debug-query-block-graph", Map.of());
    Map<Integer, String> names = DaemonPicture.names(graph);
    Map<String, Object> options = new LinkedHashMap<>();
    Blueprint blueprint = blueprints.get(node);
    if (blueprint == null) {
      return Map.of("driver", "null-co", "node-name", node);
    }
    options.putAll(nodes.options(blueprint));
    options.put("node-name", node);
    options.remove("backing");
    for (JsonNode edge : graph.path("edges")) {
      if (node.equals(names.get(edge.path("parent").asInt()))) {
        putChild(options, edge.path("name").asString(), names.get(edge.path("child").asInt()));
      }
    }
    options.put("read-only", readOnly(node));
    switch (change) {
      case Command.Reopening.ToAccess(Access access) ->
          options.put("read-only", access == Access.READ_ONLY);
      case Command.Reopening.ToBacking(var backing) -> options.put("backing", backing.orElse(null));
      case Command.Reopening.ToFile(String file) ->
          options.put(options.containsKey("image") ? "image" : "file", file);
    }
    return options;
  }

  private static void putChild(Map<String, Object> options, String name, String child) {
    if (!name.startsWith("children.")) {
      options.put(name, child);
    }
  }

  private boolean readOnly(String node) {
    for (JsonNode found : daemon.execute("query-named-block-nodes", Map.of("flat", true))) {
      if (node.equals(found.path("node-name").asString())) {
        return found.path("ro").asBoolean();
      }
    }
    return false;
  }
}
