package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Amendable.Amendment;
import io.blockgraph.driver.Content;
import io.blockgraph.graph.Options;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Version and flags of an image in use: changed as a whole or not at all, and what qemu-img reads
/// afterwards.
class AmendTest {
  private static final int SIZE = 4 << 20;
  private static final Map<String, Object> OLDER = Map.of("version", 2L);
  private static final Map<String, Object> NEWER = Map.of("version", 3L);

  @TempDir private static Path folder;

  private final byte[] model = new byte[SIZE];
  private final Random random = new Random(7);

  private static RecordedDisk made(Map<String, String> options) throws Exception {
    Path image = Files.createTempFile(folder, "made", ".qcow2");
    QemuImg.create(image, SIZE, options);
    return recorded(image);
  }

  private static RecordedDisk recorded(Path image) throws Exception {
    byte[] bytes = Files.readAllBytes(image);
    SparseDisk disk = new SparseDisk(bytes.length);
    ImageUnderTest.put(disk, 0, bytes);
    return new RecordedDisk(disk);
  }

  private static Path saved(BlockIo disk) throws Exception {
    Path path = Files.createTempFile(folder, "saved", ".qcow2");
    Files.write(path, Content.read(disk, 0, (int) disk.sizeBytes()));
    return path;
  }

  private static Qcow2Image open(BlockIo disk) {
    return Qcow2Image.open(disk, null, Settings.DEFAULT, CorruptionListener.NOBODY);
  }

  private static void amend(Qcow2Io io, Map<String, Object> options) {
    Amendment amendment = io.amendment(new Options(options));
    while (amendment.advance(io)) {
      // It goes on piece by piece.
    }
    amendment.compute();
    amendment.write(io);
  }

  /// Opens an image for one amendment.
  private static void amend(RecordedDisk disk, Map<String, Object> options) {
    Qcow2Image image = open(disk);
    try {
      amend(image.bind(disk, null, null), options);
    } finally {
      image.close(disk, null);
    }
  }

  private void write(Qcow2Io io, int offset, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    System.arraycopy(bytes, 0, model, offset, length);
    ImageUnderTest.put(io, offset, bytes);
  }

  private static JsonNode info(BlockIo disk) throws Exception {
    return QemuImg.info(saved(disk), "qcow2").path("format-specific").path("data");
  }

  static Stream<Arguments> images() {
    return Stream.of(
        Arguments.argumentSet("version 3", Map.of("compat", "1.1"), OLDER, "0.10"),
        Arguments.argumentSet("small clusters", Map.of("cluster_size", "512"), OLDER, "0.10"),
        Arguments.argumentSet("version 2", Map.of("compat", "0.10"), NEWER, "1.1"),
        Arguments.argumentSet("lazy refcounts", Map.of("lazy_refcounts", "on"), OLDER, "0.10"));
  }

  @ParameterizedTest
  @MethodSource("images")
  void theVersionChangesWhileTheDiskIsUsed(
      Map<String, String> made, Map<String, Object> options, String compat) throws Exception {
    RecordedDisk disk = made(made);
    Qcow2Image image = open(disk);
    Qcow2Io io = image.bind(disk, null, null);
    write(io, 1000, 300_000);
    amend(io, options);
    assertThat(info(disk).path("compat").asString()).isEqualTo(compat);
    write(io, 900_000, 100_000);
    io.zero(new ByteRange(0, 65536), Zeroable.Mode.OPAQUE);
    Arrays.fill(model, 0, 65536, (byte) 0);
    image.close(disk, null);
    Path raw = Files.write(folder.resolve("model.raw"), model);
    Path after = saved(disk);
    QemuImg.assertClean(after);
    assertThat(QemuImg.compare(after, "qcow2", raw, "raw").exitCode()).isZero();
    assertThat(info(disk).path("compat").asString()).isEqualTo(compat);
  }

  @Test
  void thereAndBackTheHeaderNamesTheSameBackingFile() throws Exception {
    Path image = folder.resolve("named.qcow2");
    QemuImg.create(image, SIZE, Map.of());
    QemuImg.rebaseUnsafe(image, "base-" + "x".repeat(100), "raw");
    RecordedDisk disk = recorded(image);
    for (Map<String, Object> version : List.of(OLDER, NEWER)) {
      amend(disk, version);
      JsonNode told = QemuImg.run("info", "-U", "--output=json", saved(disk).toString()).json();
      assertThat(told.path("backing-filename").asString()).isEqualTo("base-" + "x".repeat(100));
      assertThat(told.path("backing-filename-format").asString()).isEqualTo("raw");
    }
  }

  @Test
  void lazyRefcountsAreSwitchedOnAndOff() throws Exception {
    RecordedDisk disk = made(Map.of());
    Qcow2Image image = open(disk);
    Qcow2Io io = image.bind(disk, null, null);
    amend(io, Map.of("lazyRefcounts", true));
    assertThat(info(disk).path("lazy-refcounts").asBoolean()).isTrue();
    write(io, 0, 100_000);
    io.flush();
    assertThat(image.info().asMap()).containsEntry("dirty", true);
    amend(io, Map.of("lazyRefcounts", false));
    assertThat(image.info().asMap()).containsEntry("dirty", false);
    assertThat(info(disk).path("lazy-refcounts").asBoolean()).isFalse();
    QemuImg.assertClean(saved(disk));
    write(io, 200_000, 100_000);
    io.flush();
    assertThat(image.info().asMap()).containsEntry("dirty", false);
    image.close(disk, null);
  }

  @Test
  void anImageThatWasNotClosedIsPutInOrderFirst() throws Exception {
    RecordedDisk disk = made(Map.of("lazy_refcounts", "on"));
    Qcow2Io io = open(disk).bind(disk, null, null);
    write(io, 0, 100_000);
    io.flush();
    assertThat(Qcow2Header.read(disk).features().dirty()).isTrue();
    amend(disk, OLDER);
    Path after = saved(disk);
    QemuImg.assertClean(after);
    Path raw = Files.write(folder.resolve("model.raw"), model);
    assertThat(QemuImg.compare(after, "qcow2", raw, "raw").exitCode()).isZero();
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        Arguments.of(Map.of("extended_l2", "on"), OLDER, "subclusters"),
        Arguments.of(Map.of("refcount_bits", "32"), OLDER, "32 bits"),
        Arguments.of(Map.of("compression_type", "zstd"), OLDER, "compression type"),
        Arguments.of(
            Map.of("compat", "0.10"), Map.of("lazyRefcounts", true), "needs an image of version 3"),
        Arguments.of(
            Map.of(), Map.of("version", 2L, "lazyRefcounts", true), "needs an image of version 3"),
        Arguments.of(Map.of(), Map.of(), "must say what"));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void whatVersion2CannotHaveIsRefused(
      Map<String, String> made, Map<String, Object> options, String reason) throws Exception {
    requireRefused(made(made), options, reason);
  }

  private static void requireRefused(
      RecordedDisk disk, Map<String, Object> options, String reason) {
    byte[] before = Content.read(disk, 0, (int) disk.sizeBytes());
    assertThatThrownBy(() -> amend(disk, options))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining(reason);
    assertThat(Content.read(disk, 0, (int) disk.sizeBytes())).isEqualTo(before);
  }

  @Test
  void aClusterOfZeroesIsRefused() throws Exception {
    RecordedDisk disk = made(Map.of());
    Qcow2Image image = open(disk);
    image.bind(disk, null, null).zero(new ByteRange(65536, 65536), Zeroable.Mode.OPAQUE);
    image.close(disk, null);
    requireRefused(disk, OLDER, "offset 65536");
  }

  @Test
  void snapshotsAndBitmapsAreRefused() throws Exception {
    Path kept = folder.resolve("kept.qcow2");
    QemuImg.create(kept, SIZE, Map.of());
    QemuImg.snapshot(kept, "-c", "monday");
    requireRefused(recorded(kept), OLDER, "snapshots");
    Path marked = folder.resolve("marked.qcow2");
    QemuImg.create(marked, SIZE, Map.of());
    QemuImg.bitmap(marked, "since-monday", "--add");
    requireRefused(recorded(marked), OLDER, "bitmaps");
  }

  @Test
  void aHeaderThatCannotBeWrittenAtOnceIsRefused() throws Exception {
    Path image = folder.resolve("long.qcow2");
    QemuImg.create(image, SIZE, Map.of());
    QemuImg.rebaseUnsafe(image, "b".repeat(500), "qcow2");
    requireRefused(recorded(image), OLDER, "too long");
  }

  @Test
  void aSnapshotOfVersion2IsThereInVersion3() throws Exception {
    Path kept = folder.resolve("older.qcow2");
    QemuImg.create(kept, SIZE, new HashMap<>(Map.of("compat", "0.10")));
    QemuImg.snapshot(kept, "-c", "monday");
    RecordedDisk disk = recorded(kept);
    amend(disk, NEWER);
    Path after = saved(disk);
    QemuImg.assertClean(after);
    assertThat(QemuImg.info(after, "qcow2").path("snapshots").path(0).path("name").asString())
        .isEqualTo("monday");
  }

  @ParameterizedTest
  @MethodSource("images")
  void aPowerCutLeavesItAsItWasOrAsItShallBe(
      Map<String, String> made, Map<String, Object> options, String compat) throws Exception {
    RecordedDisk disk = made(made);
    Qcow2Image image = open(disk);
    Qcow2Io io = image.bind(disk, null, null);
    write(io, 1000, 300_000);
    io.flush();
    int flushed = disk.count();
    amend(io, options);
    image.close(disk, null);
    assertThat(disk.count()).isGreaterThan(flushed);
    for (int count = flushed; count <= disk.count(); count++) {
      for (int i = 0; i < 10; i++) {
        requireSound(disk.torn(count, random));
      }
    }
  }

  /// With the first write a dirty image is put in order.
  private void requireSound(SparseDisk crashed) {
    if (!Qcow2Header.read(crashed).features().dirty()) {
      assertThat(Qcow2Checker.check(crashed).report().corruptions()).isZero();
    }
    Qcow2Image image = open(crashed);
    Qcow2Io io = image.bind(crashed, null, null);
    assertThat(Content.read(io, 0, SIZE)).isEqualTo(model);
    ImageUnderTest.put(io, 1000, Arrays.copyOfRange(model, 1000, 1001));
    image.close(crashed, null);
    assertThat(Qcow2Checker.check(crashed).report().corruptions()).isZero();
  }
}
