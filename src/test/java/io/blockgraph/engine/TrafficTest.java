package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.NodeTraffic.Count;
import io.blockgraph.engine.NodeTraffic.Operation;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Counting requests.
class TrafficTest {
  private static final NodeName NODE = new NodeName("a");
  private static final EdgeId EDGE = new EdgeId("x:root");

  private final EventLog events = new EventLog(Clock.systemUTC(), 10);
  private final NodeTraffic node = new Traffic(events).at(NODE, Topology.EMPTY);

  @Test
  void losesNoCountOfManyThreads() throws Exception {
    EdgeTraffic edge = node.edge(EDGE);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 100_000; i++) {
                      edge.count(Operation.READ, 3);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(node.counts()).isEqualTo(Map.of(Operation.READ, new Count(800_000, 2_400_000)));
  }

  @Test
  void keepsOperationsAndFailuresApart() {
    EdgeTraffic edge = node.edge(EDGE);
    for (Operation operation : Operation.values()) {
      edge.count(operation, operation.ordinal());
    }
    edge.failed(Operation.WRITE, BlockException.Kind.IO);
    for (Operation operation : Operation.values()) {
      assertThat(node.counts()).containsEntry(operation, new Count(1, operation.ordinal()));
    }
    assertThat(node.failures())
        .isEqualTo(Map.of(new NodeTraffic.Failure(Operation.WRITE, BlockException.Kind.IO), 1L));
  }

  @Test
  void timesOnlyNodesThatWereAskedToBe() {
    Traffic traffic = new Traffic(events);
    NodeTraffic timed = traffic.at(NODE, Topology.EMPTY);
    EdgeTraffic edge = timed.edge(EDGE);
    assertThat(edge.begin()).isZero();
    edge.served(Operation.READ, 512, edge.begin());
    assertThat(timed.times()).isEmpty();
    traffic.time(Set.of(NODE));
    edge.served(Operation.READ, 512, edge.begin());
    assertThat(timed.times().get(Operation.READ).count()).isEqualTo(1);
  }

  @Test
  void putsATimeIntoTheBucketWhoseBoundItDoesNotExceed() {
    Latencies latencies = new Latencies();
    List.of(10_000L, 10_001L, 10_000_000_000L, 10_000_000_001L).forEach(latencies::record);
    Latencies.Snapshot seen = latencies.snapshot();
    assertThat(seen.counts()[0]).isEqualTo(1);
    assertThat(seen.counts()[1]).isEqualTo(1);
    assertThat(seen.counts()[18]).isEqualTo(1);
    assertThat(seen.counts()[19]).isEqualTo(1);
    assertThat(seen.sumNanos()).isEqualTo(20_000_020_002L);
  }
}
