package io.blockgraph.rest;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Trial;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// Finds out what would make a refused request succeed: what may help is played through on trial,
/// one thing, or several one after another, and only what does help is told.
@Component
final class Advisor {
  /// So many requests may have to be made first.
  private static final int MOST_STEPS = 4;

  /// So many ways are tried; each takes about as long as a dry run.
  private static final int MOST_TRIALS = 24;

  /// A refusal is not held up for longer than this, however large the graph.
  private static final long MOST_NANOS = 1_000_000_000;

  /// Refusals that others' doing, or another word, can turn.
  private static final Set<ProblemKind> CURABLE =
      EnumSet.of(
          ProblemKind.PERMISSION_CONFLICT,
          ProblemKind.NODE_BUSY,
          ProblemKind.NODE_IN_USE,
          ProblemKind.READ_ONLY,
          ProblemKind.OVERLAY_IN_USE,
          ProblemKind.OVERLAY_HAS_BACKING,
          ProblemKind.OVERLAY_NOT_EMPTY,
          ProblemKind.DUPLICATE_CHILD,
          ProblemKind.JOB_EDGE_FIXED,
          ProblemKind.EDGE_FROZEN,
          ProblemKind.REPLACE_NOT_COVERED,
          ProblemKind.REPLACE_WOULD_CHANGE_DATA,
          ProblemKind.REPLACE_WOULD_LOOP,
          ProblemKind.SIZE_MISMATCH,
          ProblemKind.SHRINK_NOT_ALLOWED,
          ProblemKind.CONSENT_MISSING);

  /// Members of requests that name what is to come.
  private static final List<String> NEWCOMERS = List.of("id", "nodeName", "jobId", "overlayName");

  private final BlockGraph graph;
  private final GraphActions actions;

  Advisor(BlockGraph graph, GraphActions actions) {
    this.graph = graph;
    this.actions = actions;
  }

  /// A way to what was asked.
  ///
  /// @param first requests to make first
  /// @param advice what each of them is, and what is said otherwise in the request
  private record Way(List<ActionList.Item> first, List<String> advice, ActionList.Item request) {
    Way and(Remedy remedy) {
      List<ActionList.Item> steps = new ArrayList<>(first);
      List<String> words = new ArrayList<>(advice);
      words.add(remedy.advice());
      ActionList.Item asked = request;
      switch (remedy) {
        case Remedy.First(_, ActionList.Item step) -> steps.add(step);
        case Remedy.Instead(_, ActionList.Item other) -> asked = other;
        case Remedy.Say say -> asked = say.in(request);
      }
      return new Way(steps, words, asked);
    }
  }

  /// Where a way leads: to a refusal and what may help against it, or to nothing of that.
  private record Stand(Way way, Optional<Problem> problem, List<Remedy> remedies) {}

  /// Whether there is a point in asking for advice.
  boolean mayHelp(Problem problem, String method, String path) {
    return CURABLE.contains(ProblemKind.valueOf(problem.code())) && actions.isKnown(method, path);
  }

  /// The problem with a way that was tried out, where there is one.
  Problem advise(ActionList.Item request, Problem problem) {
    if (!mayHelp(problem, request.method(), request.path())) {
      return problem;
    }
    return way(request)
        .map(way -> solved(problem, way))
        .orElseGet(() -> unsolved(problem, request));
  }

  private static Problem unsolved(Problem problem, ActionList.Item request) {
    Problem without = problem;
    if (request.body() instanceof Map<?, ?> body) {
      for (String member : NEWCOMERS) {
        if (body.get(member) instanceof String name) {
          without = without.notAdvisingAbout(name);
        }
      }
    }
    return without;
  }

  private static Problem solved(Problem problem, Way way) {
    String advice = String.join(", then ", way.advice());
    List<Problem.Step> steps = new ArrayList<>();
    way.first().forEach(item -> steps.add(step(item)));
    steps.add(step(way.request()));
    return problem.solvedBy(way.first().isEmpty() ? advice : advice + ", then ask again", steps);
  }

  private static Problem.Step step(ActionList.Item item) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    if (item.body() instanceof Map<?, ?> members) {
      members.forEach((name, value) -> body.put(String.valueOf(name), value));
    }
    return new Problem.Step(item.method(), item.path(), body);
  }

  /// The shortest way among those that are tried.
  private Optional<Way> way(ActionList.Item request) {
    Queue<Stand> open = new ArrayDeque<>();
    stand(new Way(List.of(), List.of(), request)).ifPresent(open::add);
    int trials = 0;
    long until = System.nanoTime() + MOST_NANOS;
    while (!open.isEmpty() && System.nanoTime() < until) {
      Stand at = open.remove();
      for (Remedy remedy : at.remedies()) {
        Optional<Stand> next =
            trials++ < MOST_TRIALS ? stand(at.way().and(remedy)) : Optional.empty();
        if (next.filter(stand -> stand.problem().isEmpty()).isPresent()) {
          return next.map(Stand::way);
        }
        next.filter(stand -> !stand.problem().equals(at.problem()))
            .filter(stand -> stand.way().advice().size() < MOST_STEPS)
            .ifPresent(open::add);
      }
    }
    return Optional.empty();
  }

  /// Goes a way on trial; empty when it cannot be gone.
  private Optional<Stand> stand(Way way) {
    return graph.onTrial(
        trial -> {
          for (ActionList.Item step : way.first()) {
            if (refusal(step, trial).isPresent()) {
              return Optional.empty();
            }
          }
          Optional<Problem> refusal = refusal(way.request(), trial);
          return Optional.of(
              new Stand(
                  way,
                  refusal,
                  refusal.map(problem -> remedies(way, problem, trial)).orElse(List.of())));
        });
  }

  private static List<Remedy> remedies(Way way, Problem problem, Trial trial) {
    return new Remedies(way.request(), problem, trial.view()).all();
  }

  private Optional<Problem> refusal(ActionList.Item item, Trial trial) {
    try {
      actions.read(item.method(), item.path(), item.body()).play(trial);
      return Optional.empty();
    } catch (ProblemException e) {
      return Optional.of(e.problem());
    }
  }
}
