package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.strangers.ImageVariant.Made;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// An image in memory, open, beside a flat model of what a guest must see.
final class ImageUnderTest implements AutoCloseable {
  /// To compress larger clusters takes so long that it is done seldom.
  private static final long MOST_OFTEN_COMPRESSED = 256 << 10;

  final SparseDisk file;
  final @Nullable SparseDisk data;
  final @Nullable BlockIo backing;
  final Settings settings;
  Qcow2Image image;
  Qcow2Io io;
  byte[] model;

  ImageUnderTest(
      SparseDisk file, @Nullable SparseDisk data, @Nullable BlockIo backing, Settings settings) {
    this.file = file;
    this.data = data;
    this.backing = backing;
    this.settings = settings;
    this.image = Qcow2Image.open(file, data, settings, CorruptionListener.NOBODY);
    this.io = image.bind(file, backing, data);
    this.model = read(0, io.sizeBytes());
  }

  /// Loads what qemu-img made; a backing file is opened as what its name says.
  static ImageUnderTest of(Made made, Settings settings) {
    BlockIo backing = made.backing().map(ImageUnderTest::openBacking).orElse(null);
    return new ImageUnderTest(
        SparseDisk.load(made.image()),
        made.dataFile().map(SparseDisk::load).orElse(null),
        backing,
        settings);
  }

  static BlockIo openBacking(Path path) {
    SparseDisk disk = SparseDisk.load(path);
    if (path.toString().endsWith(".raw")) {
      return disk;
    }
    return Qcow2Image.open(disk, null, Settings.DEFAULT, CorruptionListener.NOBODY)
        .bind(disk, null, null);
  }

  /// Saves the files back to where they came from.
  void save(Made made) {
    file.save(made.image());
    if (data != null) {
      data.save(made.dataFile().orElseThrow());
    }
  }

  void reopen() {
    close();
    image = Qcow2Image.open(file, data, settings, CorruptionListener.NOBODY);
    io = image.bind(file, backing, data);
  }

  /// Opens it anew with threads for compressed clusters.
  void inflateWith(Inflation inflation) {
    close();
    image =
        Qcow2Image.open(
            file, data, settings, new Qcow2Image.Services(CorruptionListener.NOBODY, inflation));
    io = image.bind(file, backing, data);
  }

  byte[] read(long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(Math.max(1, length)).asSlice(0, length);
      into.fill((byte) 0x5a);
      io.read(offset, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  void write(long offset, byte[] bytes) {
    put(io, offset, bytes);
    System.arraycopy(bytes, 0, model, (int) offset, bytes.length);
  }

  void writeCompressed(long offset, byte[] bytes) {
    putCompressed(io, offset, bytes);
    System.arraycopy(bytes, 0, model, (int) offset, bytes.length);
  }

  static void putCompressed(BlockIo io, long offset, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
      MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
      CompressedWrites.write(io, offset, from);
    }
  }

  static void put(BlockIo io, long offset, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
      MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
      io.write(offset, from);
    }
  }

  void zero(ByteRange range, Zeroable.Mode mode) {
    io.zero(range, mode);
    Arrays.fill(model, (int) range.offset(), (int) range.end(), (byte) 0);
    if (mode == Zeroable.Mode.OPAQUE) {
      assertThat(Extents.of(io, range)).as("opaque %s", range).allMatch(e -> e.depth() == 0);
    }
  }

  /// Discards, and takes over into the model what is there now, which must be old data or zeroes.
  void discard(ByteRange range) {
    io.discard(range);
    byte[] now = read(range.offset(), range.length());
    for (int i = 0; i < now.length; i++) {
      int at = (int) range.offset() + i;
      assertThat(now[i] == 0 || now[i] == model[at]).as("byte %d after a discard", at).isTrue();
      model[at] = now[i];
    }
  }

  void resize(long size) {
    io.resize(size);
    model = Arrays.copyOf(model, (int) io.sizeBytes());
  }

  void verify(String what) {
    byte[] seen = read(0, io.sizeBytes());
    int at = Arrays.mismatch(model, seen);
    assertThat(at).as("first wrong byte, %s", what).isEqualTo(-1);
  }

  /// One random operation within `[from, to)`.
  void step(Random random, long from, long to) {
    long cluster = image.info().header().geometry().clusterSize();
    ByteRange range = range(random, from, to, cluster);
    switch (random.nextInt(10)) {
      case 0 -> zero(range, range.end() % 2 == 0 ? Zeroable.Mode.MAY_UNMAP : Zeroable.Mode.OPAQUE);
      case 1 -> zero(range, Zeroable.Mode.KEEP_ALLOCATED);
      case 2 -> discard(range);
      case 3 -> io.flush();
      case 4 -> {
        byte[] seen = read(range.offset(), range.length());
        byte[] wanted = Arrays.copyOfRange(model, (int) range.offset(), (int) range.end());
        assertThat(Arrays.mismatch(seen, wanted)).as("read of %s", range).isEqualTo(-1);
      }
      case 5, 6 -> {
        if (io.canCompress() && (cluster <= MOST_OFTEN_COMPRESSED || random.nextInt(8) == 0)) {
          byte[] bytes = bytes(random, range.length());
          writeCompressed(range.offset(), random.nextInt(4) == 0 ? bytes : thinned(bytes));
        }
      }
      default -> write(range.offset(), bytes(random, range.length()));
    }
  }

  /// Bytes that can be compressed to about a quarter.
  static byte[] thinned(byte[] bytes) {
    byte[] thin = bytes.clone();
    for (int i = 0; i < thin.length; i++) {
      thin[i] &= 3;
    }
    return thin;
  }

  static byte[] bytes(Random random, long length) {
    byte[] bytes = new byte[(int) length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static ByteRange range(Random random, long from, long to, long cluster) {
    long most = random.nextInt(4) == 0 ? cluster * 5 : cluster / 2 + 700;
    long offset = from + random.nextLong(to - from);
    long length = 1 + random.nextLong(Math.min(most, to - offset));
    if (random.nextInt(3) == 0) {
      long aligned = Math.max(from, offset / cluster * cluster);
      long end = Math.min(to, aligned + Math.max(cluster, length / cluster * cluster));
      return ByteRange.between(aligned, end);
    }
    return new ByteRange(offset, length);
  }

  @Override
  public void close() {
    image.close(file, data);
  }
}
