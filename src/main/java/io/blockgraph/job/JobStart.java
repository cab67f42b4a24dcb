package io.blockgraph.job;

import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Trial;

/// The start of a job as a part of a transaction: [Part], with what jobs refuse.
public interface JobStart {
  /// Plays joining the graph through on a trial.
  JobResult<Operation.Made> rehearse(Trial trial);

  /// Keeps the id free, so that the job can start as soon as the change is made.
  ///
  /// @param group the jobs it ends with
  JobResult<Part.Claim> claim(JobGroup group);
}
