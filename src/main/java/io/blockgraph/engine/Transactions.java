package io.blockgraph.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Several operations as one change of the graph: all of them or none, at one revision, seen by
/// everybody at one moment. Any thread.
///
/// Each operation is decided on the graph that those before it leave, and played through on trial;
/// then the sum of their changes is made. Operations with work in the held section (a change of
/// length) cannot take part: one that is done could not be undone when a later one fails.
public final class Transactions {
  /// How often the sum is decided anew when the graph changes in between.
  private static final int ATTEMPTS = 5;

  private final BlockGraph graph;

  /// Transactions on `graph`.
  public Transactions(BlockGraph graph) {
    this.graph = graph;
  }

  /// What became of a transaction.
  public sealed interface Outcome {
    /// All is done, or for a dry run could be.
    ///
    /// @param each what each operation came to
    /// @param whole all of them together
    record Done(List<Operation.Made> each, Committed whole) implements Outcome {
      /// Copies `each`.
      public Done {
        each = List.copyOf(each);
      }
    }

    /// Nothing is done.
    ///
    /// @param index the operation that cannot be, counted from 0; the number of operations when
    ///   each could be, and not all together
    record Refused(int index, Rejection reason) implements Outcome {}
  }

  /// Makes all of `operations`.
  public Outcome make(List<Operation> operations, Ask ask) {
    Outcome outcome = attempt(operations, ask);
    for (int i = 1; i < ATTEMPTS && overtaken(outcome, ask); i++) {
      outcome = attempt(operations, ask);
    }
    return outcome;
  }

  private static boolean overtaken(Outcome outcome, Ask ask) {
    return ask.expected().isEmpty()
        && outcome instanceof Outcome.Refused(int _, Rejection.RevisionMismatch _);
  }

  private Outcome attempt(List<Operation> operations, Ask ask) {
    Outcome tried = graph.onTrial(trial -> rehearse(operations, ask, trial));
    return switch (tried) {
      case Outcome.Refused refused -> refused;
      case Outcome.Done done when ask.mode() == Ask.Mode.DRY_RUN -> done;
      case Outcome.Done done -> commit(done);
    };
  }

  private static Outcome rehearse(List<Operation> operations, Ask ask, Trial trial) {
    var mismatch = ask.mismatch(trial.view().state());
    if (mismatch.isPresent()) {
      return new Outcome.Refused(0, mismatch.get());
    }
    GraphState before = trial.view().state();
    List<Operation.Made> each = new ArrayList<>();
    for (Operation operation : operations) {
      switch (operation.rehearse(trial)) {
        case Result.Rejected<Operation.Made>(Rejection reason) -> {
          return new Outcome.Refused(each.size(), reason);
        }
        case Result.Done<Operation.Made>(Operation.Made made) -> each.add(made);
      }
    }
    return new Outcome.Done(each, Committed.between(before, trial.view().state()));
  }

  /// The sum, at the revision the first was decided on.
  private Outcome commit(Outcome.Done tried) {
    Change sum =
        tried.each().stream().map(Operation.Made::change).reduce(Change::and).orElseThrow();
    OptionalLong revision = OptionalLong.of(tried.whole().before().revision());
    return switch (graph.commit(sum.expecting(revision))) {
      case Result.Done<Committed>(Committed whole) -> new Outcome.Done(tried.each(), whole);
      case Result.Rejected<Committed>(Rejection reason) ->
          new Outcome.Refused(tried.each().size(), reason);
    };
  }
}
