package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.ImageMutator.Mutant;
import io.blockgraph.driver.qcow2.MutantBases.Base;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.Ran;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged images: nothing hangs, nothing but a [BlockException] comes out, and qemu-img agrees.
final class HostileImageTest {
  private static final long SEED = Seeds.first();
  private static final int MUTANTS = Integer.getInteger("mutants", 6000);
  private static final int ASKED = Integer.getInteger("mutants.asked", 400);

  @TempDir static Path folder;
  private static List<Base> bases = List.of();

  /// What one says of an image.
  private enum Verdict {
    BAD,
    LEAKS,
    CLEAN
  }

  @BeforeAll
  static void makeBases() {
    System.out.println("HostileImageTest: -Dseed=" + SEED);
    bases = MutantBases.make(folder);
  }

  @Test
  void checksAnyMutantWithinASecondAndThrowsNothingElse() {
    ImageMutator mutator = new ImageMutator(SEED);
    for (int i = 0; i < MUTANTS; i++) {
      Base base = bases.get(i % bases.size());
      Mutant mutant = mutator.mutate(base.bytes(), base.map());
      String story =
          "-Dseed=" + SEED + ", mutant " + i + " of " + base.name() + ": " + mutant.story();
      long start = processorMs();
      assertThatCode(() -> ours(mutant.bytes())).as(story).doesNotThrowAnyException();
      assertThat(processorMs() - start).as(story).isLessThan(1000);
    }
  }

  @Test
  void agreesWithQemuImgOnMutants() throws IOException {
    ImageMutator mutator = new ImageMutator(SEED + 1);
    for (int i = 0; i < ASKED; i++) {
      Base base = bases.get(i % bases.size());
      Mutant mutant = mutator.mutate(base.bytes(), base.map());
      if (base.names(mutant.bytes())) {
        assertAgreement(mutant, "-Dseed=" + SEED + ", mutant " + i + " of " + base.name());
      }
    }
  }

  @Test
  void agreesWithQemuImgWhenAnythingPointsAtAnything() throws IOException {
    for (Base base : List.of(bases.get(1), bases.get(3))) {
      for (ImageMap.Area from : base.map().areas()) {
        for (ImageMap.Area to : base.map().areas()) {
          long at = from.name().equals("header") ? 40 : from.offset();
          long value = to.offset() | (from.name().startsWith("L") ? L2Entry.COPIED : 0);
          assertAgreement(ImageMutator.point(base.bytes(), from, at, value), base.name());
        }
      }
    }
  }

  @Test
  void agreesWithQemuImgOnWhereNoTableMayBeSaidToLie() throws IOException {
    Base base = bases.getFirst();
    for (long offset : new long[] {1, 1 << 20, 1L << 58, Long.MAX_VALUE & -(1L << 21), 1L << 63}) {
      byte[] image = base.bytes().clone();
      BigEndian.putLong(MemorySegment.ofArray(image), 64, offset);
      assertAgreement(new Mutant(image, "no snapshots, said to lie at " + offset), base.name());
    }
  }

  private static long processorMs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
  }

  private static void assertAgreement(Mutant mutant, String name) throws IOException {
    Path image = folder.resolve("mutant.qcow2");
    Files.write(image, mutant.bytes());
    Ran theirs = QemuImg.tryCheck(image);
    // An image that no longer says which its data file is: QEMU looks at nothing else of it.
    boolean unasked = theirs.err().contains("'data-file' is required");
    if (theirs.diedBySignal() || unasked || isRefusedOnPurpose(mutant.bytes())) {
      return;
    }
    assertThat(ours(mutant.bytes()))
        .as(() -> name + ": " + mutant.story() + "\n" + theirs.err())
        .isEqualTo(theirs(theirs.exitCode()));
  }

  private static Verdict theirs(int exitCode) {
    return exitCode == 0 ? Verdict.CLEAN : exitCode == 3 ? Verdict.LEAKS : Verdict.BAD;
  }

  private static Verdict ours(byte[] image) {
    try {
      CheckResult result = Qcow2Checker.check(new MemoryDisk(image));
      if (result.corruptions() > 0 || result.checkErrors() > 0) {
        return Verdict.BAD;
      }
      return result.leaks() > 0 ? Verdict.LEAKS : Verdict.CLEAN;
    } catch (BlockException e) {
      assertThat(e.kind()).isEqualTo(BlockException.Kind.BAD_IMAGE);
      assertThat(e).hasMessageContaining("at offset");
      return Verdict.BAD;
    }
  }

  /// A backing name that lies over the header: QEMU then ignores all header extensions, we refuse.
  private static boolean isRefusedOnPurpose(byte[] image) {
    try {
      Qcow2Header unused = Qcow2Header.read(new MemoryDisk(image));
      return unused.sizeBytes() < 0;
    } catch (BlockException e) {
      return String.valueOf(e.getMessage()).contains("backing_file_offset");
    }
  }
}
