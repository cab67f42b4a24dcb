package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final long SECOND_NANOS = 1_000_000_000L;

  @Test
  void letsNobodyInWhileItIsClosed() {
    Gate gate = new Gate();
    assertThat(gate.closeAndDrain(System.nanoTime() + SECOND_NANOS)).isTrue();
    assertThat(gate.enter(20)).isFalse();
    gate.open();
    assertThat(gate.enter(20)).isTrue();
  }

  @Test
  void closesOnlyWhenTheLastRequestIsOut() throws Exception {
    Gate gate = new Gate();
    assertThat(gate.enter(20)).isTrue();
    assertThat(gate.closeAndDrain(System.nanoTime() + 20_000_000)).isFalse();
    Thread.ofVirtual().start(gate::exit).join();
    assertThat(gate.closeAndDrain(System.nanoTime() + SECOND_NANOS)).isTrue();
  }

  @Test
  void nobodyIsInsideBetweenCloseAndOpen() throws Exception {
    Gate gate = new Gate();
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(4);
    List<Thread> requests = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      requests.add(Thread.ofPlatform().start(() -> request(gate, inside, stop, started)));
    }
    started.await();
    for (int round = 0; round < 2_000; round++) {
      assertThat(gate.closeAndDrain(System.nanoTime() + 10 * SECOND_NANOS)).isTrue();
      assertThat(inside.get()).as("round %d", round).isZero();
      gate.open();
    }
    stop.set(true);
    for (Thread request : requests) {
      request.join(10_000);
      assertThat(request.isAlive()).isFalse();
    }
  }

  private static void request(
      Gate gate, AtomicInteger inside, AtomicBoolean stop, CountDownLatch started) {
    started.countDown();
    while (!stop.get()) {
      if (gate.enter(10_000)) {
        inside.incrementAndGet();
        Thread.onSpinWait();
        inside.decrementAndGet();
        gate.exit();
      }
    }
  }
}
