package io.blockgraph.rest;

import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobProgress.Outlook;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.Verb;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A job as it is shown.
///
/// @param id its id
/// @param type its kind
/// @param status where it stands
/// @param verbs what can be asked of it now
/// @param pauses how many pauses have to be taken back
/// @param ioStatus ok, failed or nospace
/// @param ready whether completing it is possible
/// @param progress how far it is
/// @param autoFinalize whether its result becomes visible without being asked for
/// @param autoDismiss whether it is forgotten when it is over
/// @param error why it ended without its result
/// @param created when it was asked for
/// @param started when it began
/// @param ended when it was over
/// @param revisionAtStart the graph's revision right after it joined
/// @param details what its kind has to tell
@Schema(name = "Job")
public record JobView(
    String id,
    String type,
    String status,
    List<String> verbs,
    int pauses,
    String ioStatus,
    boolean ready,
    ProgressView progress,
    boolean autoFinalize,
    boolean autoDismiss,
    @Nullable Problem error,
    Instant created,
    @Nullable Instant started,
    @Nullable Instant ended,
    long revisionAtStart,
    Map<String, Object> details) {

  /// How far a job is: what is done never goes back, what is left may grow.
  ///
  /// @param etaSeconds null when it cannot be told, or when the job is not converging
  /// @param converging false when clients write as fast as the job copies
  @Schema(name = "Progress")
  public record ProgressView(
      String phase,
      long bytesDone,
      long bytesLeft,
      long bytesTotal,
      long bytesPerSecond,
      @Nullable Long etaSeconds,
      boolean converging) {
    static ProgressView of(JobProgress progress) {
      Long eta = progress.outlook() instanceof Outlook.Eta(long seconds) ? seconds : null;
      return new ProgressView(
          progress.phase().word(),
          progress.bytesDone(),
          progress.bytesLeft(),
          progress.bytesTotal(),
          progress.bytesPerSecond(),
          eta,
          !(progress.outlook() instanceof Outlook.NotConverging));
    }
  }

  static JobView of(JobRecord job) {
    return new JobView(
        job.id().value(),
        job.title().type(),
        job.status().word(),
        job.state().verbs().stream().sorted().map(Verb::word).toList(),
        job.state().pauses(),
        job.state().ioStatus().word(),
        job.state().verbs().contains(Verb.COMPLETE),
        ProgressView.of(job.progress()),
        job.title().ending().finalizing() == JobEnding.Finalizing.AUTOMATIC,
        job.title().ending().dismissing() == JobEnding.Dismissing.AUTOMATIC,
        job.error().map(JobView::problem).orElse(null),
        job.times().created(),
        job.times().started().orElse(null),
        job.times().ended().orElse(null),
        job.times().revisionAtStart(),
        job.details().values());
  }

  /// The error with the edges that stood in the way, under the job's own code.
  private static Problem problem(JobError error) {
    Problem known =
        error
            .rejection()
            .map(RejectionProblems::of)
            .orElseGet(() -> Problem.of(ProblemKind.JOB_FAILED, error.detail()));
    return known.coded(error.code(), error.detail());
  }
}
