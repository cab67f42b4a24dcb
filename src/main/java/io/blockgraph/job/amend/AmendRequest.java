package io.blockgraph.job.amend;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import java.util.LinkedHashMap;
import java.util.Map;

/// A job that amends an image.
///
/// @param id the job
/// @param node the node over the image
/// @param driver the driver of the node
/// @param options what the driver is told, validated against its own specification
public record AmendRequest(JobId id, NodeName node, DriverName driver, Options options) {
  /// It ends by itself and stays until it is dismissed, as in QEMU.
  static final JobEnding ENDING = JobEnding.DEFAULT;

  /// What is shown of it; secrets are names here.
  Options details() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("node", node.value());
    shown.put("driver", driver.value());
    shown.put("options", options.values());
    return new Options(shown);
  }
}
