package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What is known of a store from what it was asked to write.
class WatchedStoreTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final MemoryGraphStore inner = new MemoryGraphStore();
  private final WatchedStore store = new WatchedStore(inner, () -> NOON);

  private void decide() {
    GraphState after = new GraphState(1, Topology.EMPTY);
    GraphDiff none = GraphDiff.between(Topology.EMPTY, Topology.EMPTY);
    store.decide(new GraphStore.Decision(Optional.empty(), after, none, "nothing", Author.SERVICE));
  }

  @Test
  void knowsNothingBeforeTheFirstWrite() {
    assertThat(store.standing().isWritable(NOON, PATIENCE)).isEmpty();
  }

  @Test
  void isWritableAfterAGoodWriteAndNotAfterABadOne() {
    decide();
    assertThat(store.standing().isWritable(NOON, PATIENCE)).contains(true);
    inner.failNextDecision();
    assertThatThrownBy(this::decide).isInstanceOf(GraphStore.StoreException.class);
    assertThat(store.standing().isWritable(NOON, PATIENCE)).contains(false);
    assertThat(store.standing().last()).contains(new WatchedStore.Outcome("decide", NOON, false));
    store.probe();
    assertThat(store.standing().isWritable(NOON, PATIENCE)).contains(true);
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void isNotWritableWhileAWriteHangs() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch hangs = new CountDownLatch(1);
    inner.probing(
        () -> {
          begun.countDown();
          awaited(hangs);
        });
    Thread probe = Thread.ofPlatform().start(store::probe);
    awaited(begun);

    assertThat(store.standing().isWritable(NOON.plusSeconds(5), PATIENCE)).isEmpty();
    assertThat(store.standing().isWritable(NOON.plusSeconds(11), PATIENCE)).contains(false);

    hangs.countDown();
    probe.join();
    assertThat(store.standing().isWritable(NOON.plusSeconds(11), PATIENCE)).contains(true);
  }
}
