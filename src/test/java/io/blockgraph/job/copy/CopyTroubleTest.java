package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/// What becomes of a job when a disk fails where it stands.
class CopyTroubleTest {
  private static final CopyStep.Failed FAILED =
      new CopyStep.Failed(
          CopyStep.Side.SOURCE,
          new ByteRange(0, 512),
          new BlockException(BlockException.Kind.IO, "the disk"));

  private final List<String> told = new ArrayList<>();
  private final Standing job = new Standing();
  private final CopyTrouble trouble =
      new CopyTrouble(
          new JobId("j"),
          new CopyTrouble.Sides(
              new NodeName("from"), ErrorPolicy.STOP, new NodeName("to"), ErrorPolicy.STOP),
          (node, kind, _) -> told.add(node + " " + kind),
          job);

  /// A job that stands where it can rest, or does not any more.
  private static final class Standing implements JobControl {
    private boolean canRest;
    private boolean rests;

    @Override
    public boolean beginStep(long waitMs) {
      return !rests;
    }

    @Override
    public void endStep() {}

    @Override
    public void await(long waitMs) {}

    @Override
    public void becomeReady() {}

    @Override
    public boolean restAfterError(IoStatus status) {
      rests = canRest;
      return canRest;
    }

    @Override
    public Wish wish() {
      return Wish.NONE;
    }

    @Override
    public Thread.Builder.OfPlatform thread() {
      return Thread.ofPlatform();
    }
  }

  private boolean goesOn(BooleanSupplier allIsCopied) {
    return trouble.among(allIsCopied).goOnAfter(FAILED);
  }

  @Test
  void aJobRestsThatCan() {
    job.canRest = true;
    assertThat(goesOn(() -> false)).isTrue();
    assertThat(job.rests).isTrue();
    assertThat(told).containsExactly("from IO_ERROR");
    assertThatCode(trouble::throwFailure).doesNotThrowAnyException();
  }

  @Test
  void aJobFailsThatCannotRestAndLacksSomething() {
    assertThat(goesOn(() -> false)).isFalse();
    assertThatThrownBy(trouble::throwFailure).isInstanceOf(JobFailure.class);
  }

  @Test
  void aJobThatCannotRestAnyMoreBecauseAnotherHasCopiedAllDoesNotFail() {
    assertThat(goesOn(() -> true)).isTrue();
    assertThatCode(trouble::throwFailure).doesNotThrowAnyException();
  }
}
