package io.blockgraph.store;

import io.blockgraph.graph.Options;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.JobTimes;
import io.blockgraph.job.Verb;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Jobs as JSON rows. What moves (rate, outlook) and the engine's own words for an error are not
/// kept.
final class JobJson {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build();

  private JobJson() {}

  private record Row(
      String id,
      String type,
      JobEnding.Finalizing finalizing,
      JobEnding.Dismissing dismissing,
      JobStatus status,
      IoStatus ioStatus,
      int pauses,
      JobPhase phase,
      long bytesDone,
      long bytesLeft,
      @Nullable String errorCode,
      @Nullable String errorDetail,
      String created,
      @Nullable String started,
      @Nullable String ended,
      long revisionAtStart,
      Map<String, Object> details) {}

  static String of(JobRecord job) {
    JobTimes times = job.times();
    return JSON.writeValueAsString(
        new Row(
            job.id().value(),
            job.title().type(),
            job.title().ending().finalizing(),
            job.title().ending().dismissing(),
            job.status(),
            job.state().ioStatus(),
            job.state().pauses(),
            job.progress().phase(),
            job.progress().bytesDone(),
            job.progress().bytesLeft(),
            job.error().map(JobError::code).orElse(null),
            job.error().map(JobError::detail).orElse(null),
            times.created().toString(),
            times.started().map(Instant::toString).orElse(null),
            times.ended().map(Instant::toString).orElse(null),
            times.revisionAtStart(),
            job.details().values()));
  }

  static JobRecord job(String json) {
    Row row = JSON.readValue(json, Row.class);
    return new JobRecord(
        new JobRecord.Title(
            new JobId(row.id()), row.type(), new JobEnding(row.finalizing(), row.dismissing())),
        new JobRecord.State(
            row.status(), row.ioStatus(), row.pauses(), Verb.allowed(row.status()), false),
        new JobProgress(
            row.phase(), row.bytesDone(), row.bytesLeft(), 0, new JobProgress.Outlook.Unknown()),
        error(row),
        new JobTimes(
            Instant.parse(row.created()),
            Optional.ofNullable(row.started()).map(Instant::parse),
            Optional.ofNullable(row.ended()).map(Instant::parse),
            row.revisionAtStart()),
        new Options(row.details()));
  }

  private static Optional<JobError> error(Row row) {
    String code = row.errorCode();
    String detail = row.errorDetail();
    return code == null || detail == null
        ? Optional.empty()
        : Optional.of(JobError.of(code, detail));
  }
}
