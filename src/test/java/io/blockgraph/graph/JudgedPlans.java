package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// Asks planner and judge the same questions and says where they disagree. Safe from several
/// threads.
final class JudgedPlans {
  private final int maxDepth;
  private final Planner planner;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();

  JudgedPlans(int maxDepth) {
    this(new TestRules(), maxDepth);
  }

  JudgedPlans(RuleBook rules, int maxDepth) {
    this.maxDepth = maxDepth;
    this.planner = new Planner(rules, maxDepth);
  }

  long accepted() {
    return accepted.sum();
  }

  long refused() {
    return refused.sum();
  }

  /// Makes every graph out of nothing and then does every edit to it; a disagreement, in a
  /// sentence.
  Optional<String> disagreement(Stream<List<GraphEdit>> graphs) {
    return graphs.toList().parallelStream().map(this::about).flatMap(Optional::stream).findAny();
  }

  private Optional<String> about(List<GraphEdit> making) {
    Optional<String> first = compare(Topology.EMPTY, making);
    if (first.isPresent()
        || !(planner.plan(Topology.EMPTY, making) instanceof Outcome.Planned(Topology graph))) {
      return first;
    }
    for (List<GraphEdit> edits : SmallGraphs.editsOf(graph)) {
      Optional<String> next = compare(graph, edits);
      if (next.isPresent()) {
        return next;
      }
    }
    return Optional.empty();
  }

  /// What is wrong with the planner's answer to one question.
  Optional<String> compare(Topology graph, List<GraphEdit> edits) {
    Judge.Verdict verdict = new Judge(graph, maxDepth).judge(edits);
    return switch (planned(graph, edits)) {
      case Outcome.Refused(Refusal refusal) -> {
        refused.increment();
        String said = JudgeWords.of(refusal);
        yield verdict.objections().contains(said)
            ? Optional.empty()
            : Optional.of(sentence(graph, edits, said, verdict));
      }
      case Outcome.Planned(Topology next) -> {
        accepted.increment();
        Set<String> said = JudgeWords.of(next);
        yield verdict.objections().isEmpty() && verdict.result().equals(said)
            ? Optional.empty()
            : Optional.of(sentence(graph, edits, said.toString(), verdict));
      }
    };
  }

  private Outcome planned(Topology graph, List<GraphEdit> edits) {
    try {
      return planner.plan(graph, edits);
    } catch (RuntimeException e) {
      throw new AssertionError("the planner threw at " + edits + " on " + JudgeWords.of(graph), e);
    }
  }

  private static String sentence(
      Topology graph, List<GraphEdit> edits, String said, Judge.Verdict verdict) {
    return "graph %s%nedits %s%nplanner %s%njudge %s"
        .formatted(JudgeWords.of(graph), edits, said, verdict);
  }
}
