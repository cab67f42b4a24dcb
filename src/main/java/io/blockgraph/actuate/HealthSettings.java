package io.blockgraph.actuate;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// When a job is no longer taken to be well.
///
/// @param stalledAfter a job that works and has done nothing for so long is stalled
/// @param notConvergingAfter a job that clients have outrun for so long is not converging
@ConfigurationProperties("blockgraph.health")
record HealthSettings(
    @DefaultValue("60s") Duration stalledAfter, @DefaultValue("60s") Duration notConvergingAfter) {}
