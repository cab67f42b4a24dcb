package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import io.blockgraph.driver.qcow2.CreateOptions.Links;
import io.blockgraph.driver.qcow2.CreateOptions.Preallocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Images like those of known attacks on image formats: each is refused with the field and its
/// offset, before memory is taken and before a byte is changed. The numbers of the threats stand in
/// front.
final class KnownAttacksTest {
  private static final int CLUSTER = 4096;
  private static final int L1_AT = 3 * CLUSTER;

  /// A number put over a field.
  ///
  /// @param field what the refusal must name
  /// @param offset where the number is put, and what the refusal must name
  /// @param bytes its width
  /// @param value the number
  private record Poke(String field, int offset, int bytes, long value) {
    byte[] into(byte[] image) {
      MemorySegment out = MemorySegment.ofArray(image);
      switch (bytes) {
        case 1 -> image[offset] = (byte) value;
        case 4 -> BigEndian.putInt(out, offset, (int) value);
        default -> BigEndian.putLong(out, offset, value);
      }
      return image;
    }
  }

  // T5: CVE-2014-0142 to -0147 and their neighbours; iotest 080 pokes the same fields.
  static Stream<Poke> pokes() {
    return Stream.of(
        new Poke("magic", 0, 4, 0x514649fa),
        new Poke("version", 4, 4, 1),
        new Poke("version", 4, 4, 4),
        new Poke("version", 4, 4, 0xffffffffL),
        new Poke("backing_file_offset", 8, 8, 0xfffffffffffffff8L),
        new Poke("backing_file_offset", 8, 8, CLUSTER + 8L),
        new Poke("cluster_bits", 20, 4, 0),
        new Poke("cluster_bits", 20, 4, 8),
        new Poke("cluster_bits", 20, 4, 22),
        new Poke("cluster_bits", 20, 4, 64),
        new Poke("cluster_bits", 20, 4, 0xffffffffL),
        new Poke("size", 24, 8, -1),
        new Poke("size", 24, 8, Long.MAX_VALUE),
        new Poke("crypt_method", 32, 4, 1),
        new Poke("crypt_method", 32, 4, 3),
        new Poke("l1_size", 36, 4, 0),
        new Poke("l1_size", 36, 4, 0x400001),
        new Poke("l1_size", 36, 4, 0x7fffffff),
        new Poke("l1_size", 36, 4, 0xffffffffL),
        new Poke("l1_table_offset", 40, 8, 0),
        new Poke("l1_table_offset", 40, 8, L1_AT + 512),
        new Poke("l1_table_offset", 40, 8, -4096),
        new Poke("l1_table_offset", 40, 8, 0x7ffffffffffff000L),
        new Poke("l1_table_offset", 40, 8, 1L << 40),
        new Poke("refcount_table_offset", 48, 8, 0),
        new Poke("refcount_table_offset", 48, 8, CLUSTER + 8),
        new Poke("refcount_table_offset", 48, 8, -4096),
        new Poke("refcount_table_offset", 48, 8, 1L << 50),
        new Poke("refcount_table_clusters", 56, 4, 0),
        new Poke("refcount_table_clusters", 56, 4, 2049),
        new Poke("refcount_table_clusters", 56, 4, 0xffffffffL),
        new Poke("refcount_table_offset", 48, 8, 1L << 62),
        new Poke("nb_snapshots", 60, 4, 65_537),
        new Poke("nb_snapshots", 60, 4, 0xffffffffL),
        new Poke("snapshots_offset", 64, 8, 72),
        new Poke("snapshots_offset", 64, 8, -4096),
        new Poke("incompatible_features", 72, 8, 1L << 63),
        new Poke("incompatible_features", 72, 8, 1L << 5),
        new Poke("refcount_order", 96, 4, 7),
        new Poke("refcount_order", 96, 4, 0xffffffffL),
        new Poke("header_length", 100, 4, 0),
        new Poke("header_length", 100, 4, 72),
        new Poke("header_length", 100, 4, 0x10000),
        new Poke("header_length", 100, 4, 0xfffffff8L),
        new Poke("compression_type", 104, 1, 2),
        new Poke("compression_type", 104, 1, 1),
        new Poke("length of header extension", 116, 4, 0x7fffffff),
        new Poke("length of header extension", 116, 4, 0xffffffffL));
  }

  @ParameterizedTest
  @MethodSource("pokes")
  void refusesNumbersThatOverflowOrLeaveTheFile(Poke poke) {
    byte[] image = poke.into(linked());
    MemoryDisk disk = new MemoryDisk(image);

    assertThatThrownBy(() -> open(disk))
        .isInstanceOfSatisfying(
            BlockException.class,
            e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.BAD_IMAGE))
        .hasMessageContaining(poke.field())
        .hasMessageContaining("at offset " + poke.offset());
    assertThat(disk.content()).isEqualTo(image);
  }

  @Test
  void t1ReadsZeroesWhereAHeaderNamesAHostFile(@TempDir Path folder) throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "the secret of the host");
    byte[] image = made(CreateOptions.of(1 << 20).with(backing(secret.toString())));

    Qcow2Io io = open(new MemoryDisk(image));

    assertThat(read(io, 0, 512)).containsOnly(0);
  }

  @Test
  void t2OpensNoDataFileThatTheCallerDidNotName(@TempDir Path folder) throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "the secret of the host");
    Links links =
        new Links(Optional.empty(), Optional.empty(), Optional.of(secret.toString()), true);
    byte[] image = made(CreateOptions.of(512).with(links));

    assertThatThrownBy(() -> open(new MemoryDisk(image)))
        .hasMessageContaining("external data file")
        .hasMessageContaining("'dataFile'");
  }

  @Test
  void t3ShowsStrangeNamesAsTheyAre() {
    for (String name : new String[] {"json:{}", "nbd://h:1", "file:/x", "fat:rw:/", "-o", "a:b"}) {
      MemoryDisk disk = new MemoryDisk(made(CreateOptions.of(512).with(backing(name))));

      assertThat(Qcow2Header.read(disk).trailer().backingName()).contains(name);
      assertThat(read(open(disk), 0, 512)).containsOnly(0);
    }
  }

  @Test
  void t6RefusesToWriteOverAnyMetadata() {
    for (int victim = 1; victim < 5; victim++) {
      byte[] image = made(CreateOptions.of(1 << 20).with(small()).with(Preallocation.METADATA));
      int l2 = 4 * CLUSTER;
      BigEndian.putLong(MemorySegment.ofArray(image), l2, victim * (long) CLUSTER | L2Entry.COPIED);
      MemoryDisk disk = new MemoryDisk(image);
      Qcow2Io io = open(disk);

      assertThatThrownBy(() -> write(io, 0))
          .as("cluster " + victim)
          .isInstanceOfSatisfying(
              BlockException.class,
              e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.CORRUPT));
    }
  }

  @Test
  void t6RefusesToTakeMetadataThatIsCountedAsFree() {
    byte[] image = made(CreateOptions.of(1 << 20).with(small()));
    BigEndian.putLong(MemorySegment.ofArray(image), 2 * CLUSTER, 0);
    Qcow2Io io = open(new MemoryDisk(image));

    assertThatThrownBy(() -> write(io, 0))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("cluster 0 counts as free and holds the header");
  }

  @Test
  void t7RefusesTenThousandHeaderExtensionsAndReadsNoneTwice() {
    byte[] image =
        made(
            CreateOptions.of(1 << 20)
                .with(new Format(3, 2 << 20, 16, false, false, Compression.ZLIB)));
    MemorySegment out = MemorySegment.ofArray(image);
    for (int i = 0; i < 10_000; i++) {
      BigEndian.putInt(out, 112 + 8L * i, 0x1234_0000 + i);
    }

    assertThatThrownBy(() -> open(new MemoryDisk(image)))
        .hasMessageContaining("header extensions at offset " + (112 + 8 * 4096));
  }

  @Test
  void t7ChecksManySnapshotsOfOneHugeTableQuickly() {
    byte[] image = bomb();
    int table = image.length - 65_536 * 40;
    MemorySegment out = MemorySegment.ofArray(image);
    BigEndian.putInt(out, 60, 65_536);
    BigEndian.putLong(out, 64, table);
    for (int i = 0; i < 65_536; i++) {
      BigEndian.putLong(out, table + 40L * i, BigEndian.getLong(out, 40));
      BigEndian.putInt(out, table + 40 * i + 8, 1 + i);
    }

    long start = processorMs();
    CheckResult result = Qcow2Checker.check(new MemoryDisk(image));

    assertThat(result.corruptions()).isPositive();
    assertThat(processorMs() - start).isLessThan(1000);
    Qcow2Io io = open(new MemoryDisk(image));
    try {
      write(io, 0);
    } catch (BlockException e) {
      assertThat(e.kind()).isIn(BlockException.Kind.CORRUPT, BlockException.Kind.IO);
    }
    assertThat(processorMs() - start).isLessThan(2000);
  }

  // T8: a few clusters that claim to be a whole disk.
  @Test
  void t8ChecksABombQuicklyAndReadsItInLittleMemory() {
    byte[] image = bomb();
    long start = processorMs();

    CheckResult result = Qcow2Checker.check(new MemoryDisk(image));

    assertThat(result.clusters().compressed()).isEqualTo(result.clusters().total());
    assertThat(result.clusters().total() * 65_536).isGreaterThan(60L << 30);
    assertThat(processorMs() - start).isLessThan(1000);
    assertThatThrownBy(() -> read(open(new MemoryDisk(image)), 5 << 20, 512))
        .isInstanceOf(BlockException.class);
  }

  @Test
  void t7RebuildsTheRefcountsOfADirtyBombInBoundedTime() {
    for (int refcountBits : new int[] {16, 64}) {
      byte[] image = sharedTables(refcountBits);
      image[79] |= 1;
      Qcow2Io io = open(new MemoryDisk(image));
      long start = processorMs();

      try {
        write(io, 0);
      } catch (BlockException e) {
        assertThat(e.kind()).isEqualTo(BlockException.Kind.CORRUPT);
      }
      assertThat(processorMs() - start).isLessThan(1000);
    }
  }

  @Test
  void t7ChecksABombOfSharedTablesInBoundedTime() {
    MemoryDisk disk = new MemoryDisk(sharedTables(16));
    long start = processorMs();

    assertThat(Qcow2Checker.check(disk).corruptions()).isPositive();
    assertThat(processorMs() - start).isLessThan(1000);
  }

  /// 262,144 L1 entries that share one L2 table whose 262,144 entries share one cluster.
  private static byte[] sharedTables(int refcountBits) {
    Format format = new Format(3, 2 << 20, refcountBits, false, false, Compression.ZLIB);
    byte[] image = made(CreateOptions.of(1L << 57).with(format));
    int l2 = image.length;
    int data = l2 + (2 << 20);
    byte[] grown = Arrays.copyOf(image, data + (2 << 20));
    MemorySegment out = MemorySegment.ofArray(grown);
    int l1 = (int) BigEndian.getLong(out, 40);
    for (int i = 0; i < 1 << 18; i++) {
      BigEndian.putLong(out, l1 + 8L * i, l2);
      BigEndian.putLong(out, l2 + 8L * i, data);
    }
    return grown;
  }

  /// 131 L1 entries that share one L2 table whose 8,192 entries share one compressed cluster.
  private static byte[] bomb() {
    Format format = new Format(3, 65_536, 32, false, false, Compression.ZLIB);
    byte[] image = made(CreateOptions.of(131L * 8192 * 65_536).with(format));
    int l2 = image.length;
    int data = l2 + 65_536;
    byte[] grown = Arrays.copyOf(image, data + 65_536 * 50);
    MemorySegment out = MemorySegment.ofArray(grown);
    int l1 = (int) BigEndian.getLong(out, 40);
    for (int i = 0; i < 131; i++) {
      BigEndian.putLong(out, l1 + 8L * i, l2);
    }
    for (int i = 0; i < 8192; i++) {
      BigEndian.putLong(out, l2 + 8L * i, L2Entry.COMPRESSED | data);
    }
    return grown;
  }

  private static Format small() {
    return new Format(3, CLUSTER, 16, false, false, Compression.ZLIB);
  }

  private static Links backing(String name) {
    return new Links(Optional.of(name), Optional.of("raw"), Optional.empty(), false);
  }

  private static byte[] linked() {
    return made(CreateOptions.of(1 << 20).with(small()).with(backing("base.raw")));
  }

  private static byte[] made(CreateOptions options) {
    MemoryDisk disk = new MemoryDisk(new byte[0]);
    Qcow2Creator.create(disk, options);
    return disk.content();
  }

  private static Qcow2Io open(MemoryDisk disk) {
    return Qcow2Image.open(disk, null, Settings.DEFAULT, CorruptionListener.NOBODY)
        .bind(disk, null, null);
  }

  private static byte[] read(Qcow2Io io, long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(length);
      io.read(offset, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static void write(Qcow2Io io, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      io.write(offset, arena.allocate(512));
    }
  }

  private static long processorMs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
  }
}
