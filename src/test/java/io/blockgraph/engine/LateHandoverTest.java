package io.blockgraph.engine;

import static io.blockgraph.Latches.await;
import static io.blockgraph.engine.ServedImage.FILE;
import static io.blockgraph.engine.ServedImage.IMAGE;
import static io.blockgraph.engine.ServedImage.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Content;
import io.blockgraph.graph.GraphEdit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An image is handed over while its disk does not answer: the hand-over is refused, and what it
/// had begun does not get into the way of the clients who go on.
@Timeout(60)
class LateHandoverTest {
  private static final long DEADLINE_MS = 2_000;

  private final ServedImage served =
      new ServedImage(new EngineLimits(DEADLINE_MS, 20_000, 20_000, 100, 200));
  private final CountDownLatch answers = new CountDownLatch(1);
  private final Set<Thread> flushes = ConcurrentHashMap.newKeySet();

  @AfterEach
  void close() {
    answers.countDown();
    served.close();
  }

  /// What is written while users are held gives the disk something to do that it does not answer.
  private Result<Committed> handOver() {
    return served.graph.commit(
        Change.of(
                "hand over",
                List.of(
                    new GraphEdit.SetOptions(IMAGE, served.image.withActive(false).options()),
                    new GraphEdit.SetOptions(FILE, served.file.withActive(false).options())))
            .whileHeld(
                (_, before, _) -> {
                  Content.fill(before.apply(IMAGE), 40L * MIB, MIB, 5);
                  served.files.beforeEachChange(this::hangs);
                  return Optional.empty();
                }));
  }

  private void hangs() {
    if (Thread.currentThread().getName().startsWith("flush of")) {
      flushes.add(Thread.currentThread());
      await(answers);
    }
  }

  @Test
  void changesNothingMoreWhenItIsRefused() throws Exception {
    BlockIo disk = served.disk();
    Content.fill(disk, 0, MIB, 7);

    assertThat(handOver())
        .isEqualTo(new Result.Rejected<>(new Rejection.FlushTimeout(IMAGE, DEADLINE_MS)));
    assertThat(flushes).isNotEmpty();
    Content.fill(disk, 2L * MIB, MIB, 9);
    long length = served.fileBytes();
    answers.countDown();
    for (Thread late : flushes) {
      late.join();
    }

    assertThat(served.fileBytes()).isEqualTo(length);
    Content.requireAll(disk, 0, MIB, 7);
    Content.requireAll(disk, 2L * MIB, MIB, 9);
    Content.fill(disk, 3L * MIB, MIB, 11);
    disk.flush();
    Content.requireAll(disk, 3L * MIB, MIB, 11);
    assertThat(handOver()).isInstanceOf(Result.Done.class);
  }
}
