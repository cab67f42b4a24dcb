package io.blockgraph.driver.throttle;

import io.blockgraph.driver.Opening;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.UserId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The limits that nodes share, by the name of the group. Any thread.
final class ThrottleGroups {
  /// The option of a node that names its group.
  static final String OPTION = "throttleGroup";

  private final Map<UserId, ThrottleGroup> byName = new ConcurrentHashMap<>();
  private final Map<UserId, Limits> limits = new ConcurrentHashMap<>();

  static Optional<UserId> nameIn(NodeSpec node) {
    return node.options().text(OPTION).map(UserId::new);
  }

  /// The group of that name; one whose limits nobody has told yet has none.
  ThrottleGroup of(UserId name, Opening.Ticker ticker) {
    return byName.computeIfAbsent(
        name, _ -> new ThrottleGroup(ticker, limits.getOrDefault(name, Limits.NONE)));
  }

  void use(UserId name, Limits next) {
    limits.put(name, next);
    ThrottleGroup group = byName.get(name);
    if (group != null) {
      group.use(next);
    }
  }

  void forget(UserId name) {
    limits.remove(name);
    byName.remove(name);
  }
}
