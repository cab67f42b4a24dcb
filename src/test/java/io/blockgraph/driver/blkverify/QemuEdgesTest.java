package io.blockgraph.driver.blkverify;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.Bench;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.strangers.StorageDaemon;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// QEMU's edges below a blkverify node are taken and shared as ours are.
class QemuEdgesTest {
  private static final Grant READER =
      new Grant(
          Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL.without(Permission.RESIZE));

  @TempDir private Path folder;

  @Test
  void qemuTakesAndSharesTheSame() {
    try (StorageDaemon qemu = StorageDaemon.start(folder)) {
      for (String side : Set.of("r", "t")) {
        qemu.execute(
            "blockdev-add", Map.of("driver", "null-co", "node-name", side, "size", 1 << 20));
      }
      qemu.execute(
          "blockdev-add", Map.of("driver", "blkverify", "node-name", "n", "raw", "r", "test", "t"));
      assertThat(edges(qemu)).isEqualTo(ours(Grant.IDLE));
      Map<String, ?> address =
          Map.of("type", "unix", "data", Map.of("path", folder.resolve("nbd").toString()));
      qemu.execute("nbd-server-start", Map.of("addr", address));
      export(qemu, false);
      assertThat(edges(qemu)).isEqualTo(ours(READER));
      export(qemu, true);
      assertThat(edges(qemu)).isEqualTo(ours(Bench.WRITER));
    }
  }

  private static void export(StorageDaemon qemu, boolean writable) {
    qemu.execute(
        "block-export-add",
        Map.of(
            "id",
            "e" + writable,
            "type",
            "nbd",
            "node-name",
            "n",
            "name",
            "e" + writable,
            "writable",
            writable));
  }

  private static Map<String, String> ours(Grant parents) {
    NodeSpec node = Bench.spec(new BlkverifyDriver(), Map.of("raw", "r", "test", "t"));
    Map<String, String> edges = new TreeMap<>();
    for (ChildSpec child : node.children()) {
      Grant grant = BlkverifyRules.INSTANCE.childGrant(node, child, parents);
      edges.put(
          child.name() + " -> " + child.node(),
          "takes " + words(grant.taken()) + ", shares " + words(grant.shared()));
    }
    return edges;
  }

  private static Set<String> words(Permissions permissions) {
    return permissions.toList().stream()
        .map(Permission::word)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Map<String, String> edges(StorageDaemon qemu) {
    JsonNode graph = qemu.execute("x-debug-query-block-graph", Map.of());
    Map<Long, String> names = new HashMap<>();
    graph
        .get("nodes")
        .forEach(node -> names.put(node.get("id").asLong(), node.get("name").asString()));
    Map<String, String> edges = new TreeMap<>();
    for (JsonNode edge : graph.get("edges")) {
      if ("n".equals(names.get(edge.get("parent").asLong()))) {
        edges.put(
            edge.get("name").asString() + " -> " + names.get(edge.get("child").asLong()),
            "takes " + words(edge.get("perm")) + ", shares " + words(edge.get("shared-perm")));
      }
    }
    return edges;
  }

  private static Set<String> words(JsonNode permissions) {
    return permissions
        .valueStream()
        .map(JsonNode::asString)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
