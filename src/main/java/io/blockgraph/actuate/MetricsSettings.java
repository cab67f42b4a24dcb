package io.blockgraph.actuate;

import io.blockgraph.graph.NodeName;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How much is measured.
///
/// @param mostNodes so many nodes have series of their own
/// @param mostJobs so many jobs
/// @param mostExports so many exports
/// @param timedNodes nodes whose requests are timed
/// @param allocationEvery how often the storage is asked what nodes take of it
@ConfigurationProperties("blockgraph.metrics")
record MetricsSettings(
    @DefaultValue("200") int mostNodes,
    @DefaultValue("100") int mostJobs,
    @DefaultValue("50") int mostExports,
    @DefaultValue List<String> timedNodes,
    @DefaultValue("15s") Duration allocationEvery) {
  Set<NodeName> timed() {
    return timedNodes.stream().map(NodeName::new).collect(Collectors.toSet());
  }
}
