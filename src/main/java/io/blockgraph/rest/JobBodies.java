package io.blockgraph.rest;

import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.TargetFile;
import java.util.Optional;

/// What the bodies of requests for jobs have in common.
final class JobBodies {
  private JobBodies() {}

  static JobId id(Options options) {
    return new JobId(node(options, "jobId").orElseThrow().value());
  }

  static JobEnding ending(Options options) {
    return new JobEnding(
        options.flag("autoFinalize", true)
            ? JobEnding.Finalizing.AUTOMATIC
            : JobEnding.Finalizing.ON_REQUEST,
        options.flag("autoDismiss", false)
            ? JobEnding.Dismissing.AUTOMATIC
            : JobEnding.Dismissing.ON_REQUEST);
  }

  static ErrorPolicy policy(Options options, String name) {
    return ErrorPolicy.of(options.text(name).orElse("report")).orElseThrow();
  }

  static Optional<NodeName> node(Options options, String name) {
    return options.text(name).map(text -> Answers.nodeField("/" + name, text));
  }

  static String required(Options options, String name) {
    return options.text(name).orElseThrow();
  }

  /// The node of a target that comes with its job.
  static NodeName targetNode(Options job, Options file) {
    String name = required(file, "nodeName");
    if (job.text("jobId").filter(name::equals).isPresent()) {
      throw Answers.field(
          "/targetFile/nodeName",
          "'" + name + "' is to be the job, too, and jobs and nodes share one namespace");
    }
    return Answers.nodeField("/targetFile/nodeName", name);
  }

  static TargetFile targetFile(Options file) {
    return new TargetFile(
        required(file, "filename"),
        new DriverName(file.text("format").orElse("qcow2")),
        TargetFile.Mode.of(file.text("mode").orElse("absolute-paths")).orElseThrow(),
        file.number("clusterSize").orElse(0L));
  }
}
