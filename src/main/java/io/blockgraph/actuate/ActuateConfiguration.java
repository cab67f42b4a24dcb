package io.blockgraph.actuate;

import io.blockgraph.actuate.Rounds.Round;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.WatchedStore;
import io.blockgraph.export.nbd.NbdServer;
import io.blockgraph.job.Jobs;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Health and the Actuator's endpoints. The names of the contributors are those of the beans
/// without their suffix: `graph`, `jobs`, `serving`.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(HealthSettings.class)
class ActuateConfiguration {
  private static final long LOOK_EVERY_MS = 1_000;
  private static final long PROBE_EVERY_MS = 2_000;

  @Bean
  GraphWatch graphWatch(BlockGraph graph, NbdServer server, Clock clock) {
    return new GraphWatch(graph, server, clock);
  }

  @Bean
  JobWatch jobWatch(Jobs jobs, HealthSettings settings, Clock clock) {
    return new JobWatch(jobs, settings, clock);
  }

  @Bean
  StoreHealth storeHealth(WatchedStore store, Clock clock) {
    return new StoreHealth(store, clock);
  }

  @Bean
  Rounds rounds(GraphWatch graph, JobWatch jobs, StoreHealth store) {
    return new Rounds(
        List.of(
            new Round("graph-watch", LOOK_EVERY_MS, graph::look),
            new Round("job-watch", LOOK_EVERY_MS, jobs::look),
            new Round("store-probe", PROBE_EVERY_MS, store::probe)));
  }

  @Bean
  BlockgraphEndpoint blockgraphEndpoint(GraphWatch watch) {
    return new BlockgraphEndpoint(watch);
  }

  @Bean
  BlockjobsEndpoint blockjobsEndpoint(JobWatch watch) {
    return new BlockjobsEndpoint(watch);
  }

  @Bean
  HealthIndicator graphHealthContributor(GraphWatch watch) {
    return new GraphHealth(watch);
  }

  @Bean
  HealthIndicator jobsHealthContributor(JobWatch watch) {
    return new JobsHealth(watch);
  }

  /// What the service needs to take a request at all; readiness stands on it.
  @Bean
  CompositeHealthContributor servingHealthContributor(
      BlockGraph graph, StoreHealth store, NbdServer server) {
    Map<String, HealthContributor> parts = new LinkedHashMap<>();
    parts.put("graph", (HealthIndicator) () -> loaded(graph));
    parts.put("store", store);
    parts.put("nbd", (HealthIndicator) () -> listening(server));
    return CompositeHealthContributor.fromMap(parts);
  }

  /// The graph is brought back before any other bean can ask it something; see EngineConfiguration.
  private static Health loaded(BlockGraph graph) {
    return Health.up()
        .withDetail("checked", "the graph was brought back from the store")
        .withDetail("revision", graph.state().revision())
        .build();
  }

  private static Health listening(NbdServer server) {
    return (server.isListening() ? Health.up() : Health.down())
        .withDetail("checked", "the sockets NBD clients knock at are open")
        .withDetail("listeners", server.addresses().size())
        .build();
  }
}
