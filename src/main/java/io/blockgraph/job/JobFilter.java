package io.blockgraph.job;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.NodeSpec;

/// What the drivers of filters have in common that jobs put in for themselves.
public final class JobFilter {
  /// The option that names the job.
  public static final String JOB = "job";

  private static final int MOST_NAME = 64;

  private JobFilter() {}

  /// The option that names the job.
  ///
  /// @param kind of job, in a word: `stream`
  public static OptionSpec.Field jobOption(String kind) {
    return new OptionSpec.Field(
        JOB,
        new OptionSpec.Type.Text(MOST_NAME),
        OptionSpec.Need.REQUIRED,
        "The " + kind + " job the filter belongs to.");
  }

  /// Refuses a filter that somebody asks for, or that is left of a job.
  ///
  /// @throws BlockException INVALID
  public static void requireJob(Opening opening, String kind) {
    if (opening.spec().origin() != NodeSpec.Origin.IMPLICIT) {
      throw withoutJob(opening, kind);
    }
  }

  /// Why a filter cannot be whose job is not under way.
  public static BlockException withoutJob(Opening opening, String kind) {
    return new BlockException(
        BlockException.Kind.INVALID,
        "node '%s': only a %s job that is under way can use the driver %s"
            .formatted(opening.spec().name(), kind, opening.spec().driver()));
  }
}
