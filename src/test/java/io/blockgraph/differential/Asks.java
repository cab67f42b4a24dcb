package io.blockgraph.differential;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Http;
import io.blockgraph.differential.Command.Qmp;
import io.blockgraph.differential.Command.Work;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Requests in the words of both sides.
final class Asks {
  private Asks() {}

  // ---- bitmaps

  static Direct addBitmap(String node, String name) {
    return addBitmap(node, name, Map.of());
  }

  /// @param more what a new bitmap has besides, in Blockgraph's words
  static Direct addBitmap(String node, String name, Map<String, Object> more) {
    Map<String, Object> qemus = new HashMap<>(more);
    if (qemus.remove("enabled") instanceof Boolean enabled) {
      qemus.put("disabled", !enabled);
    }
    return new Direct(
        new Qmp("block-dirty-bitmap-add", with(qemus, Map.of("node", node, "name", name))),
        new Http("POST", bitmaps(node), with(more, Map.of("name", name))));
  }

  static Direct removeBitmap(String node, String name) {
    return new Direct(
        new Qmp("block-dirty-bitmap-remove", Map.of("node", node, "name", name)),
        new Http("DELETE", bitmaps(node) + "/" + name, Map.of()));
  }

  static Direct clearBitmap(String node, String name) {
    return new Direct(
        new Qmp("block-dirty-bitmap-clear", Map.of("node", node, "name", name)),
        new Http("POST", bitmaps(node) + "/" + name + "/clear", Map.of()));
  }

  static Direct enableBitmap(String node, String name) {
    return new Direct(
        new Qmp("block-dirty-bitmap-enable", Map.of("node", node, "name", name)),
        new Http("PATCH", bitmaps(node) + "/" + name, Map.of("enabled", true)));
  }

  static Direct disableBitmap(String node, String name) {
    return new Direct(
        new Qmp("block-dirty-bitmap-disable", Map.of("node", node, "name", name)),
        new Http("PATCH", bitmaps(node) + "/" + name, Map.of("enabled", false)));
  }

  static Direct mergeBitmaps(String node, String into, String... from) {
    List<?> names = Stream.of(from).map(name -> Map.of("name", name)).toList();
    return new Direct(
        new Qmp(
            "block-dirty-bitmap-merge",
            Map.of("node", node, "target", into, "bitmaps", List.of(from))),
        new Http("POST", bitmaps(node) + "/" + into + "/merge", Map.of("bitmaps", names)));
  }

  static Direct mergeFrom(String other, String name, String node, String into) {
    List<?> names = List.of(Map.of("node", other, "name", name));
    return new Direct(
        new Qmp("block-dirty-bitmap-merge", Map.of("node", node, "target", into, "bitmaps", names)),
        new Http("POST", bitmaps(node) + "/" + into + "/merge", Map.of("bitmaps", names)));
  }

  private static String bitmaps(String node) {
    return "/nodes/" + node + "/bitmaps";
  }

  static Direct exportBitmap(String id, String node, Access access, String bitmap) {
    boolean writable = access == Access.WRITABLE;
    return new Direct(
        new Qmp(
            "block-export-add",
            Map.of(
                "type",
                "nbd",
                "id",
                id,
                "name",
                id,
                "node-name",
                node,
                "writable",
                writable,
                "bitmaps",
                List.of(bitmap))),
        new Http(
            "POST",
            "/exports",
            Map.of(
                "type",
                "nbd",
                "id",
                id,
                "nodeName",
                node,
                "writable",
                writable,
                "bitmaps",
                List.of(Map.of("name", bitmap)))));
  }

  // ---- groups and thresholds

  /// @param limits in QEMU's words
  static Direct addGroup(String id, Map<String, Object> limits) {
    return new Direct(
        new Qmp("object-add", Map.of("qom-type", "throttle-group", "id", id, "limits", limits)),
        new Http("POST", "/throttle-groups", with(ours(limits), Map.of("id", id))));
  }

  static Direct limitGroup(String id, Map<String, Object> limits) {
    return new Direct(
        new Qmp("qom-set", Map.of("path", "/objects/" + id, "property", "limits", "value", limits)),
        new Http("PATCH", "/throttle-groups/" + id, ours(limits)));
  }

  static Direct removeGroup(String id) {
    return new Direct(
        new Qmp("object-del", Map.of("id", id)),
        new Http("DELETE", "/throttle-groups/" + id, Map.of()));
  }

  static Direct throttled(String name, String file, String group) {
    return new Direct(
        new Qmp(
            "blockdev-add",
            Map.of("driver", "throttle", "node-name", name, "file", file, "throttle-group", group)),
        new Http(
            "POST",
            "/nodes",
            Map.of("driver", "throttle", "nodeName", name, "file", file, "throttleGroup", group)));
  }

  static Direct threshold(String node, long bytes) {
    return new Direct(
        new Qmp("block-set-write-threshold", Map.of("node-name", node, "write-threshold", bytes)),
        bytes == 0
            ? new Http("DELETE", "/nodes/" + node + "/write-threshold", Map.of())
            : new Http("PUT", "/nodes/" + node + "/write-threshold", Map.of("bytes", bytes)));
  }

  /// `iops-total` is `iopsTotal`.
  private static Map<String, Object> ours(Map<String, Object> limits) {
    Map<String, Object> ours = new HashMap<>();
    limits.forEach((name, value) -> ours.put(camel(name), value));
    return ours;
  }

  static String camel(String name) {
    StringBuilder camel = new StringBuilder();
    for (String word : name.split("-")) {
      camel.append(
          camel.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return camel.toString();
  }

  // ---- snapshots, backups, several at once

  static Direct snapshot(String node, String overlay) {
    return new Direct(
        new Qmp("blockdev-snapshot", Map.of("node", node, "overlay", overlay)),
        new Http("POST", "/nodes/" + node + "/snapshots", Map.of("overlayNode", overlay)));
  }

  /// A snapshot whose overlay is made.
  static Direct snapshotFile(String node, String overlay) {
    String file = overlay + ".img";
    return new Direct(
        new Qmp(
            "blockdev-snapshot-sync",
            Map.of(
                "node-name",
                node,
                "snapshot-node-name",
                overlay,
                "snapshot-file",
                new Command.FileName(file),
                "format",
                "qcow2")),
        new Http(
            "POST",
            "/nodes/" + node + "/snapshots",
            Map.of("overlayFile", file, "overlayName", overlay)));
  }

  /// What makes a transaction fail: the daemon has a word for it, here it is a node that is not
  /// there.
  static Direct abort() {
    return new Direct(
        new Qmp("abort", Map.of()), new Http("DELETE", "/nodes/no-such-node", Map.of()));
  }

  static Direct internalSnapshot(String node, String name) {
    return new Direct(
        new Qmp("blockdev-snapshot-internal-sync", Map.of("device", node, "name", name)),
        new Http("POST", "/nodes/" + node + "/internal-snapshots", Map.of("name", name)));
  }

  static Direct backup(String source, String target, String sync) {
    return copying("backup", source, target, sync);
  }

  static Direct mirror(String source, String target, String sync) {
    return copying("mirror", source, target, sync);
  }

  /// @param kind `backup` or `mirror`
  static Direct copying(String kind, String source, String target, String sync) {
    Map<String, Object> both = Map.of("target", target, "sync", sync);
    String filter = Jobs.filter("j");
    return new Direct(
        new Qmp(
            "blockdev-" + kind,
            with(both, Map.of("job-id", "j", "device", source, "filter-node-name", filter))),
        new Http(
            "POST",
            "/" + kind + "-jobs",
            with(both, Map.of("jobId", "j", "source", source, "filterNodeName", filter))));
  }

  /// A backup from its start to its end.
  static Work backedUp(String source, String target, String sync) {
    return new Work("j", backup(source, target, sync));
  }

  /// A stream that is there to be asked something.
  static Direct stream(String node) {
    return new Direct(
        new Qmp(
            "block-stream",
            Map.of("job-id", "j", "device", node, "filter-node-name", Jobs.filter("j"))),
        new Http(
            "POST",
            "/stream-jobs",
            Map.of("jobId", "j", "node", node, "filterNodeName", Jobs.filter("j"))));
  }

  /// @param above the uppermost disk, which the daemon asks for
  static Direct commit(String above, String top, String base) {
    return new Direct(
        new Qmp(
            "block-commit",
            Map.of(
                "job-id",
                "j",
                "device",
                above,
                "top-node",
                top,
                "base-node",
                base,
                "filter-node-name",
                Jobs.filter("j"))),
        new Http(
            "POST",
            "/commit-jobs",
            Map.of("jobId", "j", "top", top, "base", base, "filterNodeName", Jobs.filter("j"))));
  }

  /// A job that stays until it is dismissed, as Blockgraph's do.
  static Direct staying(Direct begin) {
    return also(begin, Map.of("auto-dismiss", false), Map.of());
  }

  /// A job that is so slow that it does not come to an end.
  static Direct crawling(Direct begin) {
    return also(staying(begin), Map.of("speed", 1), Map.of("speed", 1));
  }

  /// A job that waits to be finalized.
  static Direct waiting(Direct begin) {
    return also(staying(begin), Map.of("auto-finalize", false), Map.of("autoFinalize", false));
  }

  static Direct also(Direct ask, Map<String, Object> qemus, Map<String, Object> ours) {
    return new Direct(
        new Qmp(ask.qmp().command(), with(qemus, ask.qmp().arguments())),
        new Http(ask.http().method(), ask.http().path(), with(ours, ask.http().body())));
  }

  static Direct speed(long bytesPerSecond) {
    return new Direct(
        new Qmp("block-job-set-speed", Map.of("device", "j", "speed", bytesPerSecond)),
        new Http("PATCH", "/jobs/j", Map.of("speed", bytesPerSecond)));
  }

  static Direct together(Direct... actions) {
    List<?> qemus =
        Stream.of(actions)
            .map(Direct::qmp)
            .map(qmp -> Map.of("type", qmp.command(), "data", qmp.arguments()))
            .toList();
    List<?> ours =
        Stream.of(actions)
            .map(Direct::http)
            .map(http -> Map.of("method", http.method(), "path", http.path(), "body", http.body()))
            .toList();
    return new Direct(
        new Qmp("transaction", Map.of("actions", qemus)),
        new Http("POST", "/transactions", Map.of("actions", ours)));
  }

  /// Jobs of these end as one.
  static Direct grouped(Direct... actions) {
    return also(
        together(actions),
        Map.of("properties", Map.of("completion-mode", "grouped")),
        Map.of("completionMode", "grouped"));
  }

  static Map<String, Object> with(Map<String, Object> more, Map<String, Object> some) {
    Map<String, Object> all = new HashMap<>(more);
    all.putAll(some);
    return all;
  }
}
