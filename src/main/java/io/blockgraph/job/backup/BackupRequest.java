package io.blockgraph.job.backup;

import io.blockgraph.driver.CopyBeforeWrite.OnError;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.TargetFile;
import java.util.Optional;

/// What a caller wants backed up, and how. The numbers are checked when the job starts.
///
/// @param id the job
/// @param disks what is copied where
/// @param pace how fast
/// @param errors what happens when I/O fails
/// @param ending what happens by itself at the end
/// @param filter the name of the filter the job puts above its source; one is made up when not
///   given
public record BackupRequest(
    JobId id, Disks disks, Pace pace, Errors errors, JobEnding ending, Optional<NodeName> filter) {

  /// What is copied where.
  ///
  /// @param source the node that is copied
  /// @param target the node that becomes the copy; nobody else may write it until the job is over
  /// @param file the file that `target` is made over along with the job, and that is closed with
  ///   it; empty when the graph has that node already
  /// @param sync what of the source is copied
  /// @param bitmap of the source, which says what is copied, or what the next backup has to copy
  /// @param after what becomes of the source where it was copied
  public record Disks(
      NodeName source,
      NodeName target,
      Optional<TargetFile> file,
      BackupSync sync,
      Optional<SyncBitmap> bitmap,
      Copied after) {
    /// A copy of a source that stays as it is.
    public Disks(
        NodeName source,
        NodeName target,
        Optional<TargetFile> file,
        BackupSync sync,
        Optional<SyncBitmap> bitmap) {
      this(source, target, file, sync, bitmap, Copied.STAYS);
    }

    /// A copy that goes by no bitmap.
    public Disks(NodeName source, NodeName target, Optional<TargetFile> file, BackupSync sync) {
      this(source, target, file, sync, Optional.empty());
    }
  }

  /// What becomes of a part of the source that was copied.
  public enum Copied {
    /// It stays.
    STAYS,
    /// It is discarded, when it is durable on the target.
    DISCARDED
  }

  /// How fast it is copied, and how it is stored.
  ///
  /// @param speed bytes per second, 0 for no limit
  /// @param workers how many chunks at once, at most
  /// @param storing how the target stores the copy
  public record Pace(long speed, int workers, Storing storing) {
    /// A pace of what is stored plainly.
    public Pace(long speed, int workers) {
      this(speed, workers, Storing.PLAIN);
    }

    /// What holds when nothing is said.
    public static final Pace DEFAULT = new Pace(0, 8);
  }

  /// How the target stores the copy.
  public enum Storing {
    /// As anything that is written.
    PLAIN,
    /// Compressed, where that takes less room.
    COMPRESSED
  }

  /// What happens when I/O fails.
  ///
  /// @param source when the job cannot read
  /// @param target when the job cannot write
  /// @param client when a client's write cannot be preceded by a copy
  /// @param timeoutMs how long such a write waits for other copies; 0 for what any request waits
  public record Errors(ErrorPolicy source, ErrorPolicy target, OnError client, long timeoutMs) {
    /// The job fails, and never a client.
    public static final Errors REPORT =
        new Errors(ErrorPolicy.REPORT, ErrorPolicy.REPORT, OnError.BREAK_SNAPSHOT, 0);
  }

  /// A request with nothing but the necessary.
  public static BackupRequest of(JobId id, Disks disks) {
    return new BackupRequest(
        id, disks, Pace.DEFAULT, Errors.REPORT, JobEnding.DEFAULT, Optional.empty());
  }
}
