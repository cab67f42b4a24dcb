package io.blockgraph.graph;

import java.util.List;
import java.util.Set;

/// A second opinion on what a plan comes to, for small graphs: slow, naive, and written from the
/// words of the requirements without a look at the planner. It uses nothing of the main code but
/// the plain records that edits are made of.
///
/// It knows the drivers `file`, `filter`, `format`, `quorum`, `verify` and `replication`. Where the
/// planner says the first reason it finds, the judge lists all that are true at that stage; the
/// planner must say one of them.
final class Judge {
  /// What the judge says.
  ///
  /// @param objections all the reasons of the first stage that has any, as [JudgeWords] puts them
  /// @param result every node and edge with its grant, in words, when there is no objection
  record Verdict(Set<String> objections, Set<String> result) {}

  private final PlainGraph graph;
  private final int maxDepth;

  Judge(Topology before, int maxDepth) {
    this.graph = new PlainGraph(before);
    this.maxDepth = maxDepth;
  }

  Verdict judge(List<GraphEdit> edits) {
    for (GraphEdit edit : edits) {
      String objection = graph.apply(edit);
      if (!objection.isEmpty()) {
        return new Verdict(Set.of(objection), Set.of());
      }
    }
    String ice = graph.dropUnusedInlineNodes();
    return ice.isEmpty()
        ? verdict(new PlainRules(graph, maxDepth))
        : new Verdict(Set.of(ice), Set.of());
  }

  private Verdict verdict(PlainRules rules) {
    Set<String> objections = rules.structure();
    if (objections.isEmpty()) {
      objections = rules.cycles();
    }
    if (objections.isEmpty()) {
      objections = rules.depths();
    }
    if (objections.isEmpty()) {
      objections = rules.twice();
    }
    if (objections.isEmpty()) {
      objections = rules.permissions();
    }
    return new Verdict(objections, objections.isEmpty() ? JudgeWords.of(graph, rules) : Set.of());
  }
}
