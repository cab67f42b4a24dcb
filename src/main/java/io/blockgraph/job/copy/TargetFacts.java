package io.blockgraph.job.copy;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.RuleBook;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the images of a target say of themselves.
///
/// @param clusterBytes how much they allocate at once, a power of two; the largest of them, empty
///   when none does
/// @param namesBacking whether one names a backing file that the graph does not have: other
///   programs see it
public record TargetFacts(Optional<Long> clusterBytes, boolean namesBacking) {
  /// Of a target that is in the graph.
  public static TargetFacts of(NodeName target, BlockGraph.View view, RuleBook rules) {
    TargetImages images = TargetImages.of(target, view.state().topology(), rules);
    List<Map<String, Object>> facts = images.backings().keySet().stream().map(view::facts).toList();
    boolean names =
        images.backings().entrySet().stream()
            .filter(image -> image.getValue().isEmpty())
            .anyMatch(image -> view.facts(image.getKey()).containsKey("backingFile"));
    return new TargetFacts(
        facts.stream().flatMap(image -> cluster(image).stream()).max(Long::compare), names);
  }

  /// Of an image that is not in the graph yet.
  public static TargetFacts ofImage(Map<String, Object> facts) {
    return new TargetFacts(cluster(facts), facts.containsKey("backingFile"));
  }

  private static Optional<Long> cluster(Map<String, Object> facts) {
    return facts.get("clusterSize") instanceof Number bytes
        ? Optional.of(Long.highestOneBit(Math.max(1, bytes.longValue())))
        : Optional.empty();
  }
}
