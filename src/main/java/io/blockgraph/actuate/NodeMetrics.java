package io.blockgraph.actuate;

import io.blockgraph.actuate.QuorumChecks.Votes;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Glance;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// The series of nodes: lengths, storage, traffic, votes. Any thread.
final class NodeMetrics implements Series {
  private final BlockGraph graph;
  private final Allocations allocations;
  private final int most;

  NodeMetrics(BlockGraph graph, Allocations allocations, int most) {
    this.graph = graph;
    this.allocations = allocations;
    this.most = most;
  }

  /// Puts them down for the nodes that have series of their own: those with names of callers first,
  /// the older before the newer, so that a series does not come and go.
  @Override
  public void collect(Sheet sheet) {
    Glance glance = graph.glance();
    List<NodeSpec> all = List.copyOf(glance.state().topology().nodes());
    Stream<NodeSpec> ranked = all.stream().sorted(Comparator.comparing(NodeSpec::origin));
    ranked.limit(most).forEach(node -> collect(node, glance, sheet));
    sheet.value(Metric.LEFT_OUT, Math.max(0, all.size() - most), "nodes");
  }

  private void collect(NodeSpec node, Glance glance, Sheet sheet) {
    String name = node.name().value();
    glance.sizeBytes(node.name()).ifPresent(bytes -> sheet.value(Metric.NODE_SIZE, bytes, name));
    allocations.of(node.name()).ifPresent(bytes -> sheet.value(Metric.NODE_ALLOCATED, bytes, name));
    graph.traffic().find(node.name()).ifPresent(traffic -> traffic(node.name(), traffic, sheet));
    Map<String, Object> facts = glance.facts(node.name());
    if (facts.get("votes") instanceof List<?> votes) {
      votes(node, Votes.all(votes), sheet);
    }
    if (facts.get("undecided") instanceof Number undecided) {
      sheet.value(Metric.QUORUM_UNDECIDED, undecided.doubleValue(), name);
    }
  }

  private static void traffic(NodeName node, NodeTraffic traffic, Sheet sheet) {
    String name = node.value();
    traffic
        .counts()
        .forEach(
            (operation, count) -> {
              String word = operation.word();
              sheet.value(Metric.NODE_OPERATIONS, count.requests(), name, word);
              if (operation != NodeTraffic.Operation.FLUSH) {
                sheet.value(Metric.NODE_BYTES, count.bytes(), name, word);
              }
            });
    traffic
        .failures()
        .forEach(
            (failure, count) ->
                sheet.value(
                    Metric.NODE_ERRORS,
                    count,
                    name,
                    failure.operation().word(),
                    failure.kind().name().toLowerCase(Locale.ROOT).replace('_', '-')));
    traffic
        .times()
        .forEach(
            (operation, times) -> sheet.times(Metric.NODE_SECONDS, times, name, operation.word()));
  }

  private static void votes(NodeSpec quorum, List<Votes> votes, Sheet sheet) {
    String name = quorum.name().value();
    for (Votes child : votes) {
      sheet.value(Metric.QUORUM_VOTES, child.agreed(), name, child.child(), "agreed");
      sheet.value(Metric.QUORUM_VOTES, child.lost(), name, child.child(), "lost");
      sheet.value(Metric.QUORUM_VOTES, child.failed(), name, child.child(), "failed");
    }
    sheet.value(Metric.QUORUM_BAD, votes.stream().filter(Votes::bad).count(), name);
    sheet.value(Metric.QUORUM_CHILDREN, votes.size(), name);
    if (quorum.options().values().get("voteThreshold") instanceof Long threshold) {
      sheet.value(Metric.QUORUM_THRESHOLD, threshold, name);
    }
  }
}
