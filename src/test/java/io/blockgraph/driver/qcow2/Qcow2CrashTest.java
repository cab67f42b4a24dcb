package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A power cut at every step of a workload: the image is never corrupt, and what was flushed is
/// there.
final class Qcow2CrashTest {
  private static final long SEED = Seeds.first();
  private static final int SIZE = 1 << 20;
  private static final int SECTOR = 512;

  /// How the image is made and used.
  record Case(Format format, Settings settings) {}

  static List<Case> cases() {
    Settings small =
        new Settings(
            Settings.OverlapCheck.CACHED, false, Settings.DEFAULT.passDiscard(), 4096, 4096);
    Settings lazy =
        new Settings(
            Settings.OverlapCheck.CACHED, true, Settings.DEFAULT.passDiscard(), 4096, 4096);
    return List.of(
        new Case(format(3, 512, 64, false), small),
        new Case(format(3, 4096, 16, false), small),
        new Case(format(2, 1024, 16, false), small),
        new Case(format(3, 16_384, 16, true), small),
        new Case(format(3, 65_536, 1, false), Settings.DEFAULT),
        new Case(new Format(3, 8192, 16, false, false, Compression.ZSTD), small),
        new Case(format(3, 1024, 32, false), lazy));
  }

  private static Format format(int version, long cluster, int refcountBits, boolean extended) {
    return new Format(version, cluster, refcountBits, extended, false, Compression.ZLIB);
  }

  /// What must hold from a step on: content at the last flush, and which sectors may have changed
  /// since.
  private record Promise(int step, byte[] content, BitSet changed, List<byte[]> written) {}

  /// A workload that notes, at each moment, what a crash may leave.
  private static final class Workload {
    final RecordedDisk disk;
    final Qcow2Image image;
    final Qcow2Io io;
    final byte[] model = new byte[SIZE];
    final List<Promise> promises = new ArrayList<>();

    Workload(Case variant) {
      SparseDisk file = new SparseDisk(0);
      Qcow2Creator.create(file, CreateOptions.of(SIZE).with(variant.format()));
      disk = new RecordedDisk(file);
      image = Qcow2Image.open(disk, null, variant.settings(), CorruptionListener.NOBODY);
      io = image.bind(disk, null, null);
      promise();
    }

    private void promise() {
      promises.add(new Promise(disk.count(), model.clone(), new BitSet(), new ArrayList<>()));
    }

    void run(Random random, int steps) {
      for (int i = 0; i < steps; i++) {
        if (random.nextInt(12) == 0) {
          io.flush();
          promise();
        } else {
          change(random);
        }
      }
      image.close(disk, null);
      promise();
    }

    private void change(Random random) {
      int offset = random.nextInt(SIZE - 1);
      int most = random.nextInt(5) == 0 ? 90_000 : 5_000;
      int length = 1 + random.nextInt(Math.min(most, SIZE - offset));
      byte[] bytes = new byte[length];
      if (random.nextInt(4) > 0) {
        random.nextBytes(bytes);
      }
      if (random.nextInt(2) == 0) {
        bytes = ImageUnderTest.thinned(bytes);
      }
      Promise last = promises.getLast();
      last.changed.set(offset / SECTOR, (offset + length - 1) / SECTOR + 1);
      System.arraycopy(bytes, 0, model, offset, length);
      last.written.add(model.clone());
      if (random.nextInt(4) == 0) {
        java.util.Arrays.fill(model, offset, offset + length, (byte) 0);
        last.written.set(last.written.size() - 1, model.clone());
        io.zero(new ByteRange(offset, length), Zeroable.Mode.MAY_UNMAP);
      } else if (random.nextInt(3) == 0) {
        ImageUnderTest.putCompressed(io, offset, bytes);
      } else {
        ImageUnderTest.put(io, offset, bytes);
      }
    }

    Promise at(int step) {
      return promises.stream().filter(p -> p.step() <= step).reduce((a, b) -> b).orElseThrow();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void leavesLeaksAtMostAndLosesNothingFlushed(Case variant) {
    System.out.println("seed " + SEED + " for " + variant);
    Random random = new Random(SEED);
    Workload work = new Workload(variant);
    work.run(random, 120);
    int total = work.disk.count();
    int stride = Math.max(1, total / 150);
    for (int step = 0; step <= total; step += stride) {
      String what = "seed " + SEED + ", step " + step + " of " + total;
      judge(work, step, work.disk.prefix(step), what + ", prefix");
      judge(work, step, work.disk.torn(step, random), what + ", torn");
    }
  }

  private static void judge(Workload work, int step, SparseDisk crashed, String what) {
    boolean dirty = Qcow2Header.read(crashed).features().dirty();
    if (!dirty) {
      CheckResult found = Qcow2Checker.check(crashed);
      assertThat(found.corruptions()).as("%s: %s", what, found.findings()).isZero();
    }
    try (ImageUnderTest image = new ImageUnderTest(crashed, null, null, Settings.DEFAULT)) {
      requirePromise(work.at(step), image.model, what);
      image.write(5, new byte[] {1});
      image.discard(new ByteRange(100_000, 300_000));
      image.write(200_000, new byte[150_000]);
    }
    CheckResult after = Qcow2Checker.check(crashed);
    assertThat(after.corruptions()).as("%s, reopened: %s", what, after.findings()).isZero();
    assertThat(dirty && !after.isClean()).as("%s, repaired: %s", what, after.findings()).isFalse();
  }

  /// Sectors that were not touched since the last flush are as they were; others hold what some
  /// write since then, or the flush, left there.
  private static void requirePromise(Promise promise, byte[] seen, String what) {
    for (int sector = 0; sector < SIZE / SECTOR; sector++) {
      if (!holds(promise.content(), seen, sector)) {
        int at = sector;
        boolean known =
            promise.changed().get(sector)
                && promise.written().stream().anyMatch(state -> holds(state, seen, at));
        assertThat(known).as("%s: sector %d", what, sector).isTrue();
      }
    }
  }

  private static boolean holds(byte[] state, byte[] seen, int sector) {
    int from = sector * SECTOR;
    return java.util.Arrays.equals(state, from, from + SECTOR, seen, from, from + SECTOR);
  }
}
