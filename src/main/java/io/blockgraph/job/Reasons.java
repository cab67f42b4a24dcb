package io.blockgraph.job;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.bitmap.BitmapSentences;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Sentences;
import java.util.Locale;
import java.util.Optional;

/// Says why a job failed: a code for programs, which is the refusal's own name, and a sentence for
/// people. Pure functions.
public final class Reasons {
  private Reasons() {}

  /// The code: `PERMISSION_CONFLICT`, `SIZE_MISMATCH`, `NO_SPACE`.
  public static String code(Rejection rejection) {
    return switch (rejection) {
      case Rejection.RuleBroken(Refusal refusal) -> constant(refusal.getClass().getSimpleName());
      case Rejection.WorldBroke(var _, BlockException cause) -> code(cause);
      case Rejection.BitmapRefused(var refusal) ->
          "BITMAP_" + constant(refusal.getClass().getSimpleName());
      default -> constant(rejection.getClass().getSimpleName());
    };
  }

  private static String code(BlockException cause) {
    return switch (cause.kind()) {
      case NO_SPACE -> JobError.NO_SPACE;
      case IO -> JobError.IO_ERROR;
      default -> cause.kind().name();
    };
  }

  /// `SizeMismatch` as `SIZE_MISMATCH`.
  private static String constant(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }

  /// What a job ends with whose change is refused for this reason.
  public static JobError error(Rejection reason) {
    return new JobError(code(reason), sentence(reason), Optional.of(reason));
  }

  /// One sentence with the names and numbers, without a full stop.
  public static String sentence(Rejection rejection) {
    return switch (rejection) {
      case Rejection.RuleBroken(Refusal refusal) -> Sentences.of(refusal);
      case Rejection.WorldBroke(var node, BlockException cause) ->
          node.map(name -> "node '" + name + "': ").orElse("") + cause.getMessage();
      case Rejection.ParameterImpossible(String parameter, String reason) ->
          parameter + ": " + reason;
      case Rejection.BitmapRefused(var refusal) -> BitmapSentences.of(refusal);
      case Rejection.DrainTimeout(var user, long deadlineMs) ->
          "requests of '" + user + "' were still under way after " + deadlineMs + " ms";
      case Rejection.FlushTimeout(var node, long deadlineMs) ->
          "a flush of node '" + node + "' was still under way after " + deadlineMs + " ms";
      case Rejection.WriterBusy(long deadlineMs) ->
          "another change of the graph took longer than " + deadlineMs + " ms";
      case Rejection.NotRemembered(String reason) ->
          "the state store could not take the change: " + reason;
      case Rejection.RevisionMismatch(long expected, long actual) ->
          "the graph is at revision " + actual + ", not " + expected;
      case Rejection.SizeMismatch(var node, long bytes, var other, long otherBytes) ->
          "node '" + node + "' has " + bytes + " bytes and node '" + other + "' has " + otherBytes;
      default -> rejection.toString();
    };
  }
}
