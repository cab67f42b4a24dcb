package io.blockgraph.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sequences that nobody thought of: in every build the same ones, in the nightly one others. Each
/// has a seed of its own: `-Dseed=N -Dsequences=1` runs the one of seed N again. What differs is
/// made as short as it can be before it is told.
final class RandomSequencesTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final long OTHER_SEED = Seeds.first();
  private static final int ENOUGH_FAILURES = 5;

  @TempDir(factory = FastFolder.class)
  static Path folder;

  private static Arena arena;

  @BeforeAll
  static void start() {
    System.out.println("RandomSequencesTest: -Dseed=" + SEED + ", nightly " + OTHER_SEED);
    arena = Arena.in(folder);
  }

  @AfterAll
  static void stop() {
    arena.close();
  }

  @Test
  void differInWhatIsIntendedOnly() {
    run(Integer.getInteger("sequences", 350), SEED, Generator::new);
  }

  @Test
  void differInWhatIsIntendedOnlyWhereBitmapsAndBackupsGoTogether() {
    run(Integer.getInteger("sequences", 6), SEED, PastGenerator::new);
  }

  @Test
  @Tag("nightly")
  void differInWhatIsIntendedOnlyAlsoInManyMore() {
    run(Integer.getInteger("sequences", 5_000), OTHER_SEED, Generator::new);
  }

  @Test
  @Tag("nightly")
  void differInWhatIsIntendedOnlyWhereBitmapsAndBackupsGoTogetherAlsoInManyMore() {
    run(Integer.getInteger("sequences", 5_000), OTHER_SEED, PastGenerator::new);
  }

  private static void run(int sequences, long firstSeed, Function<Random, Drawing> what) {
    long began = System.nanoTime();
    long steps = 0;
    long accepted = 0;
    Set<IntendedDifference> met = EnumSet.noneOf(IntendedDifference.class);
    List<String> failures = new ArrayList<>();
    int ran = 0;
    for (; ran < sequences && failures.size() < ENOUGH_FAILURES; ran++) {
      long seed = firstSeed + ran;
      Report report = arena.random(seed, what);
      steps += report.steps().size();
      accepted += report.accepted();
      met.addAll(report.met());
      if (!report.isClean()) {
        failures.add("-Dseed=" + seed + " -Dsequences=1" + shrunk(report));
      }
    }
    System.out.printf(
        "%d sequences: %d commands, %d done by both, %d images checked, %d ms, met %s%n",
        ran, steps, accepted, arena.imagesChecked(), (System.nanoTime() - began) / 1_000_000, met);
    assertThat(failures).as(String.join("\n", failures)).isEmpty();
  }

  private static Report shrunk(Report report) {
    return new Shrinker(arena::run).shrunk(report);
  }
}
