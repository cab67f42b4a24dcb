package io.blockgraph.actuate;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The series of the service as a whole. Any thread.
///
/// @param graph the graph
/// @param watches what was found out about nodes, exports and jobs
/// @param version what runs
record ServiceMetrics(BlockGraph graph, Watches watches, String version) implements Series {
  /// Who looks at the graph and at the jobs.
  record Watches(GraphWatch graph, JobWatch jobs) {}

  @Override
  public void collect(Sheet sheet) {
    sheet.value(Metric.BUILD, 1, version);
    sheet.value(Metric.GRAPH_REVISION, graph.state().revision());
    Topology topology = graph.state().topology();
    count(topology.nodes().stream().map(node -> node.driver().value()))
        .forEach((driver, count) -> sheet.value(Metric.GRAPH_NODES, count, driver));
    count(topology.edges().stream().flatMap(BlockgraphEndpoint::roles))
        .forEach((role, count) -> sheet.value(Metric.GRAPH_EDGES, count, role));
    graph
        .conflicts()
        .forEach((permission, count) -> sheet.value(Metric.CONFLICTS, count, permission.word()));
    sheet.value(Metric.SUBSCRIBERS, graph.events().seats());
    checks(sheet);
  }

  private void checks(Sheet sheet) {
    GraphWatch.Look seen = watches.graph().look();
    checks(sheet, "nodes", seen.nodes().stream().map(GraphWatch.NodeState::checks));
    checks(sheet, "exports", seen.exports().stream().map(GraphWatch.ExportState::checks));
    checks(sheet, "jobs", watches.jobs().look().jobs().stream().map(JobWatch.JobState::checks));
  }

  private static void checks(Sheet sheet, String of, Stream<List<Checked>> checks) {
    Map<Condition, Long> counts =
        checks
            .flatMap(List::stream)
            .collect(Collectors.groupingBy(Checked::condition, Collectors.counting()));
    for (Condition condition : Condition.values()) {
      sheet.value(Metric.CHECKS, counts.getOrDefault(condition, 0L), of, condition.word());
    }
  }

  private static Map<String, Long> count(Stream<String> words) {
    return words.collect(Collectors.groupingBy(word -> word, TreeMap::new, Collectors.counting()));
  }
}
