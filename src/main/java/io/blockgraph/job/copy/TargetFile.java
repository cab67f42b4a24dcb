package io.blockgraph.job.copy;

import io.blockgraph.graph.DriverName;
import java.util.Locale;
import java.util.Optional;

/// The image file of a target that comes along with a job, and stays out of the graph when the job
/// does not come to its end.
///
/// @param filename the file, beneath an image root
/// @param format the driver of the image
/// @param mode whether the file is made
/// @param clusterBytes how much a new image allocates at once; 0 lets its format choose
public record TargetFile(String filename, DriverName format, Mode mode, long clusterBytes) {
  /// Whether the file of a target is made.
  public enum Mode {
    /// It is made, and names what will back it.
    ABSOLUTE_PATHS,
    /// It is there.
    EXISTING;

    /// The word used over HTTP: `absolute-paths`.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The mode of that word.
    public static Optional<Mode> of(String word) {
      return Words.find(values(), Mode::word, word);
    }
  }
}
