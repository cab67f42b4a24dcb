package io.blockgraph.actuate;

import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Health of the graph: nodes that cannot be read, quorums with a bad child, corrupt images, failed
/// flushes, replications in which something went wrong, exports that are not offered.
final class GraphHealth implements HealthIndicator {
  private final GraphWatch watch;

  GraphHealth(GraphWatch watch) {
    this.watch = watch;
  }

  @Override
  public Health health() {
    GraphWatch.Look look = watch.look();
    Trouble.Collected found = new Trouble.Collected();
    look.nodes()
        .forEach(
            state ->
                found.add(
                    "node",
                    state.spec().name().value(),
                    state.checks(),
                    look.reachedWhenInTrouble(state)));
    look.exports().forEach(export -> found.add("export", export.id(), export.checks(), List.of()));
    Health.Builder health = Health.up();
    health
        .withDetail(
            "checked",
            look.nodes().size() + " nodes and " + look.exports().size() + " exports, from memory")
        .withDetail("checkedAt", look.at())
        .withDetail("revision", look.glance().state().revision());
    found.all().in(health);
    return health.build();
  }
}
