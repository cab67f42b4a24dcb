package io.blockgraph.histories;

import io.blockgraph.engine.Handover;
import io.blockgraph.engine.NodePatch;
import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.mirror.MirrorRequest;
import java.util.Map;
import java.util.Optional;

/// A change of the graph that is made by itself or together with others.
public sealed interface Action {
  /// Adds a node, as in JSON.
  record Add(Map<String, Object> node) implements Action {}

  record Remove(NodeName node) implements Action {}

  record Patch(NodeName node, NodePatch patch) implements Action {}

  /// Puts a filter in above a node.
  ///
  /// @param filter as in JSON
  record PutIn(NodeName node, Map<String, Object> filter) implements Action {}

  /// Takes a filter out from above a node.
  record TakeOut(NodeName node, NodeName filter) implements Action {}

  record Snapshot(Snapshots.Request request) implements Action {}

  record Resize(Resizes.Request request) implements Action {}

  record Bitmap(BitmapEdit edit) implements Action {}

  record NewGroup(UserId group, Options limits) implements Action {}

  record ChangeGroup(UserId group, Map<String, Optional<Object>> limits) implements Action {}

  record EndGroup(UserId group) implements Action {}

  record HandOver(Handover.Request request) implements Action {}

  record Mirror(MirrorRequest request) implements Action {}

  record Backup(BackupRequest request) implements Action {}
}
