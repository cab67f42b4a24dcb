package io.blockgraph.engine;

import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Refusal;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// How often a change was refused because two users of a node do not get along, by permission. Dry
/// runs do not count. Any thread.
final class Conflicts {
  private final Map<Permission, LongAdder> counts = new EnumMap<>(Permission.class);

  Conflicts() {
    for (Permission permission : Permission.values()) {
      counts.put(permission, new LongAdder());
    }
  }

  /// A change was refused.
  void count(Refusal refusal) {
    if (refusal instanceof Refusal.PermissionConflict conflict) {
      counts.forEach(
          (permission, count) -> {
            if (conflict.missing().has(permission)) {
              count.increment();
            }
          });
    }
  }

  Map<Permission, Long> all() {
    Map<Permission, Long> all = new EnumMap<>(Permission.class);
    counts.forEach((permission, count) -> all.put(permission, count.sum()));
    return all;
  }
}
