package io.blockgraph.actuate;

import io.blockgraph.actuate.Rounds.Round;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.WatchedStore;
import io.blockgraph.export.nbd.NbdExports;
import io.blockgraph.export.nbd.NbdServer;
import io.blockgraph.job.Jobs;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Metrics, in the registry that `/actuator/prometheus` shows.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MetricsSettings.class)
class MetricsConfiguration {

  @Bean
  Allocations allocations(BlockGraph graph, Clock clock, MetricsSettings settings) {
    graph.traffic().time(settings.timed());
    return new Allocations(graph, clock, settings.allocationEvery());
  }

  @Bean
  Rounds allocationRounds(Allocations allocations, MetricsSettings settings) {
    long everyMs = settings.allocationEvery().toMillis();
    return new Rounds(List.of(new Round("allocation-watch", everyMs, allocations::measure)));
  }

  @Bean
  NodeMetrics nodeMetrics(BlockGraph graph, Allocations allocations, MetricsSettings settings) {
    return new NodeMetrics(graph, allocations, settings.mostNodes());
  }

  @Bean
  JobMetrics jobMetrics(Jobs jobs, MetricsSettings settings) {
    return new JobMetrics(jobs, settings.mostJobs());
  }

  @Bean
  ExportMetrics exportMetrics(NbdExports exports, NbdServer server, MetricsSettings settings) {
    return new ExportMetrics(exports, server, settings.mostExports());
  }

  @Bean
  StoreMetrics storeMetrics(WatchedStore store, Clock clock) {
    return new StoreMetrics(store, clock);
  }

  @Bean
  ServiceMetrics serviceMetrics(
      BlockGraph graph, GraphWatch nodes, JobWatch jobs, ObjectProvider<BuildProperties> build) {
    String version =
        Optional.ofNullable(build.getIfAvailable())
            .map(BuildProperties::getVersion)
            .orElse("unknown");
    return new ServiceMetrics(graph, new ServiceMetrics.Watches(nodes, jobs), version);
  }

  /// Without a registry (tests of Spring's switch it off) nobody asks.
  @Bean
  Scrape scrape(List<Series> parts, ObjectProvider<PrometheusRegistry> registry) {
    Scrape scrape = new Scrape(parts);
    registry.ifAvailable(there -> there.register(scrape));
    return scrape;
  }
}
