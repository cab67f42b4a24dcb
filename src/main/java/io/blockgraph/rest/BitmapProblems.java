package io.blockgraph.rest;

import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.BitmapSentences;

/// What the rules of bitmaps refuse, as problems.
final class BitmapProblems {
  private BitmapProblems() {}

  static Problem of(BitmapRefusal refusal) {
    Problem problem = Problem.of(kind(refusal), BitmapSentences.of(refusal));
    return advised(problem, refusal).about(refusal.node().value());
  }

  private static ProblemKind kind(BitmapRefusal refusal) {
    return switch (refusal) {
      case BitmapRefusal.NotFound _ -> ProblemKind.BITMAP_NOT_FOUND;
      case BitmapRefusal.NameInUse _ -> ProblemKind.BITMAP_NAME_IN_USE;
      case BitmapRefusal.Busy _ -> ProblemKind.BITMAP_BUSY;
      case BitmapRefusal.Inconsistent _ -> ProblemKind.BITMAP_INCONSISTENT;
      case BitmapRefusal.Unsupported _ -> ProblemKind.BITMAP_UNSUPPORTED;
      case BitmapRefusal.ReadOnly _ -> ProblemKind.READ_ONLY;
      case BitmapRefusal.SizesDiffer _ -> ProblemKind.SIZE_MISMATCH;
      case BitmapRefusal.TooLarge _ -> ProblemKind.BITMAP_TOO_LARGE;
    };
  }

  private static Problem advised(Problem problem, BitmapRefusal refusal) {
    return switch (refusal) {
      case BitmapRefusal.Busy busy ->
          problem.advising("wait until '" + busy.user() + "' is over, or end it");
      case BitmapRefusal.ReadOnly _ -> problem.advising("make the node writable first");
      case BitmapRefusal.NotFound _,
          BitmapRefusal.NameInUse _,
          BitmapRefusal.Inconsistent _,
          BitmapRefusal.Unsupported _,
          BitmapRefusal.SizesDiffer _,
          BitmapRefusal.TooLarge _ ->
          problem;
    };
  }
}
