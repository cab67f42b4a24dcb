package io.blockgraph.driver;

import io.blockgraph.graph.NodeName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// Keeps what nodes told, for tests to look at.
public final class RecordedEvents implements NodeEvents {
  private final List<Told> all = new CopyOnWriteArrayList<>();

  /// One event.
  public record Told(NodeName node, Kind kind, Map<String, Object> details) {
    /// The detail of that name.
    public Object detail(String name) {
      return details.getOrDefault(name, "nothing");
    }
  }

  @Override
  public void report(NodeName node, Kind kind, Map<String, Object> details) {
    all.add(new Told(node, kind, Map.copyOf(details)));
  }

  /// Everything that was told, in order.
  public List<Told> all() {
    return all;
  }

  /// What was told of that kind, in order.
  public List<Told> of(Kind kind) {
    return all.stream().filter(told -> told.kind() == kind).toList();
  }
}
