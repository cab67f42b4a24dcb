package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What becomes of a job when a disk fails, by the policies of its request. Any thread.
final class Trouble implements CopyWorkers.Trouble {
  private static final long TOLD_EVERY_NANOS = 1_000_000_000;

  private final MirrorPlan plan;
  private final NodeEvents events;
  private final JobControl control;
  private final AtomicReference<@Nullable JobError> failure = new AtomicReference<>();
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - TOLD_EVERY_NANOS);

  Trouble(MirrorPlan plan, NodeEvents events, JobControl control) {
    this.plan = plan;
    this.events = events;
    this.control = control;
  }

  @Override
  public boolean goOnAfter(Copier.Step.Failed failed) {
    ErrorPolicy policy = policy(failed.side());
    boolean noSpace = failed.error().kind() == BlockException.Kind.NO_SPACE;
    tell(failed);
    return switch (policy) {
      case IGNORE -> true;
      case REPORT -> fail(failed);
      case ENOSPC -> noSpace ? rest(failed, IoStatus.NOSPACE) : fail(failed);
      case STOP -> rest(failed, noSpace ? IoStatus.NOSPACE : IoStatus.FAILED);
    };
  }

  private ErrorPolicy policy(Copier.Side side) {
    MirrorRequest.Errors errors = plan.request().errors();
    return side == Copier.Side.SOURCE ? errors.source() : errors.target();
  }

  private boolean rest(Copier.Step.Failed failed, IoStatus status) {
    return control.restAfterError(status) || fail(failed);
  }

  private boolean fail(Copier.Step.Failed failed) {
    failure.compareAndSet(null, error(failed));
    return false;
  }

  /// Ends the job with `error`, unless it has failed already.
  void fail(JobError error) {
    failure.compareAndSet(null, error);
  }

  /// Throws what the job has failed with, if it has.
  void throwFailure() throws JobFailure {
    JobError error = failure.get();
    if (error != null) {
      throw new JobFailure(error);
    }
  }

  private JobError error(Copier.Step.Failed failed) {
    boolean noSpace = failed.error().kind() == BlockException.Kind.NO_SPACE;
    return JobError.of(
        noSpace ? JobError.NO_SPACE : JobError.IO_ERROR,
        (failed.side() == Copier.Side.SOURCE ? "reading " : "writing ")
            + failed.range().length()
            + " bytes at offset "
            + failed.range().offset()
            + " of node '"
            + node(failed.side())
            + "' failed: "
            + failed.error().getMessage());
  }

  private NodeName node(Copier.Side side) {
    return side == Copier.Side.SOURCE ? plan.source() : plan.targetNode();
  }

  /// Tells of it, at most once a second: with `ignore` the same error comes again and again.
  private void tell(Copier.Step.Failed failed) {
    long now = System.nanoTime();
    long last = toldAt.get();
    if (now - last < TOLD_EVERY_NANOS || !toldAt.compareAndSet(last, now)) {
      return;
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("job", plan.request().id().value());
    data.put("operation", failed.side() == Copier.Side.SOURCE ? "read" : "write");
    data.put("offset", failed.range().offset());
    data.put("length", failed.range().length());
    data.put("error", String.valueOf(failed.error().getMessage()));
    data.put("action", policy(failed.side()).word());
    events.report(node(failed.side()), NodeEvents.Kind.IO_ERROR, data);
  }
}
