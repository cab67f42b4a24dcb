package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.Map;

/// Counts votes, and tells the world of those that were lost.
///
/// @param quorum the node that votes
/// @param tallies the counts
record Reports(NodeName quorum, NodeEvents events, Tallies tallies) {
  /// A child voted for what won, or answered where nobody else was asked.
  void agreed(ChildName child) {
    tallies.agreed(child);
  }

  /// A child holds other bytes than the winner.
  void lost(ChildName child, Request request, String reason) {
    tallies.lost(child);
    bad(child, request, reason);
  }

  /// A child could not do what was asked.
  void failed(ChildName child, Request request, BlockException error) {
    tallies.failed(child);
    bad(child, request, String.valueOf(error.getMessage()));
  }

  private void bad(ChildName child, Request request, String error) {
    Map<String, Object> details = details(request);
    details.put("child", child.value());
    details.put("error", error);
    events.report(quorum, NodeEvents.Kind.QUORUM_REPORT_BAD, details);
  }

  /// Too few children agreed.
  void failure(Request request) {
    tallies.undecided();
    events.report(quorum, NodeEvents.Kind.QUORUM_FAILURE, details(request));
  }

  private static Map<String, Object> details(Request request) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("operation", request.operation().word());
    details.put("offset", request.range().offset());
    details.put("length", request.range().length());
    return details;
  }
}
