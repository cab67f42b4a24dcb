package io.blockgraph.job.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Content;
import io.blockgraph.engine.GatedDisk;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/// Writes of both sides, checkpoints, kills and an end, at random, against a model: the bytes of
/// the last checkpoint with the secondary's own writes over them. `-Dseed=N` replays.
@Timeout(120)
class ReplicationRandomTest {
  private static final long SEED = Seeds.first();
  private static final int STEPS = 120;
  private static final int SIZE = ReplicationWorld.SIZE;

  private ReplicationWorld world = ReplicationWorld.secondary();
  private byte[] primary = Content.same(SIZE, 1);
  private byte[] secondary = primary.clone();

  @RepeatedTest(4)
  void agreesWithTheModel(RepetitionInfo round) {
    long seed = SEED + round.getCurrentRepetition();
    System.out.println("ReplicationRandomTest: -Dseed=" + (seed - 1));
    Random random = new Random(seed);
    world.does(ReplicationVerb.START);
    for (int i = 0; i < STEPS; i++) {
      step(random);
      requireAgreement("step " + i + ", -Dseed=" + (seed - 1));
    }
    end(random, "end, -Dseed=" + (seed - 1));
    world.close();
    world.requireSound();
  }

  private void step(Random random) {
    switch (random.nextInt(12)) {
      case 0 -> checkpoint();
      case 1 -> restart();
      case 2, 3, 4, 5 -> change(world.vm(), secondary, random);
      default -> change(world.primary(), primary, random);
    }
  }

  private static void change(GatedDisk disk, byte[] model, Random random) {
    int offset = random.nextInt(SIZE);
    int length = Math.min(1 + random.nextInt(random.nextBoolean() ? 700 : 150_000), SIZE - offset);
    ByteRange range = new ByteRange(offset, length);
    switch (random.nextInt(4)) {
      case 0 -> {
        disk.zero(
            range, random.nextBoolean() ? Zeroable.Mode.MAY_UNMAP : Zeroable.Mode.KEEP_ALLOCATED);
        Arrays.fill(model, offset, offset + length, (byte) 0);
      }
      case 1 -> {
        disk.discard(range);
        System.arraycopy(Content.read(disk, offset, length), 0, model, offset, length);
      }
      default -> {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        Content.write(disk, offset, bytes);
        System.arraycopy(bytes, 0, model, offset, length);
      }
    }
  }

  private void checkpoint() {
    assertThat(world.ask(ReplicationVerb.CHECKPOINT, Replications.LostWrites.ACCEPTED))
        .isInstanceOf(ReplicationResult.Done.class);
    secondary = primary.clone();
  }

  /// What was flushed is there after a kill, and so the model stays as it is.
  private void restart() {
    world.primary().flush();
    world.vm().flush();
    ReplicationWorld old = world;
    world = old.afterKill();
    old.close();
  }

  private void end(Random random, String what) {
    if (random.nextBoolean()) {
      world.does(ReplicationVerb.FAILOVER);
      requireAgreement(what);
      for (int i = 0; i < 10; i++) {
        change(world.vm(), secondary, random);
      }
    } else {
      world.does(ReplicationVerb.STOP);
      secondary = primary.clone();
    }
    requireAgreement(what);
  }

  private void requireAgreement(String what) {
    assertThat(Arrays.mismatch(world.view(), secondary)).as("secondary, %s", what).isEqualTo(-1);
    assertThat(Arrays.mismatch(world.latest(), primary)).as("primary, %s", what).isEqualTo(-1);
  }
}
