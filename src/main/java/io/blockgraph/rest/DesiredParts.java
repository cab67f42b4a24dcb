package io.blockgraph.rest;

import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Transactions;
import io.blockgraph.engine.Transactions.Outcome;
import io.blockgraph.engine.Trial;
import io.blockgraph.job.JobGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.stereotype.Component;

/// Comes to wanted graphs: looks for the requests that lead there and makes them one transaction.
@Component
final class DesiredParts {
  /// How often the way is looked for anew when the graph changes in between.
  private static final int ATTEMPTS = 5;

  private final BlockGraph graph;
  private final Transactions transactions;
  private final GraphActions actions;

  DesiredParts(BlockGraph graph, Transactions transactions, GraphActions actions) {
    this.graph = graph;
    this.transactions = transactions;
    this.actions = actions;
  }

  /// What it took, or would take.
  record Way(List<DesiredGraph.Step> steps, List<String> warnings, Committed whole) {
    /// The same with more warnings.
    Way warning(List<String> more) {
      List<String> all = new ArrayList<>(warnings);
      all.addAll(more);
      return new Way(steps, all, whole);
    }
  }

  /// The requests that lead from `now` to `wanted`.
  List<DesiredGraph.Step> steps(GraphState now, DesiredBody wanted) {
    return new DesiredGraph(now.topology(), graph.drivers(), wanted).steps();
  }

  /// Comes to `wanted`, all or nothing.
  Way make(DesiredBody wanted, Ask ask) {
    for (int attempt = 1; ; attempt++) {
      GraphState now = graph.state();
      List<DesiredGraph.Step> steps = steps(now, wanted);
      Outcome outcome =
          steps.isEmpty()
              ? unchanged(now, ask)
              : transactions.make(parts(steps), new Ask(expected(ask, now), ask.mode()));
      switch (outcome) {
        case Outcome.Done done -> {
          return new Way(steps, done.warnings(), done.whole());
        }
        case Outcome.Refused(int index, Rejection reason) -> {
          boolean overtaken =
              ask.expected().isEmpty() && reason instanceof Rejection.RevisionMismatch;
          if (!overtaken || attempt == ATTEMPTS) {
            Problem problem = RejectionProblems.of(reason);
            throw new ProblemException(index < steps.size() ? all(steps, index, problem) : problem);
          }
        }
      }
    }
  }

  private static OptionalLong expected(Ask ask, GraphState now) {
    return ask.expected().isPresent() ? ask.expected() : OptionalLong.of(now.revision());
  }

  private static Outcome unchanged(GraphState now, Ask ask) {
    Optional<Rejection> mismatch = ask.mismatch(now);
    return mismatch.isPresent()
        ? new Outcome.Refused(0, mismatch.get())
        : new Outcome.Done(List.of(), Committed.between(now, now), List.of());
  }

  private List<Part> parts(List<DesiredGraph.Step> steps) {
    List<Part> parts = new ArrayList<>();
    for (DesiredGraph.Step step : steps) {
      ActionList.Item item = step.item();
      try {
        Part part =
            actions.read(item.method(), item.path(), item.body()).part(JobGroup::new).orElseThrow();
        parts.add(new GraphAction.Placed(problem -> placed(step, problem), part));
      } catch (ProblemException e) {
        throw new ProblemException(placed(step, e.problem()));
      }
    }
    return parts;
  }

  /// The problem of the first request that cannot be, pointing to the places of all that cannot.
  private Problem all(List<DesiredGraph.Step> steps, int first, Problem problem) {
    if (problem.status() == ProblemKind.REVISION_MISMATCH.status().value()) {
      return problem;
    }
    Problem placed = placed(steps.get(first), problem);
    List<Problem.FieldError> errors = new ArrayList<>(placed.errors());
    graph.onTrial(trial -> errors.addAll(later(steps, first, trial)));
    return placed.with(errors);
  }

  private List<Problem.FieldError> later(List<DesiredGraph.Step> steps, int first, Trial trial) {
    List<Problem.FieldError> errors = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      ActionList.Item item = steps.get(i).item();
      try {
        actions.read(item.method(), item.path(), item.body()).play(trial);
      } catch (ProblemException e) {
        if (i > first) {
          errors.addAll(placed(steps.get(i), e.problem()).errors());
        }
      }
    }
    return errors;
  }

  /// A problem of a request, with the place of the wanted graph.
  static Problem placed(DesiredGraph.Step step, Problem problem) {
    List<Problem.FieldError> errors =
        problem.errors().stream().map(error -> placed(step, error)).toList();
    return problem.with(
        errors.isEmpty()
            ? List.of(
                new Problem.FieldError(
                    step.pointers().size() == 1 ? step.pointers().getFirst() : "",
                    String.valueOf(problem.detail())))
            : errors);
  }

  private static Problem.FieldError placed(DesiredGraph.Step step, Problem.FieldError error) {
    String within = error.pointer().startsWith("/") ? error.pointer() : "";
    List<String> pointers = step.pointers();
    if (pointers.size() == 1) {
      return new Problem.FieldError(pointers.getFirst() + within, error.detail());
    }
    String[] parts = within.split("/", 4);
    if (parts.length >= 3 && parts[1].equals("nodes")) {
      String rest = parts.length == 4 ? "/" + parts[3] : "";
      return new Problem.FieldError(
          pointers.get(Integer.parseInt(parts[2])) + rest, error.detail());
    }
    return new Problem.FieldError("", error.detail());
  }
}
