package io.blockgraph.engine;

import io.blockgraph.graph.GraphEdit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Several operations as one change of the graph: all of them or none, at one revision, seen by
/// everybody at one moment. Any thread.
///
/// ```
/// rehearse   each part on the graph that those before it leave      refused: nothing has happened
/// claim      what parts need beside the graph: names, ids           refused: claims given up
/// commit     the sum of the changes, like any other change          refused: claims given up
/// made       exports let clients in, jobs start                     cannot be refused
/// ```
///
/// A crash before the decision leaves nothing of it: files that were made are removed at the next
/// start, disks that were made longer get the length they had. After the decision everything
/// stands, as after any crash: exports are served again, jobs are over.
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
    /// @param each what each part came to
    /// @param whole all of them together
    /// @param warnings what the caller may not have meant, in sentences
    record Done(List<Operation.Made> each, Committed whole, List<String> warnings)
        implements Outcome {
      /// Copies the lists.
      public Done {
        each = List.copyOf(each);
        warnings = List.copyOf(warnings);
      }
    }

    /// Nothing is done.
    ///
    /// @param index the part that cannot be, counted from 0; the number of parts when each could
    ///   be, and not all together
    record Refused(int index, Rejection reason) implements Outcome {}
  }

  /// Makes all of `parts`. What a part throws ends it, and nothing is done.
  public Outcome make(List<? extends Part> parts, Ask ask) {
    Outcome outcome = attempt(parts, ask);
    for (int i = 1; i < ATTEMPTS && overtaken(outcome, ask); i++) {
      outcome = attempt(parts, ask);
    }
    return outcome;
  }

  private static boolean overtaken(Outcome outcome, Ask ask) {
    return ask.expected().isEmpty()
        && outcome instanceof Outcome.Refused(int _, Rejection.RevisionMismatch _);
  }

  private Outcome attempt(List<? extends Part> parts, Ask ask) {
    Outcome tried = graph.onTrial(trial -> rehearse(parts, ask, trial));
    return switch (tried) {
      case Outcome.Refused refused -> refused;
      case Outcome.Done done when ask.mode() == Ask.Mode.DRY_RUN -> done;
      case Outcome.Done done -> new Attempt(parts, done).run();
    };
  }

  private static Outcome rehearse(List<? extends Part> parts, Ask ask, Trial trial) {
    var mismatch = ask.mismatch(trial.view().state());
    if (mismatch.isPresent()) {
      return new Outcome.Refused(0, mismatch.get());
    }
    GraphState before = trial.view().state();
    List<Operation.Made> each = new ArrayList<>();
    Names names = new Names();
    for (Part part : parts) {
      GraphState now = trial.view().state();
      Result<Operation.Made> played = part.rehearse(trial).then(names::once);
      switch (played) {
        case Result.Rejected<Operation.Made>(Rejection reason) -> {
          return new Outcome.Refused(each.size(), reason);
        }
        case Result.Done<Operation.Made>(Operation.Made made) ->
            each.add(new Operation.Made(made.change().seeing(now), made.committed()));
      }
    }
    return takeable(parts, each, Committed.between(before, trial.view().state()));
  }

  private static Outcome takeable(
      List<? extends Part> parts, List<Operation.Made> each, Committed whole) {
    for (int i = 0; i < parts.size(); i++) {
      Optional<Rejection> objection = parts.get(i).untakeable(whole.before(), whole.after());
      if (objection.isPresent()) {
        return new Outcome.Refused(i, objection.get());
      }
    }
    List<String> warnings =
        each.stream().flatMap(made -> made.change().told().warnings().stream()).toList();
    return new Outcome.Done(each, whole, warnings);
  }

  /// The names that come and go. Within one change a name is one thing: what has gone does not come
  /// again, and a user that has come does not go.
  private static final class Names {
    private final Set<String> gone = new HashSet<>();
    private final Set<String> come = new HashSet<>();

    Result<Operation.Made> once(Operation.Made made) {
      return objection(made.committed())
          .<Result<Operation.Made>>map(Result.Rejected::new)
          .orElseGet(() -> new Result.Done<>(made));
    }

    private Optional<Rejection> objection(Committed step) {
      List<String> coming = new ArrayList<>();
      step.diff().nodesAdded().forEach(node -> coming.add(node.name().value()));
      step.diff().usersAdded().forEach(user -> coming.add(user.id().value()));
      step.diff().nodesRemoved().forEach(node -> gone.add(node.name().value()));
      step.diff().usersRemoved().forEach(user -> gone.add(user.id().value()));
      step.diff().usersAdded().forEach(user -> come.add(user.id().value()));
      Optional<String> twice = coming.stream().filter(gone::contains).findFirst();
      return twice
          .or(() -> come.stream().filter(gone::contains).findFirst())
          .map(Rejection.NameTwice::new);
    }
  }

  /// One attempt to make what was rehearsed, at the revision it was rehearsed on.
  private final class Attempt {
    private final List<? extends Part> parts;
    private final Outcome.Done tried;
    private final List<Part.Claim> claims = new ArrayList<>();

    Attempt(List<? extends Part> parts, Outcome.Done tried) {
      this.parts = parts;
      this.tried = tried;
    }

    Outcome run() {
      boolean made = false;
      try {
        for (Part part : parts) {
          switch (part.claim()) {
            case Result.Rejected<Part.Claim>(Rejection reason) -> {
              return new Outcome.Refused(claims.size(), reason);
            }
            case Result.Done<Part.Claim>(Part.Claim claim) -> claims.add(claim);
          }
        }
        Result<Committed> result = graph.commit(sum());
        made = result instanceof Result.Done<Committed>;
        return outcome(result);
      } finally {
        if (!made) {
          claims.reversed().forEach(Part.Claim::givenUp);
        }
      }
    }

    private Change sum() {
      List<Change> changes = new ArrayList<>();
      for (Operation.Made made : tried.each()) {
        List<GraphEdit> along = claims.get(changes.size()).along();
        changes.add(made.change().along(along));
      }
      OptionalLong revision = OptionalLong.of(tried.whole().before().revision());
      return changes.stream().reduce(Change::and).orElseThrow().expecting(revision);
    }

    private Outcome outcome(Result<Committed> result) {
      return switch (result) {
        case Result.Rejected<Committed>(Rejection reason) ->
            new Outcome.Refused(parts.size(), reason);
        case Result.Done<Committed>(Committed whole) -> done(whole);
      };
    }

    private Outcome done(Committed whole) {
      List<String> warnings = new ArrayList<>(tried.warnings());
      @Nullable RuntimeException broken = null;
      for (Part.Claim claim : claims) {
        try {
          warnings.addAll(claim.made(whole));
        } catch (RuntimeException e) {
          // The others are made all the same: the graph says that they are.
          broken = broken == null ? e : broken;
        }
      }
      if (broken != null) {
        throw broken;
      }
      Committed shown = new Committed(tried.whole().before(), whole.after(), tried.whole().diff());
      return new Outcome.Done(tried.each(), shown, warnings);
    }
  }
}
