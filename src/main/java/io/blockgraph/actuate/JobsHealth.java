package io.blockgraph.actuate;

import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Health of the jobs: those that failed and are not dismissed, rest after an error, are stalled,
/// or do not converge.
final class JobsHealth implements HealthIndicator {
  private final JobWatch watch;

  JobsHealth(JobWatch watch) {
    this.watch = watch;
  }

  @Override
  public Health health() {
    JobWatch.Look look = watch.look();
    Trouble.Collected found = new Trouble.Collected();
    look.jobs()
        .forEach(state -> found.add("job", state.job().id().value(), state.checks(), List.of()));
    long active = look.jobs().stream().filter(state -> !state.job().isOver()).count();
    Health.Builder health = Health.up();
    health
        .withDetail(
            "checked",
            active
                + " jobs under way and "
                + (look.jobs().size() - active)
                + " that are over and not dismissed, from memory")
        .withDetail("checkedAt", look.at());
    found.all().in(health);
    return health.build();
  }
}
