package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.strangers.ImageVariant;
import io.blockgraph.strangers.ImageVariant.Feature;
import io.blockgraph.strangers.ImageVariant.Made;
import io.blockgraph.strangers.ImageVariants;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// An image that is emptied shows what is below it, is sound for strangers, gives its space back,
/// and is all there or empty when the power is cut at any step.
final class Qcow2EmptyTest {
  private static final long SEED = Seeds.first();

  @TempDir Path folder;

  static List<ImageVariant> variants() {
    return ImageVariants.all();
  }

  static List<Qcow2CrashTest.Case> cases() {
    return Qcow2CrashTest.cases();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void showsWhatIsBelowAndIsCleanForQemu(ImageVariant variant) throws IOException {
    Made made = variant.createFilled(folder);
    Random random = new Random(SEED);
    try (ImageUnderTest image = ImageUnderTest.of(made, Settings.DEFAULT)) {
      if (variant.features().contains(Feature.DATA_FILE)) {
        refusesAnExternalDataFile(image);
        return;
      }
      image.io.makeEmpty();
      image.model = below(image);
      image.verify("emptied, seed " + SEED);
      image.reopen();
      image.verify("emptied and opened again, seed " + SEED);
      for (int i = 0; i < 50; i++) {
        image.step(random, 0, image.io.sizeBytes());
      }
      image.io.makeEmpty();
      image.io.makeEmpty();
      image.model = below(image);
      image.write(700, new byte[] {1, 2, 3});
      image.verify("written again, seed " + SEED);
      image.close();
      image.save(made);
      QemuImg.assertClean(made.image());
    }
  }

  private static void refusesAnExternalDataFile(ImageUnderTest image) {
    assertThatThrownBy(image.io::makeEmpty)
        .isInstanceOfSatisfying(
            BlockException.class,
            e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.UNSUPPORTED))
        .hasMessageContaining("external data file");
    image.verify("refused");
  }

  private static byte[] below(ImageUnderTest image) {
    byte[] shown = new byte[(int) image.io.sizeBytes()];
    BlockIo backing = image.backing;
    if (backing != null) {
      int length = (int) Math.min(backing.sizeBytes(), shown.length);
      System.arraycopy(read(backing, length), 0, shown, 0, length);
    }
    return shown;
  }

  private static byte[] read(BlockIo disk, int length) {
    try (var arena = Arena.ofConfined()) {
      var into = arena.allocate(Math.max(1, length)).asSlice(0, length);
      disk.read(0, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void givesTheSpaceBack() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(8 << 20));
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      image.write(0, ImageUnderTest.bytes(new Random(SEED), 8 << 20));
      for (int i = 0; i < 20; i++) {
        image.io.makeEmpty();
        image.write(0, ImageUnderTest.bytes(new Random(SEED), 8 << 20));
      }
      assertThat(file.sizeBytes()).isLessThan(20 << 20);
    }
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void holdsAllOrNothingWhenThePowerIsCutAtAnyStep(Qcow2CrashTest.Case variant) {
    System.out.println("seed " + SEED + " for " + variant);
    Random random = new Random(SEED);
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(1 << 20).with(variant.format()));
    RecordedDisk disk = new RecordedDisk(file);
    Qcow2Image image = Qcow2Image.open(disk, null, variant.settings(), CorruptionListener.NOBODY);
    Qcow2Io io = image.bind(disk, null, null);
    byte[] full = new byte[1 << 20];
    for (int i = 0; i < 30; i++) {
      byte[] bytes = ImageUnderTest.bytes(random, 1 + random.nextInt(40_000));
      int offset = random.nextInt(full.length - bytes.length);
      ImageUnderTest.put(io, offset, bytes);
      System.arraycopy(bytes, 0, full, offset, bytes.length);
    }
    io.flush();
    int first = disk.count();
    io.makeEmpty();
    int last = disk.count();
    Crash crash = new Crash(disk, full, "seed " + SEED);
    for (int step = first; step <= last; step++) {
      crash.judge(step, disk.prefix(step));
      for (int i = 0; i < 3; i++) {
        crash.judge(step, disk.torn(step, random));
      }
    }
    assertThat(crash.isEmpty(disk.torn(last, random), "the end")).isTrue();
    assertThat(crash.wasFull).as("some crash left the old content").isTrue();
  }

  /// What a power cut may leave: the old content or nothing, and nothing corrupt.
  private static final class Crash {
    private final RecordedDisk disk;
    private final byte[] full;
    private final String what;
    private boolean wasFull;

    Crash(RecordedDisk disk, byte[] full, String what) {
      this.disk = disk;
      this.full = full;
      this.what = what;
    }

    void judge(int step, SparseDisk crashed) {
      String moment = what + ", step " + step + " of " + disk.count();
      boolean dirty = Qcow2Header.read(crashed).features().dirty();
      if (!dirty) {
        CheckResult found = Qcow2Checker.check(crashed);
        assertThat(found.corruptions()).as("%s: %s", moment, found.findings()).isZero();
      }
      boolean empty = isEmpty(crashed, moment);
      wasFull |= !empty;
      try (ImageUnderTest again = new ImageUnderTest(crashed, null, null, Settings.DEFAULT)) {
        again.write(5, new byte[70_000]);
        again.io.makeEmpty();
      }
      CheckResult after = Qcow2Checker.check(crashed);
      assertThat(after.corruptions()).as("%s, used: %s", moment, after.findings()).isZero();
    }

    private boolean isEmpty(SparseDisk crashed, String moment) {
      byte[] seen = new ImageUnderTest(crashed.copy(), null, null, Settings.DEFAULT).model;
      boolean empty = Arrays.equals(seen, new byte[seen.length]);
      assertThat(empty || Arrays.equals(seen, full)).as(moment).isTrue();
      return empty;
    }
  }

  @Test
  void waitsForRequestsThatAreUnderWayAndForNoLaterOnes() throws Exception {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(1 << 20));
    SlowDisk backing = new SlowDisk(1 << 20);
    try (ImageUnderTest image = new ImageUnderTest(file, null, backing, Settings.DEFAULT)) {
      backing.hold();
      Thread reader = Thread.ofPlatform().start(() -> image.read(0, 512));
      backing.awaitRequest();
      AtomicBoolean over = new AtomicBoolean();
      Thread waiter =
          Thread.ofPlatform()
              .start(
                  () -> {
                    image.io.awaitRequests(20_000);
                    over.set(true);
                  });
      waiter.join(100);
      assertThat(over).isFalse();
      assertThatThrownBy(() -> image.io.awaitRequests(10)).hasMessageContaining("10 ms");
      backing.letGo();
      waiter.join(10_000);
      reader.join(10_000);
      assertThat(over).isTrue();
    }
  }

  /// A disk whose requests can be held up.
  private static final class SlowDisk implements BlockIo {
    private final BlockIo disk;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private volatile CountDownLatch held = new CountDownLatch(0);

    SlowDisk(long size) {
      this.disk = new SparseDisk(size);
    }

    void hold() {
      held = new CountDownLatch(1);
    }

    void letGo() {
      held.countDown();
    }

    void awaitRequest() throws InterruptedException {
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void read(long offset, MemorySegment into) {
      if (held.getCount() > 0) {
        arrived.countDown();
        try {
          assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      disk.write(offset, from);
    }

    @Override
    public void flush() {
      disk.flush();
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }
  }
}
