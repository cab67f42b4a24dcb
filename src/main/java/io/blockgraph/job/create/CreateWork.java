package io.blockgraph.job.create;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobWork;
import io.blockgraph.job.Reasons;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One job that makes an image.
final class CreateWork implements JobWork {
  private final CreateRequest request;
  private final Made made;
  private final CreateProgress progress = new CreateProgress();

  /// What is made, and how it ends.
  interface Made {
    /// Makes it, with `through` between the format and its disk.
    ///
    /// @throws BlockException what went wrong below
    void make(UnaryOperator<BlockIo> through);

    /// It stays.
    void keep();

    /// It goes, as far as it can; harmless the second time.
    Optional<String> remove();
  }

  CreateWork(CreateRequest request, Made made) {
    this.request = request;
    this.made = made;
  }

  @Override
  public void run(JobControl control) throws JobFailure {
    try {
      made.make(disk -> SteppedDisk.over(disk, control, progress));
    } catch (BlockException e) {
      throw failure(new Rejection.WorldBroke(Optional.empty(), e));
    } catch (GraphStore.StoreException e) {
      throw failure(new Rejection.NotRemembered(String.valueOf(e.getMessage())));
    }
    progress.over();
  }

  private static JobFailure failure(Rejection reason) {
    return new JobFailure(Reasons.error(reason));
  }

  @Override
  public Settled settle(JobControl control) {
    made.keep();
    return Settled.DONE;
  }

  @Override
  public Optional<String> abandon() {
    return made.remove();
  }

  @Override
  public JobProgress progress() {
    return progress.now();
  }

  @Override
  public Options details() {
    return request.details();
  }
}
