package io.blockgraph.driver.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.Node;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What every imported format keeps: it shows exactly what qemu-img converted into it, tells where
/// there is nothing, is never written, and no damage to an image does more than to be refused.
abstract class ImportContract extends DriverContract {
  static final long SEED = Seeds.first();
  private static final int MUTANTS = Integer.getInteger("mutants", 150);
  private static final int DISK_BYTES = 5 << 20;

  /// An image of a kind.
  ///
  /// @param options as `qemu-img convert -o` takes them
  /// @param files the endings of its files, the image itself first
  record Variant(String name, String options, List<String> files) {
    Variant(String name, String options) {
      this(name, options, List.of(""));
    }
  }

  /// Part of an image file that mutants are changed in.
  record Area(int offset, int length) {}

  abstract List<Variant> variants();

  /// Where an image of a variant has what is worth to be damaged.
  abstract List<Area> areas(byte[] image);

  /// Mends checksums over what was damaged, so that the damage is looked at.
  void seal(byte[] image) {}

  @Override
  protected ImportDriver driver() {
    return importDriver();
  }

  abstract ImportDriver importDriver();

  private String format() {
    return driver().name().value();
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.EXTENTS);
  }

  @Override
  protected boolean takesWrites() {
    return false;
  }

  @Override
  protected long length() {
    return 1200 * 512;
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("file", "f");
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    Path raw = on.directory().resolve("empty.raw");
    QemuImg.createRaw(raw, length());
    return open(on, converted(raw, variants().getFirst()));
  }

  static Map<String, Object> readOnly(Map<String, Object> given) {
    Map<String, Object> all = new HashMap<>(given);
    all.put("readOnly", true);
    return all;
  }

  private Bench.Opened open(Bench on, List<? extends BlockIo> files) {
    Map<String, Object> given = readOnly(goodRequest());
    Map<String, BlockIo> disks = new HashMap<>(Map.of("f", files.getFirst()));
    if (files.size() > 1) {
      given.put("extents", List.of("e"));
      disks.put("e", files.get(1));
    }
    return on.open(driver(), given, disks);
  }

  /// The files of an image with the content of `raw`.
  List<BytesDisk> converted(Path raw, Variant variant) {
    Path image = raw.resolveSibling("image");
    QemuImg.convert(raw, "raw", image, format(), "-o", variant.options());
    return variant.files().stream()
        .map(ending -> new BytesDisk(bytes(raw.resolveSibling("image" + ending))))
        .toList();
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// A disk with some data, some of it repeated, and much of nothing.
  private Path content(Random random) {
    Path raw = bench().directory().resolve("content.raw");
    try (RandomAccessFile file = new RandomAccessFile(raw.toFile(), "rw")) {
      file.setLength(DISK_BYTES);
      for (int i = 0; i < 4; i++) {
        byte[] bytes = new byte[1 + random.nextInt(150_000)];
        random.nextBytes(bytes);
        Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) (i + 1));
        file.seek(random.nextInt(DISK_BYTES / 2 - bytes.length) + (i == 3 ? DISK_BYTES / 2 : 0));
        file.write(bytes);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return raw;
  }

  @Test
  void showsWhatQemuImgPutIntoTheImage() throws Exception {
    System.out.println(getClass().getSimpleName() + ": -Dseed=" + SEED);
    Path raw = content(new Random(SEED));
    byte[] wanted = bytes(raw);
    for (Variant variant : variants()) {
      BlockIo disk = open(bench(), converted(raw, variant)).disk();
      String story = variant.name() + ", -Dseed=" + SEED;
      assertThat(disk.sizeBytes()).as(story).isGreaterThanOrEqualTo(wanted.length);
      assertThat(Content.read(disk, 0, wanted.length)).as(story).isEqualTo(wanted);
      try (var threads = Executors.newFixedThreadPool(4)) {
        Callable<Void> reader = () -> readAround(disk, wanted, story);
        for (var part : threads.invokeAll(List.of(reader, reader, reader), 60, TimeUnit.SECONDS)) {
          part.get();
        }
      }
    }
  }

  private static Void readAround(BlockIo disk, byte[] wanted, String story) {
    Random random = new Random(SEED + Thread.currentThread().threadId());
    for (int i = 0; i < 50; i++) {
      int offset = random.nextInt(wanted.length);
      int length = random.nextInt(Math.min(300_000, wanted.length - offset));
      assertThat(Content.read(disk, offset, length))
          .as(story + ", offset " + offset)
          .isEqualTo(Arrays.copyOfRange(wanted, offset, offset + length));
    }
    return null;
  }

  @Test
  void tellsWhereThereIsNothingAndWhereDataLies() {
    Path raw = content(new Random(SEED));
    byte[] wanted = bytes(raw);
    for (Variant variant : variants()) {
      List<BytesDisk> files = converted(raw, variant);
      BlockIo disk = open(bench(), files).disk();
      long holes = 0;
      for (Extent extent : Extents.of(disk, new ByteRange(0, wanted.length))) {
        int at = (int) extent.range().offset();
        byte[] here = Arrays.copyOfRange(wanted, at, (int) extent.range().end());
        if (extent.kind().readsAsZero()) {
          holes += here.length;
          assertThat(here).as(variant.name()).containsOnly(0);
        } else if (extent.hostOffset().isPresent()) {
          int host = (int) extent.hostOffset().getAsLong();
          int stored = Math.min(here.length, files.getFirst().length() - host);
          assertThat(Arrays.copyOfRange(files.getFirst().bytes(), host, host + stored))
              .isEqualTo(Arrays.copyOf(here, stored));
        }
      }
      // What qemu-img leaves out depends on what the file system tells it of holes.
      boolean shorter = files.getFirst().length() < wanted.length;
      if (shorter && !variant.name().matches("fixed|.*Flat|.*one block")) {
        assertThat(holes).as(variant.name()).isPositive();
      }
    }
  }

  @Test
  void isNeverWritten() {
    BlockIo disk = openEmpty(bench()).disk();
    refused(Kind.READ_ONLY, () -> Content.write(disk, 0, new byte[1]));
    List<BytesDisk> files =
        converted(bench().directory().resolve("empty.raw"), variants().getFirst());
    Map<String, BytesDisk> byName = Map.of("f", files.getFirst());
    refused(Kind.READ_ONLY, () -> bench().open(driver(), goodRequest(), byName));
  }

  @Test
  void doesNotBecomeWritable() {
    Bench.Opened opened = openEmpty(bench());
    NodeSpec writable = Bench.spec(driver(), goodRequest());
    var change =
        new Node.NodeChange(opened.spec(), writable, Bench.WRITER, Bench.WRITER, opened.children());
    refused(Kind.READ_ONLY, () -> opened.node().prepare(change));
  }

  @Test
  void saysOfAnImageWhatQemuImgSays() {
    Path raw = content(new Random(SEED));
    for (Variant variant : variants()) {
      List<BytesDisk> files = converted(raw, variant);
      Map<String, Object> facts = driver().describe(files.getFirst());
      assertThat(facts).containsEntry("format", format());
      assertThat(facts.get("virtualSize"))
          .as(variant.name())
          .isEqualTo(
              QemuImg.info(raw.resolveSibling("image"), format()).path("virtual-size").asLong());
      if (files.size() == 1) {
        assertThat(driver().check(files.getFirst()).isClean()).as(variant.name()).isTrue();
      }
    }
  }

  @Test
  void noDamageDoesMoreThanToBeRefused() {
    System.out.println(getClass().getSimpleName() + ": -Dseed=" + SEED);
    Path raw = content(new Random(1));
    int refusals = 0;
    for (Variant variant : variants()) {
      List<BytesDisk> files = converted(raw, variant);
      Random random = new Random(SEED);
      for (int i = 0; i < MUTANTS; i++) {
        String story = variant.name() + ", mutant " + i + ", -Dseed=" + SEED;
        refusals += mutant(files, random, story);
      }
    }
    assertThat(refusals).isPositive();
  }

  /// Damages the image in a few places, uses it, and mends it again; 1 when it was refused.
  private int mutant(List<BytesDisk> files, Random random, String story) {
    byte[] image = files.getFirst().bytes();
    byte[] sound = image.clone();
    List<Area> areas = areas(image);
    for (int n = 0; n < 1 + random.nextInt(3); n++) {
      Area area = areas.get(random.nextInt(areas.size()));
      damage(image, area.offset() + random.nextInt(area.length()), random);
    }
    if (random.nextInt(4) > 0) {
      seal(image);
    }
    int length = random.nextInt(8) > 0 ? image.length : random.nextInt(image.length + 1);
    List<BlockIo> damaged = new java.util.ArrayList<>(files);
    damaged.set(0, new BytesDisk(image, length));
    long before = processorMs();
    int refused = use(damaged, story);
    assertThat(processorMs() - before).as(story).isLessThan(3000);
    System.arraycopy(sound, 0, image, 0, image.length);
    return refused;
  }

  private static void damage(byte[] image, int at, Random random) {
    long[] values = {0, 1, -1, 0x7fff_ffff, 0x8000_0000L, Long.MAX_VALUE, random.nextLong()};
    long value = values[random.nextInt(values.length)];
    int bytes = 1 << random.nextInt(4);
    int start = random.nextBoolean() ? at & -bytes : at;
    for (int i = 0; i < bytes && start + i < image.length; i++) {
      image[start + i] = (byte) (value >>> (8 * (random.nextBoolean() ? i : bytes - 1 - i)));
    }
  }

  private int use(List<BlockIo> files, String story) {
    int refused = 0;
    try {
      driver().describe(files.getFirst());
      BlockIo disk = open(bench(), files).disk();
      Extents.of(disk, new ByteRange(0, disk.sizeBytes()));
      driver().check(files.getFirst());
      for (long at = 0; at < Math.min(disk.sizeBytes(), DISK_BYTES); at += 300_000) {
        refused |= read(disk, at);
      }
      refused |= read(disk, Math.max(0, disk.sizeBytes() - 1000));
    } catch (BlockException e) {
      refused = 1;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(story, e);
    } finally {
      bench().closeNodes();
    }
    return refused;
  }

  private static int read(BlockIo disk, long at) {
    try {
      Content.read(disk, at, (int) Math.min(1000, disk.sizeBytes() - at));
      return 0;
    } catch (BlockException e) {
      return 1;
    }
  }

  private static long processorMs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
  }

  /// Asserts that an image is refused with a sentence that has these words.
  void refusedImage(byte[] image, String... words) {
    assertThatThrownBy(() -> driver().image(List.of(new BytesDisk(image)), NO_OPTIONS))
        .isInstanceOfSatisfying(
            BlockException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(Kind.BAD_IMAGE);
              assertThat(e.getMessage()).contains(words);
            });
  }

  static final io.blockgraph.graph.Options NO_OPTIONS = new io.blockgraph.graph.Options(Map.of());

  /// An image without content.
  byte[] emptyImage() {
    Path raw = bench().directory().resolve("empty.raw");
    QemuImg.createRaw(raw, length());
    return converted(raw, variants().getFirst()).getFirst().bytes();
  }
}
