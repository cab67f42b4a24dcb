package io.blockgraph.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.nulldisk.NullDriver;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.EngineLimits;
import io.blockgraph.engine.EventLog;
import io.blockgraph.engine.MemoryGraphStore;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.NodeSpec.Origin;
import io.blockgraph.graph.Options;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// Which nodes have series of their own.
class NodeMetricsTest {
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final BlockGraph graph =
      new BlockGraph(
          new DriverRegistry(List.of(new NullDriver())),
          new Opening.Services(new SimulatedHostFiles(), events, new ManualTicker()),
          new MemoryGraphStore(),
          events,
          EngineLimits.DEFAULT);

  private void add(int count, Origin origin) {
    List<GraphEdit> edits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      NodeName name = new NodeName(origin.name().toLowerCase(Locale.ROOT) + "-" + i);
      edits.add(
          new GraphEdit.AddNode(
              new NodeSpec(
                  name,
                  new DriverName("null"),
                  NodeSpec.Access.READ_WRITE,
                  origin,
                  Options.NONE,
                  List.of())));
    }
    assertThat(graph.commit(Change.of("test", edits))).isInstanceOf(Result.Done.class);
  }

  private String scraped(int most) throws IOException {
    Allocations none = new Allocations(graph, Clock.systemUTC(), Duration.ofSeconds(15));
    Scrape scrape = new Scrape(List.of(new NodeMetrics(graph, none, most)));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, scrape.collect());
    return text.toString(StandardCharsets.UTF_8);
  }

  @Test
  void thoseThatCallersNamedComeFirstAndTheOthersAreCounted() throws IOException {
    add(2, Origin.IMPLICIT);
    add(3, Origin.NAMED);

    assertThat(scraped(4))
        .contains("node=\"named-0\"", "node=\"named-1\"", "node=\"named-2\"")
        .contains("node=\"implicit-0\"")
        .doesNotContain("node=\"implicit-1\"")
        .contains("blockgraph_metrics_left_out{of=\"nodes\"} 1.0");
  }

  @Test
  void tenThousandNodesMakeNoScrapeOfMoreThanAMebibyte() throws IOException {
    add(10_000, Origin.NAMED);

    String text = scraped(200);

    assertThat(text.length()).isLessThan(1 << 20);
    assertThat(text).contains("blockgraph_metrics_left_out{of=\"nodes\"} 9800.0");
  }
}
