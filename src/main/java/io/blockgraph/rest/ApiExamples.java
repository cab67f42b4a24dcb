package io.blockgraph.rest;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// One body for each schema of a request, as it can be sent; tests validate them.
final class ApiExamples {
  private static final Map<String, String> JSON =
      Map.ofEntries(
          Map.entry(
              "NodeRequest",
              """
              {"driver": "quorum", "nodeName": "votes", "voteThreshold": 2, "children": ["disk-a", "disk-b",
               {"driver": "raw", "nodeName": "disk-c", "file": {"driver": "file", "filename": "disk-c.img"}}]}
              """),
          Map.entry("NodeChange", "{\"readOnly\": true}"),
          Map.entry(
              "SnapshotRequest",
              """
              {"overlayFile": "disk-a-monday.qcow2", "overlayName": "disk-a-monday", "format": "qcow2"}
              """),
          Map.entry("InternalSnapshotRequest", "{\"name\": \"before-the-update\"}"),
          Map.entry("ActiveRequest", "{\"active\": false}"),
          Map.entry("ResizeRequest", "{\"size\": 10737418240}"),
          Map.entry(
              "ActionList",
              """
              {"actions": [
                {"method": "POST", "path": "/nodes/disk-a/snapshots",
                 "body": {"overlayFile": "a-monday.qcow2", "overlayName": "a-monday"}},
                {"method": "POST", "path": "/nodes/disk-b/snapshots",
                 "body": {"overlayFile": "b-monday.qcow2", "overlayName": "b-monday"}}]}
              """),
          Map.entry(
              "PlanRequest",
              """
              {"desired": {"nodes": [{"nodeName": "slow", "driver": "throttle", "file": "disk-a", "iopsTotal": 500}]},
               "prune": false}
              """),
          Map.entry("BitmapRequest", "{\"name\": \"daily\", \"granularity\": 65536}"),
          Map.entry("BitmapChange", "{\"enabled\": false}"),
          Map.entry(
              "BitmapMerge",
              """
              {"bitmaps": [{"name": "monday"}, {"node": "disk-a", "name": "tuesday"}]}
              """),
          Map.entry(
              "DesiredRequest",
              """
              {"nodes": [{"nodeName": "slow", "driver": "throttle", "file": "disk-a", "iopsTotal": 500}],
               "exports": [{"id": "export-a", "type": "nbd", "nodeName": "slow"}]}
              """),
          Map.entry("ChildAddition", "{\"node\": \"disk-d\"}"),
          Map.entry(
              "FilterRequest",
              """
              {"driver": "throttle", "nodeName": "slow", "iopsTotal": 500, "edges": ["export-a:root"]}
              """),
          Map.entry("SecretRequest", "{\"id\": \"disk-key\", \"data\": \"correct horse\"}"),
          Map.entry("RangeRequest", "{\"offset\": 0, \"length\": 1048576}"),
          Map.entry("ZeroRequest", "{\"offset\": 0, \"length\": 1048576, \"mayUnmap\": true}"),
          Map.entry(
              "ImageRequest",
              """
              {"driver": "qcow2", "filename": "disk-a.qcow2", "size": 10737418240}
              """),
          Map.entry(
              "MirrorRequest",
              """
              {"jobId": "heal", "source": "votes", "target": "disk-d", "sync": "full", "replaces": "disk-b"}
              """),
          Map.entry(
              "BackupRequest",
              """
              {"jobId": "nightly", "source": "disk-a", "sync": "full", "targetFile": {"nodeName": "copy", "filename": "disk-a-friday.qcow2"}}
              """),
          Map.entry(
              "StreamRequest",
              """
              {"jobId": "shorten", "node": "disk-a-monday", "base": "disk-a", "speed": 104857600}
              """),
          Map.entry(
              "CommitRequest",
              """
              {"jobId": "merge", "top": "disk-a-monday", "base": "disk-a", "speed": 104857600}
              """),
          Map.entry(
              "CreateRequest",
              """
              {"jobId": "make", "driver": "qcow2", "filename": "disk-b.qcow2", "size": 10737418240, "preallocation": "falloc"}
              """),
          Map.entry(
              "AmendRequest",
              """
              {"jobId": "new-key", "node": "private", "driver": "luks", "state": "active", "newSecret": "key-2027"}
              """),
          Map.entry("CancelRequest", "{\"mode\": \"force\"}"),
          Map.entry("CheckpointRequest", "{\"acceptLostWrites\": false}"),
          Map.entry(
              "ThrottleGroupRequest",
              """
              {"id": "gold", "iopsTotal": 2000, "iopsTotalMax": 8000, "iopsTotalMaxLength": 10}
              """),
          Map.entry("ThrottleGroupChange", "{\"iopsTotal\": 4000, \"iopsTotalMaxLength\": null}"),
          Map.entry("ChildReplacement", "{\"node\": \"disk-a\"}"),
          Map.entry(
              "ReopenRequest",
              """
              {"nodes": [{"nodeName": "disk-a", "readOnly": true}, {"nodeName": "disk-b", "backing": "disk-a"}]}
              """),
          Map.entry(
              "BackingFileRequest", "{\"backingFile\": \"disk-a.qcow2\", \"format\": \"qcow2\"}"),
          Map.entry("WriteThresholdRequest", "{\"bytes\": 10200547328}"),
          Map.entry(
              "HistogramsRequest",
              """
              {"read": [100000, 1000000, 10000000], "write": [1000000, 10000000]}
              """),
          Map.entry("JobChange", "{\"speed\": 104857600}"),
          Map.entry(
              "ExportRequest",
              """
              {"id": "export-a", "type": "nbd", "nodeName": "votes", "writable": true}
              """));

  private static final JsonMapper MAPPER = JsonMapper.shared();

  private ApiExamples() {}

  /// The example of a schema.
  static @Nullable Object of(String schema) {
    String json = JSON.get(schema);
    return json == null ? null : MAPPER.readValue(json, Object.class);
  }
}
