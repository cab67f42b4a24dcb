package io.blockgraph.driver.quorum;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tells the world of votes that were lost.
///
/// @param quorum the node that votes
record Reports(NodeName quorum, NodeEvents events) {
  /// A child lost a vote, or failed.
  ///
  /// @param error what it said, or that it differs
  void bad(ChildName child, Request request, String error) {
    Map<String, Object> details = details(request);
    details.put("child", child.value());
    details.put("error", error);
    events.report(quorum, NodeEvents.Kind.QUORUM_REPORT_BAD, details);
  }

  /// Too few children agreed.
  void failure(Request request) {
    events.report(quorum, NodeEvents.Kind.QUORUM_FAILURE, details(request));
  }

  private static Map<String, Object> details(Request request) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("operation", request.operation());
    details.put("offset", request.range().offset());
    details.put("length", request.range().length());
    return details;
  }

  /// What was asked of the children.
  record Request(String operation, ByteRange range) {}
}
