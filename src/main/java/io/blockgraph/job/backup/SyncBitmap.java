package io.blockgraph.job.backup;

import io.blockgraph.graph.BitmapName;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.copy.Words;
import java.util.Locale;
import java.util.Optional;

/// A bitmap of the source that a backup goes by, or leaves so that the next one can.
///
/// @param name its name, on the source
/// @param mode what becomes of it
public record SyncBitmap(BitmapName name, Mode mode) {
  /// What becomes of the bitmap when the job is over. What was written since its start is in it in
  /// any case.
  public enum Mode {
    /// Done with when there is a copy; else as it was.
    ON_SUCCESS,
    /// As it was.
    NEVER,
    /// Done with but for what was not copied.
    ALWAYS;

    /// The word used over HTTP: `on-success`.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The mode of that word.
    public static Optional<Mode> of(String word) {
      return Words.find(values(), Mode::word, word);
    }
  }

  /// What is wrong with a bitmap, or none, for what is to be copied.
  static Optional<JobRejection> objection(BackupSync sync, Optional<SyncBitmap> bitmap) {
    if (bitmap.isEmpty()) {
      return sync.isByBitmap()
          ? wrong("bitmap", "sync '" + sync.word() + "' goes by a bitmap of the source; name one")
          : Optional.empty();
    }
    Mode mode = bitmap.get().mode();
    if (sync == BackupSync.NONE) {
      return wrong("bitmap", "sync 'none' makes no copy that a bitmap could go on from");
    }
    if (sync == BackupSync.INCREMENTAL && mode != Mode.ON_SUCCESS) {
      return wrong("bitmapMode", "sync 'incremental' has 'on-success'; take sync 'bitmap'");
    }
    return mode == Mode.NEVER && !sync.isByBitmap()
        ? wrong(
            "bitmapMode",
            "with 'never' the bitmap would have no part in sync '" + sync.word() + "'")
        : Optional.empty();
  }

  private static Optional<JobRejection> wrong(String parameter, String reason) {
    return Optional.of(new JobRejection.InvalidParameter(parameter, reason));
  }
}
