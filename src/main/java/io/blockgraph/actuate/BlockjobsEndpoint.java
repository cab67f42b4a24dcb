package io.blockgraph.actuate;

import io.blockgraph.job.JobError;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobProgress.Outlook;
import io.blockgraph.job.JobRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/// `/actuator/blockjobs`: how far each job is, and how it is.
///
/// Public because Spring calls it.
@Endpoint(id = "blockjobs")
public final class BlockjobsEndpoint {
  private final JobWatch watch;

  BlockjobsEndpoint(JobWatch watch) {
    this.watch = watch;
  }

  /// The jobs as they are shown.
  ///
  /// @param condition the worst of all jobs; good when there are none
  /// @param byStatus how many jobs have each status
  /// @param trouble the jobs that are degraded or failed, by what was looked at: result (failed),
  ///   progress (stalled), convergence, storage
  record JobsView(
      String condition,
      Instant checkedAt,
      Map<String, Long> byStatus,
      Map<String, List<String>> trouble,
      List<JobView> jobs) {}

  /// A job as it is shown.
  ///
  /// @param since since when it has had its status
  /// @param bytesDone bytes copied so far; never decreases
  /// @param bytesLeft bytes still to be copied; grows when clients write
  /// @param bytesDirty of those, what is marked in its bitmap; null for a job without one
  /// @param ratio done by total; null while nothing is known of the total
  /// @param bytesPerSecond how fast it copies
  /// @param etaSeconds when the rest will have been copied; null when it cannot be told
  /// @param converging false when clients write as fast as it copies
  /// @param errorCode why it ended without its result
  record JobView(
      String id,
      String type,
      String status,
      Instant since,
      String phase,
      String condition,
      long bytesDone,
      long bytesLeft,
      @Nullable Long bytesDirty,
      long bytesTotal,
      @Nullable Double ratio,
      long bytesPerSecond,
      @Nullable Long etaSeconds,
      boolean converging,
      String ioStatus,
      @Nullable String errorCode,
      Instant created,
      @Nullable Instant ended,
      Instant lastMoved,
      List<Checked.View> checks) {}

  /// All jobs that are not dismissed.
  @ReadOperation
  public Object jobs() {
    JobWatch.Look look = watch.look();
    return new JobsView(
        look.condition().word(),
        look.at(),
        look.jobs().stream()
            .collect(
                Collectors.groupingBy(
                    state -> state.job().status().word(), TreeMap::new, Collectors.counting())),
        look.trouble(),
        look.jobs().stream().map(BlockjobsEndpoint::view).toList());
  }

  /// One job; null, and so 404, when there is none of that id.
  @ReadOperation
  public @Nullable Object job(@Selector String id) {
    return watch.look().jobs().stream()
        .filter(state -> state.job().id().value().equals(id))
        .findFirst()
        .map(BlockjobsEndpoint::view)
        .orElse(null);
  }

  private static JobView view(JobWatch.JobState state) {
    JobRecord job = state.job();
    JobProgress progress = job.progress();
    return new JobView(
        job.id().value(),
        job.title().type(),
        job.status().word(),
        state.track().statusSince(),
        progress.phase().word(),
        state.condition().word(),
        progress.bytesDone(),
        progress.bytesLeft(),
        dirty(job),
        progress.bytesTotal(),
        progress.bytesTotal() == 0 ? null : (double) progress.bytesDone() / progress.bytesTotal(),
        progress.bytesPerSecond(),
        progress.outlook() instanceof Outlook.Eta(long seconds) ? seconds : null,
        !(progress.outlook() instanceof Outlook.NotConverging),
        job.state().ioStatus().word(),
        job.error().map(JobError::code).orElse(null),
        job.times().created(),
        job.times().ended().orElse(null),
        state.track().movedAt(),
        state.checks().stream().map(Checked::view).toList());
  }

  static @Nullable Long dirty(JobRecord job) {
    return job.details().values().get("dirtyBytes") instanceof Number bytes
        ? bytes.longValue()
        : null;
  }
}
