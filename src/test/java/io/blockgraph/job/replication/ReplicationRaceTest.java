package io.blockgraph.job.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.driver.Content;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Readers of a secondary - through the node, or past it from the active and the hidden disk - see
/// the last checkpoint, while several writers of the primary overwrite the same ranges below them.
@Timeout(120)
class ReplicationRaceTest {
  private static final long SEED = Seeds.first();
  private static final int SIZE = ReplicationWorld.SIZE;
  private static final int ROUNDS = 30;

  private final ReplicationWorld world = ReplicationWorld.secondary(new SlowReads());

  @Test
  void nobodyReadsWhatThePrimaryWritesBeforeTheNextCheckpoint() throws Exception {
    System.out.println("ReplicationRaceTest: -Dseed=" + SEED);
    slowSecondaryDisk();
    world.does(ReplicationVerb.START);
    world.user("reader", "active").user("deep", "hidden");
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int round = 0; round < ROUNDS; round++) {
        race(threads, world.view(), round);
        world.does(ReplicationVerb.CHECKPOINT);
        assertThat(Arrays.equals(world.view(), world.latest())).isTrue();
      }
    }
    world.close();
    world.requireSound();
  }

  private void slowSecondaryDisk() {
    world.filter(new SlowReads(), "slow", Map.of("file", "sec"));
    world.edit(
        new GraphEdit.ReplaceChild(new NodeName("hidden"), ChildName.BACKING, new NodeName("slow")),
        new GraphEdit.RemoveUser(new UserId("primary")));
    world.user("primary", "slow");
  }

  private void race(ExecutorService threads, byte[] expected, int round) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Future<Integer>> readers = new ArrayList<>();
    for (String user : List.of("vm", "reader", "deep")) {
      readers.add(threads.submit(() -> readUntil(over, user, expected, round)));
    }
    List<Callable<Void>> writers = List.of(() -> write(round, 0), () -> write(round, 1));
    try {
      for (Future<Void> writer : threads.invokeAll(writers, 60, TimeUnit.SECONDS)) {
        writer.get();
      }
    } finally {
      over.set(true);
    }
    for (Future<Integer> reader : readers) {
      assertThat(reader.get(30, TimeUnit.SECONDS)).isPositive();
    }
  }

  private Integer readUntil(AtomicBoolean over, String user, byte[] expected, int round) {
    Random random = new Random(SEED + round);
    int reads = 0;
    do {
      int offset = random.nextInt(SIZE - 512);
      byte[] seen = Content.read(world.disk(user), offset, 512);
      int differs = Arrays.mismatch(seen, Arrays.copyOfRange(expected, offset, offset + 512));
      assertThat(differs)
          .as("%s, round %d, offset %d, -Dseed=%d", user, round, offset, SEED)
          .isEqualTo(-1);
      reads++;
    } while (!over.get());
    return reads;
  }

  private Void write(int round, int writer) {
    Random random = new Random(SEED + 1000 * round + writer);
    for (int i = 0; i < 12; i++) {
      byte[] bytes = new byte[1 + random.nextInt(20_000)];
      random.nextBytes(bytes);
      Content.write(world.primary(), random.nextInt(SIZE - bytes.length), bytes);
    }
    return null;
  }
}
