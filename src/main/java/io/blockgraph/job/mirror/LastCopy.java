package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.copy.CopyStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What is done while all clients are held back, right before the swap: the rest is copied, the
/// target is made durable, and it is asked once more whether the swap is allowed.
final class LastCopy implements Change.WhileHeld {
  private final MirrorPlan plan;
  private final Copier copier;
  private final Optional<Verifier> verifier;
  private final Ask ask;
  private final long budgetMs;
  private @Nullable Outcome outcome;

  /// The last question before a swap.
  interface Ask {
    /// Why not, in `now`.
    Optional<Outcome> objection(GraphState now);
  }

  /// Why the change was given up, where that was decided here.
  sealed interface Outcome {
    /// The graph has changed so that there is more to copy.
    record Overtaken() implements Outcome {}

    /// There was not enough time to copy what was left.
    record OutOfTime(long leftBytes) implements Outcome {}

    /// A disk failed.
    record Failed(CopyStep.Failed step) implements Outcome {}

    /// The copy is not equal to the source, from this byte on.
    record Differs(long offset) implements Outcome {}

    /// The swap is not allowed any more.
    record Refused(Rejection rejection) implements Outcome {}
  }

  LastCopy(MirrorPlan plan, Copier copier, Optional<Verifier> verifier, Ask ask, long budgetMs) {
    this.plan = plan;
    this.copier = copier;
    this.verifier = verifier;
    this.ask = ask;
    this.budgetMs = budgetMs;
  }

  /// What this decided; empty when it had nothing against the change.
  Optional<Outcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  @Override
  public Optional<Rejection> run(
      GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
    outcome =
        ask.objection(now)
            .or(() -> copy((MirrorTopDisk) before.apply(plan.edits().filter())))
            .orElse(null);
    return Optional.ofNullable(outcome).map(this::rejection);
  }

  private Optional<Outcome> copy(MirrorTopDisk disk) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(budgetMs);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.min(1 << 20, plan.measures().bufferBytes()), 4096);
      while (copier.leftBytes() > 0) {
        if (System.nanoTime() > deadline) {
          return Optional.of(new Outcome.OutOfTime(copier.leftBytes()));
        }
        if (copier.step(disk, buffer) instanceof CopyStep.Failed failed) {
          return Optional.of(new Outcome.Failed(failed));
        }
      }
    }
    return verifier.flatMap(all -> verify(all, disk, deadline)).or(() -> flush(disk));
  }

  private static Optional<Outcome> verify(Verifier verifier, MirrorTopDisk disk, long deadline) {
    try {
      while (verifier.leftBytes() > 0) {
        if (System.nanoTime() > deadline) {
          return Optional.of(new Outcome.OutOfTime(verifier.leftBytes()));
        }
        if (verifier.stepHeld(disk) instanceof Verifier.Step.Differs(long offset)) {
          return Optional.of(new Outcome.Differs(offset));
        }
      }
      return Optional.empty();
    } catch (BlockException e) {
      ByteRange all = new ByteRange(0, verifier.leftBytes());
      return Optional.of(new Outcome.Failed(new CopyStep.Failed(CopyStep.Side.TARGET, all, e)));
    }
  }

  private Optional<Outcome> flush(MirrorTopDisk disk) {
    try {
      disk.target().flush();
      return Optional.empty();
    } catch (BlockException e) {
      ByteRange all = new ByteRange(0, plan.measures().sizeBytes());
      return Optional.of(new Outcome.Failed(new CopyStep.Failed(CopyStep.Side.TARGET, all, e)));
    }
  }

  private Rejection rejection(Outcome why) {
    return switch (why) {
      case Outcome.Overtaken() ->
          new Rejection.WorldBroke(
              Optional.of(plan.targetNode()),
              new BlockException(BlockException.Kind.TIMEOUT, "the graph has changed meanwhile"));
      case Outcome.OutOfTime(long left) ->
          new Rejection.WorldBroke(
              Optional.of(plan.targetNode()),
              new BlockException(
                  BlockException.Kind.TIMEOUT,
                  left + " bytes are left to copy after " + budgetMs + " ms"));
      case Outcome.Failed(CopyStep.Failed step) ->
          new Rejection.WorldBroke(Optional.of(plan.targetNode()), step.error());
      case Outcome.Differs(long offset) ->
          new Rejection.WorldBroke(
              Optional.of(plan.targetNode()),
              new BlockException(
                  BlockException.Kind.IO, "the copy differs from its source at offset " + offset));
      case Outcome.Refused(Rejection rejection) -> rejection;
    };
  }
}
