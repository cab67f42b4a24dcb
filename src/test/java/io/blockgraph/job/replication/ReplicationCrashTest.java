package io.blockgraph.job.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.engine.MemoryGraphStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The service dies at changes of a file and at decisions of the store, in the middle of
/// replications: what the secondary shows afterwards is what it showed before or after the step
/// that was under way, never a mixture, or it refuses to show anything.
@Timeout(600)
class ReplicationCrashTest {
  private static final long SEED = Seeds.first();
  private static final int STEPS = 14;

  /// How the service dies.
  enum Death {
    /// Killed: what was written to files is there.
    KILLED,
    /// With the power: only what was synced is there.
    POWERLESS
  }

  /// What a step leaves.
  ///
  /// @param view what the secondary shows; nothing where it shows nothing
  private record Moment(byte[] view) {}

  /// One run of the scenario, with the service copied right before a chosen change.
  private static final class Run {
    final ReplicationWorld world = ReplicationWorld.secondary();
    final Random random = new Random(SEED);
    final List<Moment> moments = new ArrayList<>();
    final int deadly;
    final Death death;
    int changes;
    int stepOfDeath = -1;
    @Nullable SimulatedHostFiles files;
    @Nullable MemoryGraphStore store;

    Run(int deadly, Death death) {
      this.deadly = deadly;
      this.death = death;
      moments.add(new Moment(new byte[0]));
      world.files.beforeEachChange(this::change);
      world.store.beforeEachDecision(this::change);
    }

    private void change() {
      if (changes++ == deadly) {
        files = death == Death.KILLED ? world.files.afterKill() : world.files.afterPowerCut();
        store = world.store.copy();
        stepOfDeath = moments.size();
      }
    }

    Run play() {
      step(() -> world.does(ReplicationVerb.START));
      for (int i = 0; i < STEPS; i++) {
        step(someStep(i));
      }
      step(
          () -> world.does(random.nextBoolean() ? ReplicationVerb.FAILOVER : ReplicationVerb.STOP));
      return this;
    }

    private Runnable someStep(int i) {
      if (i % 5 == 4) {
        return () -> world.does(ReplicationVerb.CHECKPOINT);
      }
      int value = 2 + random.nextInt(100);
      int offset = random.nextInt(ReplicationWorld.SIZE / 4096) * 4096;
      int length = Math.min(1 + random.nextInt(4096), ReplicationWorld.SIZE - offset);
      if (random.nextInt(3) == 0) {
        return () -> {
          Content.fill(world.vm(), offset, length, value);
          world.vm().flush();
        };
      }
      int longer = Math.min(length * 20, ReplicationWorld.SIZE - offset);
      boolean zero = random.nextInt(4) == 0;
      boolean flush = random.nextInt(3) == 0;
      return () -> {
        if (zero) {
          world.primary().zero(new ByteRange(offset, longer), Zeroable.Mode.MAY_UNMAP);
        } else {
          Content.fill(world.primary(), offset, longer, value);
        }
        if (flush) {
          world.primary().flush();
        }
      };
    }

    private void step(Runnable step) {
      step.run();
      moments.add(new Moment(world.view()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void showsNoMixtureAtManyMoments(Death death) {
    dieAtEach(death, 7);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  void showsNoMixtureWhereverItDies(Death death) {
    dieAtEach(death, 1);
  }

  private static void dieAtEach(Death death, int stride) {
    System.out.println("ReplicationCrashTest: -Dseed=" + SEED);
    int changes = new Run(-1, death).play().changes;
    assertThat(changes).isGreaterThan(100);
    for (int deadly = new Random(SEED).nextInt(stride); deadly < changes; deadly += stride) {
      Run run = new Run(deadly, death).play();
      if (run.files != null && run.store != null) {
        judge(run, run.files, run.store);
      }
      run.world.close();
    }
  }

  private static void judge(Run run, SimulatedHostFiles files, MemoryGraphStore store) {
    String what = "-Dseed=" + SEED + ", " + run.death + " at change " + run.deadly;
    Moment before = run.moments.get(run.stepOfDeath - 1);
    Moment after = run.moments.get(run.stepOfDeath);
    try (ReplicationWorld again = new ReplicationWorld(files, store)) {
      ReplicationReport report = again.report();
      byte[] view = shown(again::view);
      boolean known = Arrays.equals(view, before.view()) || Arrays.equals(view, after.view());
      assertThat(known)
          .as(
              "%s, step %d, stage %s: first difference to before %d, to after %d",
              what,
              run.stepOfDeath,
              report.stage(),
              Arrays.mismatch(view, before.view()),
              Arrays.mismatch(view, after.view()))
          .isTrue();
      assertThat(report.stage()).as(what).isNotEqualTo(Stage.CHECKPOINTING);
      goesOn(again, report, view, what);
      again.graph.close();
      again.requireSound();
    }
  }

  /// Whatever it came back as, it keeps its word.
  private static void goesOn(
      ReplicationWorld again, ReplicationReport report, byte[] view, String what) {
    if (report.stage() == Stage.RUNNING) {
      Content.fill(again.primary(), 0, ReplicationWorld.SIZE, 101);
      assertThat(Arrays.mismatch(again.view(), view)).as(what).isEqualTo(-1);
      assertThat(again.ask(ReplicationVerb.CHECKPOINT, Replications.LostWrites.ACCEPTED))
          .as(what)
          .isInstanceOf(ReplicationResult.Done.class);
      assertThat(again.view()).as(what).containsOnly(101);
    } else if (report.stage() == Stage.DONE) {
      assertThat(Arrays.mismatch(again.view(), again.latest())).as(what).isEqualTo(-1);
    }
  }

  private static byte[] shown(Supplier<byte[]> view) {
    try {
      return view.get();
    } catch (BlockException e) {
      assertThat(e.getMessage()).contains("has not begun");
      return new byte[0];
    }
  }
}
