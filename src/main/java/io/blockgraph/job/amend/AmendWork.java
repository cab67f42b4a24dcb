package io.blockgraph.job.amend;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Amendable.Amendment;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobWork;
import io.blockgraph.job.Reasons;
import java.util.Optional;
import java.util.function.Supplier;

/// One job that amends an image: it looks and computes while everybody goes on, and writes while
/// the users of the node are held.
final class AmendWork implements JobWork {
  private static final long WAIT_MS = 1_000;

  private final AmendRequest request;
  private final Image image;
  private volatile Progress progress = new Progress(0, 0);

  /// The image, of which the job is a user.
  interface Image {
    /// What would be done.
    ///
    /// @throws BlockException why it cannot be
    Amendment look();

    /// Does a piece of it that others need not wait for; false when there is no more.
    ///
    /// @throws BlockException why it cannot be
    boolean advance(Amendment amendment);

    /// Does it.
    Result<?> write(Amendment amendment);

    /// The job uses it no more; harmless the second time.
    void leave();
  }

  private record Progress(long done, long left) {}

  AmendWork(AmendRequest request, Image image) {
    this.request = request;
    this.image = image;
  }

  @Override
  public void run(JobControl control) throws JobFailure {
    try {
      Amendment amendment = step(control, image::look);
      while (step(control, () -> image.advance(amendment))) {
        progress = new Progress(amendment.readBytes(), 0);
      }
      amendment.compute();
      long read = amendment.readBytes();
      long bytes = amendment.bytes();
      progress = new Progress(read, bytes);
      Result<?> written = step(control, () -> image.write(amendment));
      if (written instanceof Result.Rejected<?>(Rejection reason)) {
        throw failure(about(reason));
      }
      progress = new Progress(read + bytes, 0);
    } catch (BlockException e) {
      throw failure(new Rejection.WorldBroke(Optional.of(request.node()), e));
    }
  }

  /// What went wrong below was about the node, though the change of the graph did not say so.
  private Rejection about(Rejection reason) {
    return reason instanceof Rejection.WorldBroke(var node, BlockException cause)
        ? new Rejection.WorldBroke(node.or(() -> Optional.of(request.node())), cause)
        : reason;
  }

  private static <T> T step(JobControl control, Supplier<T> work) {
    while (!control.beginStep(WAIT_MS)) {
      // It rests; whoever cancels it ends this.
    }
    try {
      return work.get();
    } finally {
      control.endStep();
    }
  }

  private static JobFailure failure(Rejection reason) {
    return new JobFailure(Reasons.error(reason));
  }

  @Override
  public Settled settle(JobControl control) {
    image.leave();
    return Settled.DONE;
  }

  @Override
  public Optional<String> abandon() {
    image.leave();
    return Optional.empty();
  }

  @Override
  public JobProgress progress() {
    Progress now = progress;
    return new JobProgress(
        JobPhase.COPYING, now.done(), now.left(), 0, new JobProgress.Outlook.Unknown());
  }

  @Override
  public Options details() {
    return request.details();
  }
}
