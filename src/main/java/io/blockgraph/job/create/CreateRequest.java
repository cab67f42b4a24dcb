package io.blockgraph.job.create;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import java.util.LinkedHashMap;
import java.util.Map;

/// A job that makes an image.
///
/// @param id the job
/// @param driver the format
/// @param options what the format is told, validated against its own specification
/// @param place where the image goes
public record CreateRequest(JobId id, DriverName driver, Options options, Place place) {
  /// It ends by itself and stays until it is dismissed, as in QEMU.
  static final JobEnding ENDING = JobEnding.DEFAULT;

  /// Where an image goes.
  public sealed interface Place {
    /// Into a file that is not there yet.
    record NewFile(String path) implements Place {}

    /// Over what a node holds now, which is lost.
    record Over(NodeName node) implements Place {}
  }

  /// What is shown of it.
  Options details() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("driver", driver.value());
    switch (place) {
      case Place.NewFile(String path) -> shown.put("filename", path);
      case Place.Over(NodeName node) -> shown.put("node", node.value());
    }
    shown.put("options", options.values());
    return new Options(shown);
  }
}
