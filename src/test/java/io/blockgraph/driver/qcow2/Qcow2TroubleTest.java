package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What happens when the world below breaks, and when an image lies.
final class Qcow2TroubleTest {
  private static final int SIZE = 4 << 20;

  private static SparseDisk created() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(SIZE));
    return file;
  }

  private static void poke(SparseDisk file, long offset, long value) {
    byte[] bytes = new byte[8];
    BigEndian.putLong(MemorySegment.ofArray(bytes), 0, value);
    ImageUnderTest.put(file, offset, bytes);
  }

  private static Kind kindOf(Runnable request) {
    try {
      request.run();
    } catch (BlockException e) {
      return e.kind();
    }
    throw new AssertionError("nothing was refused");
  }

  @Test
  void keepsWhatIsStoredWhenTheFileIsFull() {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(4 * SIZE));
    ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT);
    image.write(0, ImageUnderTest.bytes(new Random(1), 300_000));
    image.io.flush();
    file.limitTo(file.sizeBytes());
    byte[] much = new byte[1 << 20];
    Arrays.fill(much, (byte) 1);
    assertThat(kindOf(() -> fill(image, much))).isEqualTo(Kind.NO_SPACE);
    assertThat(image.read(0, 300_000)).isEqualTo(Arrays.copyOf(image.model, 300_000));
    image.write(10, new byte[] {5, 6, 7});
    image.io.flush();
    image.close();
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
  }

  private static void fill(ImageUnderTest image, byte[] bytes) {
    for (long at = 1 << 20; at < image.io.sizeBytes(); at += bytes.length) {
      ImageUnderTest.put(image.io, at, bytes);
    }
  }

  @Test
  void aFailedFlushStaysFailed() {
    SparseDisk file = created();
    FailingFlush below = new FailingFlush(file);
    Qcow2Image image = Qcow2Image.open(below, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    Qcow2Io io = image.bind(below, null, null);
    ImageUnderTest.put(io, 0, new byte[] {1});
    below.broken = true;
    assertThat(kindOf(io::flush)).isEqualTo(Kind.FLUSH_FAILED);
    below.broken = false;
    assertThat(kindOf(io::flush)).isEqualTo(Kind.FLUSH_FAILED);
  }

  /// A disk whose flush fails when told so.
  private static final class FailingFlush implements BlockIo, Resizable {
    private final SparseDisk disk;
    private volatile boolean broken;

    FailingFlush(SparseDisk disk) {
      this.disk = disk;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      disk.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      disk.write(offset, from);
    }

    @Override
    public void flush() {
      if (broken) {
        throw new BlockException(Kind.FLUSH_FAILED, "the disk is gone");
      }
    }

    @Override
    public long sizeBytes() {
      return disk.sizeBytes();
    }

    @Override
    public void resize(long sizeBytes) {
      disk.resize(sizeBytes);
    }
  }

  @Test
  void flagsAnImageWhoseTableLeadsAWriteIntoMetadata() {
    SparseDisk file = created();
    try (ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT)) {
      image.write(0, new byte[] {1});
    }
    Tables tables = Qcow2Header.read(file).tables();
    long l2 = L2Entry.offset(WordReader.read(file, tables.l1Offset(), 1, buffers())[0]);
    poke(file, l2, tables.refcountTableOffset() | L2Entry.COPIED);
    List<String> told = new ArrayList<>();
    Qcow2Image image = Qcow2Image.open(file, null, Settings.DEFAULT, told::add);
    Qcow2Io io = image.bind(file, null, null);
    assertThat(kindOf(() -> ImageUnderTest.put(io, 0, new byte[] {1}))).isEqualTo(Kind.CORRUPT);
    assertThat(told).singleElement().asString().contains("the refcount table");
    assertThat(kindOf(() -> ImageUnderTest.put(io, 1 << 20, new byte[1]))).isEqualTo(Kind.CORRUPT);
    assertThat(Qcow2Header.read(file).features().corrupt()).isTrue();
  }

  private static ScratchBuffers buffers() {
    return new ScratchBuffers(64 << 10, 0);
  }

  @Test
  void aFlaggedImageCanOnlyBeRead() {
    SparseDisk file = created();
    Qcow2Header header = Qcow2Header.read(file);
    header.withFeatures(header.features().withIncompatible(Features.CORRUPT)).writeFeatures(file);
    ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT);
    assertThat(image.read(0, 10)).containsOnly(0);
    assertThat(kindOf(() -> image.write(0, new byte[] {1}))).isEqualTo(Kind.CORRUPT);
  }

  @Test
  void theFirstWriteClearsUnknownAutoclearBitsAndKeepsCompatibleOnes() {
    SparseDisk file = created();
    Qcow2Header header = Qcow2Header.read(file);
    header.withFeatures(new Features(0, 1L << 40, 1L << 50)).writeFeatures(file);
    ImageUnderTest image = new ImageUnderTest(file, null, null, Settings.DEFAULT);
    image.close();
    assertThat(Qcow2Header.read(file).features().autoclear()).isEqualTo(1L << 50);
    image.write(0, new byte[] {1});
    image.close();
    assertThat(Qcow2Header.read(file).features()).isEqualTo(new Features(0, 1L << 40, 0));
  }

  @Test
  void refusesUnknownIncompatibleBitsByNumber() {
    SparseDisk file = created();
    Qcow2Header header = Qcow2Header.read(file);
    header.withFeatures(new Features(1L << 33, 0, 0)).writeFeatures(file);
    assertThatThrownBy(
            () -> Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY))
        .hasMessageContaining("bit 33");
  }

  @Test
  void countsAnewWhatACrashWithLazyRefcountsLeft() {
    SparseDisk file = created();
    Settings lazy =
        new Settings(
            Settings.OverlapCheck.CACHED, true, Settings.DEFAULT.passDiscard(), 1 << 20, 1 << 18);
    ImageUnderTest image = new ImageUnderTest(file, null, null, lazy);
    image.write(100_000, ImageUnderTest.bytes(new Random(2), 700_000));
    image.io.flush();
    SparseDisk crashed = file.copy();
    assertThat(Qcow2Header.read(crashed).features().dirty()).isTrue();
    ImageUnderTest again = new ImageUnderTest(crashed, null, null, Settings.DEFAULT);
    assertThat(again.model).isEqualTo(image.model);
    again.write(0, new byte[] {1});
    again.close();
    assertThat(Qcow2Checker.check(crashed).isClean()).isTrue();
    assertThat(Qcow2Header.read(crashed).features().dirty()).isFalse();
  }

  @Test
  void growingOverALongerBackingDiskShowsZeroes() {
    SparseDisk base = new SparseDisk(4 << 20);
    byte[] pattern = new byte[4 << 20];
    Arrays.fill(pattern, (byte) 0xaa);
    ImageUnderTest.put(base, 0, pattern);
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of((1 << 20) + 512));
    ImageUnderTest image = new ImageUnderTest(file, null, base, Settings.DEFAULT);
    image.io.resize(3 << 20);
    assertThat(image.read(0, (1 << 20) + 512)).containsOnly(0xaa);
    assertThat(image.read((1 << 20) + 512, (2 << 20) - 512)).containsOnly(0);
    image.close();
    assertThat(Qcow2Checker.check(file).isClean()).isTrue();
  }

  @Test
  void tellsTheExtentsOfAChain() {
    SparseDisk base = new SparseDisk(1 << 20);
    ImageUnderTest image = new ImageUnderTest(created(), null, base, Settings.DEFAULT);
    image.write(65_536, new byte[65_536]);
    image.io.zero(new ByteRange(131_072, 65_536), Zeroable.Mode.MAY_UNMAP);
    List<Extent> extents = image.io.extents(new ByteRange(0, SIZE));
    assertThat(extents).extracting(Extent::depth).containsExactly(1, 0, 0, 1, Extent.NOWHERE);
    assertThat(extents)
        .extracting(Extent::kind)
        .containsExactly(
            Extent.Kind.DATA,
            Extent.Kind.DATA,
            Extent.Kind.HOLE,
            Extent.Kind.DATA,
            Extent.Kind.HOLE);
  }
}
