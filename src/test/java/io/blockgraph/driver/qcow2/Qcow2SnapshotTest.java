package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots.Apply;
import io.blockgraph.block.InternalSnapshots.Delete;
import io.blockgraph.block.InternalSnapshots.Take;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import io.blockgraph.strangers.ImageVariant;
import io.blockgraph.strangers.ImageVariant.Feature;
import io.blockgraph.strangers.ImageVariant.Made;
import io.blockgraph.strangers.ImageVariants;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Internal snapshots: what they keep is kept, strangers agree, and a power cut at any step leaves
/// what was before or what is afterwards.
final class Qcow2SnapshotTest {
  private static final long SEED = Seeds.first();
  private static final int SIZE = 1 << 20;

  @TempDir Path folder;

  static List<ImageVariant> variants() {
    return ImageVariants.all().stream()
        .filter(variant -> variant.clusterBytes() <= 64 << 10)
        .filter(variant -> !variant.name().matches("v3-cluster-(1|2|8|16|32)k|refcount-(4|8|32).*"))
        .toList();
  }

  static List<Qcow2CrashTest.Case> cases() {
    return Qcow2CrashTest.cases().stream()
        .filter(variant -> variant.format().refcountBits() > 1)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void keepWhatTheyHaveTakenAndQemuAgrees(ImageVariant variant) throws IOException {
    Made made = variant.createFilled(folder);
    Random random = new Random(SEED);
    try (ImageUnderTest image = ImageUnderTest.of(made, Settings.DEFAULT)) {
      if (!canTake(image)) {
        return;
      }
      boolean bitmaps = variant.features().contains(Feature.BITMAPS);
      SnapshotModel model = new SnapshotModel(image);
      for (int i = 0; i < 7; i++) {
        for (int j = 0; j < 8; j++) {
          image.step(random, 0, image.io.sizeBytes());
        }
        if (bitmaps) {
          model.take();
        } else {
          model.step(random);
        }
        model.verify("step " + i + ", seed " + SEED);
        if (i % 3 == 0) {
          image.reopen();
          model.verify("opened again, step " + i + ", seed " + SEED);
        }
      }
      image.close();
      image.save(made);
      model.verifyByQemu(made.image(), folder);
    }
  }

  /// Whether an image can have snapshots; one that cannot says why.
  private static boolean canTake(ImageUnderTest image) {
    Geometry geometry = image.image.info().header().geometry();
    boolean data = image.data != null;
    if (!data && geometry.refcountBits() > 1) {
      return true;
    }
    assertThatThrownBy(() -> image.io.change(new Take("x", SnapshotModel.NOON)))
        .hasMessageContaining(data ? "external data file" : "refcounts of one bit");
    image.verify("refused");
    return false;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void holdsAllOrNothingWhenThePowerIsCutAtAnyStep(Qcow2CrashTest.Case variant) {
    System.out.println("seed " + SEED + " for " + variant);
    Random random = new Random(SEED);
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(SIZE).with(variant.format()));
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, variant.settings())) {
      SnapshotModel model = new SnapshotModel(image);
      scribble(image, random);
      model.take("first");
      scribble(image, random);
      model.take("second");
      scribble(image, random);
    }
    for (String id : List.of("1", "2")) {
      crashIn(variant, file, random, model -> model.apply(id));
      crashIn(variant, file, random, model -> model.delete(id));
    }
    crashIn(variant, file, random, SnapshotModel::take);
  }

  private static void scribble(ImageUnderTest image, Random random) {
    for (int i = 0; i < 12; i++) {
      long at = random.nextInt(SIZE - 40_000);
      byte[] bytes = ImageUnderTest.bytes(random, 20_000);
      if (random.nextInt(3) == 0) {
        image.writeCompressed(at, ImageUnderTest.thinned(bytes));
      } else {
        image.write(at, bytes);
      }
    }
  }

  private interface Change {
    void make(SnapshotModel model);
  }

  /// Makes a change on a recording of the image and looks at all that a crash may leave.
  private static void crashIn(
      Qcow2CrashTest.Case variant, SparseDisk start, Random random, Change change) {
    SnapshotModel before = modelOf(start.copy(), variant.settings());
    SparseDisk done = start.copy();
    SnapshotModel after = modelOf(done, variant.settings());
    change.make(after);
    RecordedDisk disk = new RecordedDisk(start);
    Qcow2Image image = Qcow2Image.open(disk, null, variant.settings(), CorruptionListener.NOBODY);
    Qcow2Io io = image.bind(disk, null, null);
    record(io, before, after);
    int last = disk.count();
    int stride = Math.max(1, last / 12);
    Outcome outcome = new Outcome(before, after);
    for (int step = 0; step <= last; step += stride) {
      String what = "seed " + SEED + ", step " + step + " of " + last;
      outcome.judge(disk.prefix(step), what + ", prefix");
      outcome.judge(disk.torn(step, random), what + ", torn");
    }
    outcome.judge(disk.prefix(last), "the end");
    assertThat(outcome.old).as("some crash left the old state").isPositive();
    assertThat(outcome.turned).as("some crash left the new state").isPositive();
  }

  private static SnapshotModel modelOf(SparseDisk file, Settings settings) {
    return new SnapshotModel(new ImageUnderTest(file, null, null, settings));
  }

  /// Does on `io` what makes `after` of `before`.
  private static void record(Qcow2Io io, SnapshotModel before, SnapshotModel after) {
    List<String> gone =
        before.kept.keySet().stream().filter(id -> !after.kept.containsKey(id)).toList();
    List<String> come =
        after.kept.keySet().stream().filter(id -> !before.kept.containsKey(id)).toList();
    if (!gone.isEmpty()) {
      io.change(new Delete(gone.getFirst()));
    } else if (!come.isEmpty()) {
      io.change(new Take("s1", SnapshotModel.NOON));
    } else {
      String applied =
          after.kept.entrySet().stream()
              .filter(kept -> Arrays.equals(kept.getValue(), after.image.model))
              .findFirst()
              .orElseThrow()
              .getKey();
      io.change(new Apply(applied));
    }
  }

  /// What crashes left: the one state or the other, and nothing corrupt.
  private static final class Outcome {
    private final SnapshotModel before;
    private final SnapshotModel after;
    private int old;
    private int turned;

    Outcome(SnapshotModel before, SnapshotModel after) {
      this.before = before;
      this.after = after;
    }

    void judge(SparseDisk crashed, String what) {
      boolean dirty = Qcow2Header.read(crashed).features().dirty();
      if (!dirty) {
        CheckResult found = Qcow2Checker.check(crashed);
        assertThat(found.corruptions()).as("%s: %s", what, found.findings()).isZero();
      }
      SnapshotModel seen = modelOf(crashed, Settings.DEFAULT);
      boolean isOld = same(seen, before);
      boolean isNew = same(seen, after);
      assertThat(isOld || isNew).as(what).isTrue();
      old += isOld ? 1 : 0;
      turned += isNew ? 1 : 0;
      seen.image.write(5, new byte[70_000]);
      String taken = seen.take("again");
      seen.image.write(300_000, new byte[50_000]);
      seen.verify(what + ", written");
      seen.delete(taken);
      seen.verify(what + ", used");
      seen.image.close();
      CheckResult after = Qcow2Checker.check(crashed);
      assertThat(after.corruptions()).as("%s, used: %s", what, after.findings()).isZero();
    }

    private static boolean same(SnapshotModel one, SnapshotModel other) {
      return one.kept.keySet().equals(other.kept.keySet())
          && Arrays.equals(one.image.model, other.image.model)
          && one.kept.entrySet().stream()
              .allMatch(kept -> Arrays.equals(kept.getValue(), other.kept.get(kept.getKey())));
    }
  }

  @Test
  void leaveNoLeakBehind() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(8 << 20));
    Random random = new Random(SEED);
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      SnapshotModel model = new SnapshotModel(image);
      for (int i = 0; i < 20; i++) {
        image.write(0, ImageUnderTest.bytes(random, 8 << 20));
        String id = model.take();
        image.write(1 << 20, ImageUnderTest.bytes(random, 1 << 20));
        model.apply(id);
        model.delete(id);
        model.verify("round " + i);
      }
      assertThat(file.sizeBytes()).isLessThan(24 << 20);
    }
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
  }

  @Test
  void areListedByQemuWithNameAndDate() {
    Path path = folder.resolve("listed.qcow2");
    QemuImg.create(path, SIZE, java.util.Map.of());
    change(path, image -> new SnapshotModel(image).take("before the update"));
    var listed = QemuImg.info(path, "qcow2").path("snapshots").get(0);
    assertThat(listed.path("id").asString()).isEqualTo("1");
    assertThat(listed.path("name").asString()).isEqualTo("before the update");
    assertThat(listed.path("date-sec").asLong()).isEqualTo(1_790_000_000L);
    assertThat(listed.path("date-nsec").asLong()).isEqualTo(123_456_789L);
    assertThat(listed.path("vm-state-size").asLong()).isZero();
  }

  @Test
  void ofQemuAreAppliedAndDeletedAndOursByQemu() {
    Path path = folder.resolve("both.qcow2");
    QemuImg.create(path, SIZE, java.util.Map.of("cluster_size", "4k"));
    QemuIo.run(path, "qcow2", QemuIo.write(0x11, 0, SIZE));
    QemuImg.snapshot(path, "-c", "theirs");
    QemuIo.run(path, "qcow2", QemuIo.write(0x22, 0, SIZE / 2));
    change(path, image -> new SnapshotModel(image).take("ours"));
    QemuImg.assertClean(path);
    change(path, image -> new SnapshotModel(image).apply("1"));
    QemuImg.assertClean(path);
    QemuIo.run(path, "qcow2", QemuIo.verify(0x11, 0, SIZE));
    QemuImg.snapshot(path, "-a", "ours");
    QemuIo.run(path, "qcow2", QemuIo.verify(0x22, 0, SIZE / 2));
    change(path, image -> new SnapshotModel(image).delete("1"));
    QemuImg.assertClean(path);
    QemuImg.snapshot(path, "-d", "ours");
    QemuImg.assertClean(path);
    QemuIo.run(path, "qcow2", QemuIo.verify(0x22, 0, SIZE / 2));
    assertThat(QemuImg.info(path, "qcow2").has("snapshots")).isFalse();
  }

  private interface Use {
    void of(ImageUnderTest image);
  }

  private static void change(Path path, Use use) {
    SparseDisk file = SparseDisk.load(path);
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      use.of(image);
      image.verify("changed");
    }
    file.save(path);
  }

  @Test
  void giveTheDiskBackTheLengthItHad() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(
        file, CreateOptions.of(SIZE).with(new Format(3, 512, 16, false, false, Compression.ZLIB)));
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      SnapshotModel model = new SnapshotModel(image);
      image.write(SIZE - 700, ImageUnderTest.bytes(new Random(SEED), 700));
      String small = model.take();
      image.resize(3 * SIZE);
      image.write(2 * SIZE, new byte[] {1});
      String large = model.take();
      model.apply(small);
      model.verify("smaller");
      model.apply(large);
      model.verify("larger");
    }
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
  }

  @Test
  void keepTheOldStateWhenTheFileIsFull() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(SIZE));
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      SnapshotModel model = new SnapshotModel(image);
      image.write(0, ImageUnderTest.bytes(new Random(SEED), SIZE));
      image.io.flush();
      for (long more = 0; more < 10 << 16; more += 1 << 16) {
        file.limitTo(file.sizeBytes() + more);
        try {
          image.io.change(new Take("x" + more, SnapshotModel.NOON));
          InternalSnapshot taken = image.io.snapshots().getLast();
          model.kept.put(taken.id(), image.model.clone());
        } catch (BlockException e) {
          assertThat(e.kind()).isEqualTo(BlockException.Kind.NO_SPACE);
        }
        model.verify("with " + more + " bytes more");
      }
      file.limitTo(Long.MAX_VALUE);
    }
    assertThat(Qcow2Checker.check(file).corruptions()).isZero();
  }

  @Test
  void refuseWhatIsNotThereAndNamesThatDoNotFit() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(SIZE));
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      refuses(() -> image.io.change(new Apply("7")), "no snapshot with id '7'");
      refuses(() -> image.io.change(new Delete("7")), "no snapshot with id '7'");
      refuses(() -> image.io.snapshot("7"), "no snapshot with id '7'");
      refuses(() -> image.io.change(new Take("", SnapshotModel.NOON)), "1 to 255 bytes, not 0");
      String long256 = "é".repeat(128);
      refuses(() -> image.io.change(new Take(long256, SnapshotModel.NOON)), "not 256");
    }
  }

  private static void refuses(Runnable change, String why) {
    assertThatThrownBy(change::run)
        .isInstanceOfSatisfying(
            BlockException.class, e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.INVALID))
        .hasMessageContaining(why);
  }

  @Test
  void areRefusedToGoBackToWhileBitmapsFollowTheDisk() {
    Path path = folder.resolve("bitmaps.qcow2");
    QemuImg.create(path, SIZE, java.util.Map.of());
    QemuImg.snapshot(path, "-c", "s");
    QemuImg.bitmap(path, "b", "--add");
    SparseDisk file = SparseDisk.load(path);
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      assertThatThrownBy(() -> image.io.change(new Apply("1")))
          .hasMessageContaining("dirty bitmaps");
    }
  }

  @Test
  void areOnlyRead() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(SIZE));
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      String id = new SnapshotModel(image).take();
      assertThatThrownBy(() -> ImageUnderTest.put(image.io.snapshot(id), 0, new byte[1]))
          .hasMessageContaining("can only be read");
    }
  }
}
