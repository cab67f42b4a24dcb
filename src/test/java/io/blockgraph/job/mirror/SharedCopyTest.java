package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.job.JobStatus;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.files.OsHostFiles;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.SharingFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Copies between plain files of a file system that can share their storage.
@Timeout(120)
class SharedCopyTest {
  private static final int SIZE = 64 << 20;
  private static final long LITTLE = 8 << 20;

  @TempDir Path directory;
  private final Driver file = new FileDriver();
  private final Driver raw = new RawDriver();
  private SharingFileSystem storage;
  private ImageRoots roots;
  private MirrorWorld world;

  @BeforeEach
  void open() {
    storage = SharingFileSystem.mountedIn(directory);
    roots = ImageRoots.open(List.of(storage.directory()), ImageRoots.Devices.REFUSED);
    world = new MirrorWorld(new OsHostFiles(roots), List.of(file, raw));
  }

  @AfterEach
  void close() {
    if (storage != null) {
      world.close();
      roots.close();
      storage.close();
    }
  }

  private Path image(String name) {
    return storage.directory().resolve(name + ".raw");
  }

  /// A target that takes no storage yet.
  private void empty(String name, long size) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(image(name).toFile(), "rw")) {
      made.setLength(size);
    }
    add(name, Map.of());
  }

  private void node(String name, byte[] content, Map<String, Object> options) throws IOException {
    Files.write(image(name), content);
    add(name, options);
  }

  private void add(String name, Map<String, Object> options) {
    String below = name + "-file";
    world.add(Bench.spec(file, Map.of("nodeName", below, "filename", image(name).toString())));
    Map<String, Object> node = new HashMap<>(options);
    node.putAll(Map.of("nodeName", name, "file", below));
    world.add(Bench.spec(raw, node));
  }

  private static byte[] random(long seed) {
    byte[] bytes = new byte[SIZE];
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    random.nextBytes(bytes);
    return bytes;
  }

  private void copy() {
    world.start(MirrorWorld.request("s", "t"));
    world.await(JobStatus.READY);
    assertThat(world.complete().error()).isEmpty();
  }

  @Test
  void aCopyTakesNoStorageOfItsOwn() throws IOException {
    node("s", random(1), Map.of());
    empty("t", SIZE);
    world.reader("r", "s");
    long before = storage.usedBytes();
    copy();
    assertThat(storage.usedBytes() - before).isLessThan(LITTLE);
    QemuImg.assertSameContent(image("s"), "raw", image("t"), "raw");
  }

  @Test
  void aWindowIsSharedFromWhereItBegins() throws IOException {
    node("s", random(2), Map.of("offset", 1 << 20, "size", SIZE - (1 << 20)));
    empty("t", SIZE - (1 << 20));
    world.reader("r", "s");
    long before = storage.usedBytes();
    copy();
    assertThat(storage.usedBytes() - before).isLessThan(LITTLE);
    byte[] source = Files.readAllBytes(image("s"));
    assertThat(Files.mismatch(tail(source), image("t"))).isEqualTo(-1);
  }

  private Path tail(byte[] source) throws IOException {
    byte[] window = Arrays.copyOfRange(source, 1 << 20, SIZE);
    return Files.write(directory.resolve("window.raw"), window);
  }

  @Test
  void whatClientsWriteMeanwhileIsInTheCopyAndOnlyThere() throws IOException {
    byte[] content = random(3);
    node("s", content, Map.of());
    empty("t", SIZE);
    GatedDisk disk = world.writer("w", "s");
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
    world.start(MirrorWorld.request("s", "t"));
    for (int i = 0; i < 2_000; i++) {
      int at = random.nextInt(SIZE / 512) * 512;
      MirrorWorld.fill(disk, at, 512, i % 251 + 1);
      Arrays.fill(content, at, at + 512, (byte) (i % 251 + 1));
    }
    world.await(JobStatus.READY);
    assertThat(world.complete().error()).isEmpty();
    QemuImg.assertSameContent(image("s"), "raw", image("t"), "raw");
    // From here on writes go to the target, whose storage is the source's as well.
    MirrorWorld.fill(disk, 0, SIZE / 2, 0x7e);
    world.close();
    assertThat(Files.mismatch(Files.write(directory.resolve("model.raw"), content), image("s")))
        .isEqualTo(-1);
  }
}
