package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What becomes of a job when a disk fails, by the policies of its request. Any thread.
public final class CopyTrouble implements CopyWorkers.Trouble {
  private static final long TOLD_EVERY_NANOS = 1_000_000_000;

  private final JobId job;
  private final Sides sides;
  private final NodeEvents events;
  private final JobControl control;
  private final AtomicReference<@Nullable JobError> failure = new AtomicReference<>();
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - TOLD_EVERY_NANOS);

  /// Whose disks fail, and what is to be done then.
  ///
  /// @param source the node that is read
  /// @param target the node that is written
  public record Sides(
      NodeName source, ErrorPolicy onSource, NodeName target, ErrorPolicy onTarget) {}

  /// Nothing has failed yet.
  public CopyTrouble(JobId job, Sides sides, NodeEvents events, JobControl control) {
    this.job = job;
    this.sides = sides;
    this.events = events;
    this.control = control;
  }

  @Override
  public boolean goOnAfter(CopyStep.Failed failed) {
    return goOnAfter(failed, () -> false);
  }

  /// The same where several copy: another may have done meanwhile what failed here, and the job
  /// have come so far by that that it cannot rest any more. Then nothing is missing.
  ///
  /// @param done whether all is copied
  public CopyWorkers.Trouble among(BooleanSupplier done) {
    return failed -> goOnAfter(failed, done);
  }

  private boolean goOnAfter(CopyStep.Failed failed, BooleanSupplier done) {
    ErrorPolicy policy = policy(failed.side());
    boolean noSpace = failed.error().kind() == BlockException.Kind.NO_SPACE;
    tell(failed);
    return switch (policy) {
      case IGNORE -> true;
      case REPORT -> fail(failed);
      case ENOSPC -> noSpace ? rest(IoStatus.NOSPACE, done) || fail(failed) : fail(failed);
      case STOP -> rest(noSpace ? IoStatus.NOSPACE : IoStatus.FAILED, done) || fail(failed);
    };
  }

  private ErrorPolicy policy(CopyStep.Side side) {
    return side == CopyStep.Side.SOURCE ? sides.onSource() : sides.onTarget();
  }

  private boolean rest(IoStatus status, BooleanSupplier done) {
    return control.restAfterError(status) || done.getAsBoolean();
  }

  private boolean fail(CopyStep.Failed failed) {
    failure.compareAndSet(null, error(failed));
    return false;
  }

  /// Ends the job with `error`, unless it has failed already.
  public void fail(JobError error) {
    failure.compareAndSet(null, error);
  }

  /// Throws what the job has failed with, if it has.
  public void throwFailure() throws JobFailure {
    JobError error = failure.get();
    if (error != null) {
      throw new JobFailure(error);
    }
  }

  /// What a job that fails with this has to say.
  public JobError error(CopyStep.Failed failed) {
    boolean noSpace = failed.error().kind() == BlockException.Kind.NO_SPACE;
    return JobError.of(
        noSpace ? JobError.NO_SPACE : JobError.IO_ERROR,
        (failed.side() == CopyStep.Side.SOURCE ? "reading " : "writing ")
            + failed.range().length()
            + " bytes at offset "
            + failed.range().offset()
            + " of node '"
            + node(failed.side())
            + "' failed: "
            + failed.error().getMessage());
  }

  private NodeName node(CopyStep.Side side) {
    return side == CopyStep.Side.SOURCE ? sides.source() : sides.target();
  }

  /// Tells of it, at most once a second: with `ignore` the same error comes again and again.
  private void tell(CopyStep.Failed failed) {
    long now = System.nanoTime();
    long last = toldAt.get();
    if (now - last < TOLD_EVERY_NANOS || !toldAt.compareAndSet(last, now)) {
      return;
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("job", job.value());
    data.put("operation", failed.side() == CopyStep.Side.SOURCE ? "read" : "write");
    data.put("offset", failed.range().offset());
    data.put("length", failed.range().length());
    data.put("error", String.valueOf(failed.error().getMessage()));
    data.put("action", policy(failed.side()).word());
    events.report(node(failed.side()), NodeEvents.Kind.IO_ERROR, data);
  }
}
