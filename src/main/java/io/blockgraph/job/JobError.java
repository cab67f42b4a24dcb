package io.blockgraph.job;

import io.blockgraph.engine.Rejection;
import java.util.Optional;

/// Why a job ended without its result.
///
/// @param code stable, for programs: `REPLACE_NO_LONGER_SAFE`, `IO_ERROR`, `JOB_CANCELLED`,
///   `JOB_INTERRUPTED`
/// @param detail one sentence with the names and numbers
/// @param rejection what the engine said, with both edges; not remembered over a restart
public record JobError(String code, String detail, Optional<Rejection> rejection) {
  /// It was cancelled.
  public static final String CANCELLED = "JOB_CANCELLED";

  /// The service ended before the job did.
  public static final String INTERRUPTED = "JOB_INTERRUPTED";

  /// The storage failed and the job was told to report that.
  public static final String IO_ERROR = "IO_ERROR";

  /// There was no space and the job was told to report that.
  public static final String NO_SPACE = "NO_SPACE";

  /// We broke: what the job's thread ran into.
  public static final String INTERNAL = "INTERNAL";

  /// An error the engine has no say in.
  public static JobError of(String code, String detail) {
    return new JobError(code, detail, Optional.empty());
  }
}
