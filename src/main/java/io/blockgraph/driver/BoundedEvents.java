package io.blockgraph.driver;

import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tells what one node noticed while it served, within an [EventBound]: a bad child is noticed by
/// every request. How many were left out stands in the next one as `untold`.
public final class BoundedEvents implements NodeEvents {
  private final NodeEvents events;
  private final EventBound bound;

  /// The events of a node that is opened with `services`.
  public BoundedEvents(Opening.Services services) {
    this.events = services.events();
    this.bound = new EventBound(services.ticker()::nanos);
  }

  @Override
  public void report(NodeName node, Kind kind, Map<String, Object> details) {
    bound.tell(untold -> events.report(node, kind, with(untold, details)));
  }

  private static Map<String, Object> with(long untold, Map<String, Object> details) {
    if (untold == 0) {
      return details;
    }
    Map<String, Object> more = new LinkedHashMap<>(details);
    more.put("untold", untold);
    return more;
  }
}
