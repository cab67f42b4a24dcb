package io.blockgraph.differential;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Http;
import io.blockgraph.differential.Command.Qmp;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Backups by bitmaps in the words of both sides.
///
/// @param sync `full`, `top`, `none`, `incremental` or `bitmap`
/// @param bitmap of the source
/// @param mode what becomes of the bitmap; not said when empty
record BackupAsks(String sync, Optional<String> bitmap, Optional<String> mode) {
  static BackupAsks sync(String sync) {
    return new BackupAsks(sync, Optional.empty(), Optional.empty());
  }

  BackupAsks by(String name) {
    return new BackupAsks(sync, Optional.of(name), mode);
  }

  BackupAsks mode(String word) {
    return new BackupAsks(sync, bitmap, Optional.of(word));
  }

  /// The request that starts it.
  Direct start(String job, String source, String target) {
    Map<String, Object> qemus = new HashMap<>();
    Map<String, Object> ours = new HashMap<>();
    both(qemus, ours, "job-id", "jobId", job);
    both(qemus, ours, "device", "source", source);
    both(qemus, ours, "target", "target", target);
    both(qemus, ours, "sync", "sync", sync);
    both(qemus, ours, "filter-node-name", "filterNodeName", Jobs.filter(job));
    bitmap.ifPresent(name -> both(qemus, ours, "bitmap", "bitmap", name));
    mode.ifPresent(word -> both(qemus, ours, "bitmap-mode", "bitmapMode", word));
    return new Direct(new Qmp("blockdev-backup", qemus), new Http("POST", "/backup-jobs", ours));
  }

  /// From its start to its end.
  Command.Work done(String source, String target) {
    return new Command.Work("j", start("j", source, target));
  }

  private static void both(
      Map<String, Object> qemus,
      Map<String, Object> ours,
      String theirs,
      String mine,
      String value) {
    qemus.put(theirs, value);
    ours.put(mine, value);
  }
}
