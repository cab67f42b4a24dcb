package io.blockgraph.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What a test knows of a graph of qcow2 chains and exports: which disk backs which, which disk an
/// export serves. A value; each change makes another.
///
/// @param backing each disk with the one that backs it, empty for none
/// @param exports each export with its disk
record RememberedGraph(Map<String, String> backing, Map<String, String> exports) {
  static final RememberedGraph EMPTY = new RememberedGraph(Map.of(), Map.of());

  RememberedGraph {
    backing = new TreeMap<>(backing);
    exports = new TreeMap<>(exports);
  }

  /// What a service shows of the disks and exports whose names begin with `d` and `e`.
  static RememberedGraph of(Service service) {
    Map<String, String> backing = new TreeMap<>();
    Map<String, String> exports = new TreeMap<>();
    for (JsonNode node : service.get("/graph").expect(200).body().path("nodes")) {
      String name = node.path("nodeName").asString();
      if (name.matches("d\\d+")) {
        backing.put(name, backingOf(node));
      }
    }
    for (JsonNode export : service.get("/exports").expect(200).body().path("exports")) {
      if (export.path("id").asString().startsWith("e")) {
        exports.put(export.path("id").asString(), export.path("nodeName").asString());
      }
    }
    return new RememberedGraph(backing, exports);
  }

  private static String backingOf(JsonNode node) {
    for (JsonNode edge : node.path("children")) {
      if (edge.path("name").asString().equals("backing")) {
        return edge.path("child").asString();
      }
    }
    return "";
  }

  RememberedGraph withDisk(String name) {
    RememberedGraph next = new RememberedGraph(backing, exports);
    next.backing.put(name, "");
    return next;
  }

  RememberedGraph withoutDisk(String name) {
    RememberedGraph next = new RememberedGraph(backing, exports);
    next.backing.remove(name);
    return next;
  }

  /// All who used `disk` use `overlay`, which is backed by it.
  RememberedGraph withOverlay(String disk, String overlay) {
    RememberedGraph next = new RememberedGraph(backing, exports);
    next.backing.replaceAll((_, below) -> below.equals(disk) ? overlay : below);
    next.exports.replaceAll((_, served) -> served.equals(disk) ? overlay : served);
    next.backing.put(overlay, disk);
    return next;
  }

  RememberedGraph withExport(String id, String disk) {
    RememberedGraph next = new RememberedGraph(backing, exports);
    next.exports.put(id, disk);
    return next;
  }

  RememberedGraph withoutExport(String id) {
    RememberedGraph next = new RememberedGraph(backing, exports);
    next.exports.remove(id);
    return next;
  }

  List<String> disks() {
    return List.copyOf(backing.keySet());
  }

  /// Disks that nobody uses.
  List<String> unused() {
    List<String> unused = new ArrayList<>(backing.keySet());
    unused.removeAll(backing.values());
    unused.removeAll(exports.values());
    return unused;
  }

  static String any(List<String> names, Random random) {
    return names.get(random.nextInt(names.size()));
  }
}
