package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import io.blockgraph.driver.qcow2.CreateOptions.Links;
import io.blockgraph.driver.qcow2.CreateOptions.Preallocation;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

final class Qcow2CreatorTest {
  private static final long SIZE = (5 << 20) + 1536;

  @TempDir Path folder;

  static Stream<CreateOptions> matrix() {
    List<CreateOptions> matrix = new ArrayList<>();
    for (Format format : formats()) {
      matrix.add(CreateOptions.of(SIZE).with(format));
      matrix.add(CreateOptions.of(SIZE).with(format).with(Preallocation.METADATA));
    }
    matrix.add(CreateOptions.of(SIZE).with(Preallocation.FALLOC));
    matrix.add(CreateOptions.of(SIZE).with(Preallocation.FULL));
    return matrix.stream();
  }

  private static List<Format> formats() {
    List<Format> formats = new ArrayList<>();
    for (long cluster : new long[] {512, 4096, 65536, 2 << 20}) {
      formats.add(new Format(2, cluster, 16, false, false, Compression.ZLIB));
    }
    for (int bits = 1; bits <= 64; bits *= 2) {
      formats.add(new Format(3, 512, bits, false, false, Compression.ZLIB));
      formats.add(new Format(3, 65536, bits, false, true, Compression.ZSTD));
    }
    formats.add(new Format(3, 16384, 16, true, false, Compression.ZLIB));
    formats.add(new Format(3, 2 << 20, 8, true, true, Compression.ZSTD));
    return formats;
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void makesWhatQemuImgFindsCleanAndAsAsked(CreateOptions options) {
    Path image = folder.resolve("made.qcow2");
    create(image, options);

    QemuImg.assertClean(image);
    JsonNode data = QemuImg.info(image, "qcow2").at("/format-specific/data");
    Format format = options.format();
    assertThat(QemuImg.info(image, "qcow2").get("virtual-size").asLong()).isEqualTo(SIZE);
    assertThat(QemuImg.info(image, "qcow2").get("cluster-size").asLong())
        .isEqualTo(format.clusterSize());
    assertThat(data.get("compat").asString()).isEqualTo(format.version() == 2 ? "0.10" : "1.1");
    assertThat(data.get("refcount-bits").asInt()).isEqualTo(format.refcountBits());
    assertThat(data.path("extended-l2").asBoolean(false)).isEqualTo(format.extendedL2());
    assertThat(data.path("lazy-refcounts").asBoolean(false)).isEqualTo(format.lazyRefcounts());
    assertThat(data.get("compression-type").asString().toUpperCase(Locale.ROOT))
        .isEqualTo(format.compression().name());
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void makesEmptyDisksThatQemuIoWritesTo(CreateOptions options) {
    Path image = folder.resolve("made.qcow2");
    create(image, options);

    QemuIo.run(image, "qcow2", QemuIo.verify(0, 0, SIZE), QemuIo.write(7, 70_000, 100_000));
    QemuIo.run(image, "qcow2", QemuIo.verify(7, 70_000, 100_000));
    QemuImg.assertClean(image);
    try (ChannelDisk file = ChannelDisk.readOnly(image)) {
      assertThat(Qcow2Checker.check(file).findings()).isEmpty();
    }
  }

  @Test
  void allocatesAllClustersWhenAskedTo() {
    for (Preallocation mode : List.of(Preallocation.METADATA, Preallocation.FULL)) {
      Path image = folder.resolve(mode + ".qcow2");
      create(image, CreateOptions.of(1 << 20).with(mode));

      assertThat(QemuImg.check(image).count("allocated-clusters")).isEqualTo(16);
      assertThat(QemuImg.check(image).count("fragmented-clusters")).isZero();
    }
  }

  @Test
  void recordsNamesAndFollowsNone() {
    Path image = folder.resolve("linked.qcow2");
    Links links = new Links(Optional.of("base.raw"), Optional.of("raw"), Optional.empty(), false);
    create(image, CreateOptions.of(1 << 20).with(links));

    JsonNode info = QemuImg.info(image, "qcow2");
    assertThat(info.get("backing-filename").asString()).isEqualTo("base.raw");
    assertThat(info.get("backing-filename-format").asString()).isEqualTo("raw");
    assertThat(folder.resolve("base.raw")).doesNotExist();
  }

  @Test
  void mapsARawDataFileOneToOne() {
    Path image = folder.resolve("with-data.qcow2");
    Path data = folder.resolve("data.raw");
    QemuImg.createRaw(data, 1 << 20);
    QemuIo.run(data, "raw", QemuIo.write(9, 300_000, 512));
    Links links = new Links(Optional.empty(), Optional.empty(), Optional.of(data.toString()), true);
    create(image, CreateOptions.of(1 << 20).with(links));

    QemuImg.assertClean(image);
    QemuImg.assertSameContent(image, "qcow2", data, "raw");
  }

  @Test
  void makesTheLargestDiskAndNoLarger() {
    Format smallest = new Format(3, 512, 16, false, false, Compression.ZLIB);
    long most = (32L << 20) / 8 * 64 * 512;
    Path image = folder.resolve("largest.qcow2");
    create(image, CreateOptions.of(most).with(smallest));

    QemuImg.assertClean(image);
    assertThatThrownBy(() -> create(image, CreateOptions.of(most + 1).with(smallest)))
        .hasMessageContaining("option 'size' is " + (most + 1));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void refusesTheImpossibleByTheNameOfTheOptionAndWritesNothing(
      String option, CreateOptions options) {
    MemoryDisk disk = new MemoryDisk(new byte[] {1, 2, 3});

    assertThatThrownBy(() -> Qcow2Creator.create(disk, options))
        .isInstanceOfSatisfying(
            BlockException.class, e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.INVALID))
        .hasMessageStartingWith("option '" + option + "'");
    assertThat(disk.content()).containsExactly(1, 2, 3);
  }

  static Stream<Arguments> impossible() {
    CreateOptions plain = CreateOptions.of(1 << 20);
    Links backed = new Links(Optional.of("b"), Optional.of("raw"), Optional.empty(), false);
    Links data = new Links(Optional.empty(), Optional.empty(), Optional.of("d"), false);
    Links rawBacked = new Links(Optional.of("b"), Optional.empty(), Optional.of("d"), true);
    Links onlyFormat = new Links(Optional.empty(), Optional.of("raw"), Optional.empty(), false);
    Links onlyRaw = new Links(Optional.empty(), Optional.empty(), Optional.empty(), true);
    Links longName =
        new Links(Optional.of("x".repeat(1024)), Optional.empty(), Optional.empty(), false);
    Links noRoom =
        new Links(Optional.of("x".repeat(500)), Optional.empty(), Optional.empty(), false);
    Format v2 = new Format(2, 65536, 16, false, false, Compression.ZLIB);
    return Stream.of(
        row("size", CreateOptions.of(-1)),
        row("size", CreateOptions.of(Long.MAX_VALUE)),
        row("version", plain.with(new Format(4, 65536, 16, false, false, Compression.ZLIB))),
        row("clusterSize", plain.with(new Format(3, 256, 16, false, false, Compression.ZLIB))),
        row("clusterSize", plain.with(new Format(3, 3000, 16, false, false, Compression.ZLIB))),
        row("clusterSize", plain.with(new Format(3, 4 << 20, 16, false, false, Compression.ZLIB))),
        row("refcountBits", plain.with(new Format(3, 65536, 12, false, false, Compression.ZLIB))),
        row("refcountBits", plain.with(new Format(3, 65536, 128, false, false, Compression.ZLIB))),
        row("refcountBits", plain.with(new Format(2, 65536, 8, false, false, Compression.ZLIB))),
        row("lazyRefcounts", plain.with(new Format(2, 65536, 16, false, true, Compression.ZLIB))),
        row("extendedL2", plain.with(new Format(2, 65536, 16, true, false, Compression.ZLIB))),
        row("extendedL2", plain.with(new Format(3, 8192, 16, true, false, Compression.ZLIB))),
        row(
            "compressionType",
            plain.with(new Format(2, 65536, 16, false, false, Compression.ZSTD))),
        row("dataFile", plain.with(v2).with(data)),
        row("backingFormat", plain.with(onlyFormat)),
        row("dataFileRaw", plain.with(onlyRaw)),
        row("dataFileRaw", plain.with(rawBacked)),
        row("backingFile", plain.with(longName)),
        row(
            "backingFile",
            plain.with(noRoom).with(new Format(3, 512, 16, false, false, Compression.ZLIB))),
        row("preallocation", plain.with(backed).with(Preallocation.METADATA)),
        row("preallocation", plain.with(data).with(Preallocation.FULL)));
  }

  private static Arguments row(String option, CreateOptions options) {
    return Arguments.of(option, options);
  }

  @Test
  void leavesTheOldFileOrNoImageOrTheWholeOneWhenItIsCutOff() {
    MemoryDisk former = new MemoryDisk(new byte[300_000]);
    Qcow2Creator.create(former, CreateOptions.of(4 << 20));
    CreateOptions options = CreateOptions.of(1 << 20).with(Preallocation.METADATA);
    int noImage = 0;
    CutOffDisk disk = new CutOffDisk(new MemoryDisk(former.content()), 1);
    for (int calls = 1; !disk.runs(options); calls++) {
      noImage += assertHarmless(disk.below(), former) ? 0 : 1;
      disk = new CutOffDisk(new MemoryDisk(former.content()), calls);
    }
    assertThat(Qcow2Checker.check(disk.below()).isClean()).isTrue();
    assertThat(noImage).isGreaterThan(6);
  }

  /// False when there is no image.
  private static boolean assertHarmless(MemoryDisk left, MemoryDisk former) {
    try {
      boolean whole =
          Qcow2Checker.check(left).isClean() && Qcow2Header.read(left).sizeBytes() == 1 << 20;
      assertThat(whole || Arrays.equals(left.content(), former.content())).isTrue();
      return true;
    } catch (BlockException e) {
      assertThat(e).hasMessageContaining("not a qcow2 image");
      return false;
    }
  }

  /// A disk that fails from the n-th change or flush on; what came before is there.
  private record CutOffDisk(MemoryDisk below, int[] left) implements BlockIo, Resizable {
    CutOffDisk(MemoryDisk below, int calls) {
      this(below, new int[] {calls});
    }

    boolean runs(CreateOptions options) {
      try {
        Qcow2Creator.create(this, options);
        return true;
      } catch (BlockException e) {
        return false;
      }
    }

    private void count() {
      if (--left[0] <= 0) {
        throw new BlockException(BlockException.Kind.IO, "cut off");
      }
    }

    @Override
    public void read(long offset, MemorySegment into) {
      below.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      count();
      below.write(offset, from);
    }

    @Override
    public void flush() {
      count();
      below.flush();
    }

    @Override
    public long sizeBytes() {
      return below.sizeBytes();
    }

    @Override
    public void resize(long sizeBytes) {
      count();
      below.resize(sizeBytes);
    }
  }

  private static void create(Path image, CreateOptions options) {
    try (ChannelDisk file = ChannelDisk.writable(image)) {
      Qcow2Creator.create(file, options);
    }
  }
}
