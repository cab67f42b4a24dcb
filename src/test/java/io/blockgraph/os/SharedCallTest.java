package io.blockgraph.os;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// One call for many who wait, and none for who came after it began.
final class SharedCallTest {
  private final SharedCall shared = new SharedCall();
  private final AtomicInteger runs = new AtomicInteger();
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private void slowCall() {
    runs.incrementAndGet();
    inside.countDown();
    await(goOn);
  }

  private Thread caller() {
    return Thread.ofPlatform().start(() -> shared.run(this::slowCall));
  }

  @Test
  void isRunOnceMoreForAllWhoCameWhileItRan() throws Exception {
    List<Thread> callers = new ArrayList<>(List.of(caller()));
    await(inside);
    for (int i = 0; i < 5; i++) {
      callers.add(caller());
    }
    for (Thread waiting : callers.subList(1, callers.size())) {
      while (waiting.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
    }
    goOn.countDown();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void isRunForEachWhoComesAlone() {
    goOn.countDown();
    shared.run(this::slowCall);
    shared.run(this::slowCall);
    assertThat(runs).hasValue(2);
  }

  @Test
  void countsForNobodyWhenItFails() throws Exception {
    Thread failing =
        Thread.ofPlatform()
            .start(
                () ->
                    assertThatThrownBy(
                            () ->
                                shared.run(
                                    () -> {
                                      slowCall();
                                      throw new IllegalStateException("the disk is gone");
                                    }))
                        .hasMessage("the disk is gone"));
    await(inside);
    Thread waiting = caller();
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.sleep(1);
    }
    goOn.countDown();
    failing.join();
    waiting.join();
    assertThat(runs).hasValue(2);
  }
}
