package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Amendable.Amendment;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.graph.Options;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is looked for before the version of an image changes: while it is used, and completely.
class ZeroFlagSearchTest {
  private static final int SIZE = 4 << 20;
  private static final long OLDER = 2;
  private static final long NEWER = 3;

  @TempDir private Path folder;

  private Counted file;
  private Qcow2Image image;
  private Qcow2Io io;

  /// A disk that counts what is read of it.
  private static final class Counted extends FilterDisk {
    private long readBytes;

    Counted(BlockIo disk) {
      super(disk);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      readBytes += into.byteSize();
      super.read(offset, into);
    }
  }

  private Path made(Map<String, String> options) {
    Path path = folder.resolve("made.qcow2");
    QemuImg.create(path, SIZE, options);
    return path;
  }

  private void opened(byte[] bytes) {
    MemoryDisk disk = new MemoryDisk(bytes.length);
    ImageUnderTest.put(disk, 0, bytes);
    file = new Counted(disk);
    image = Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    io = image.bind(file, null, null);
  }

  private void opened(Path path) throws Exception {
    opened(Files.readAllBytes(path));
  }

  /// All that is done while the disk is used.
  private Amendment advanced(long version) {
    Amendment amendment = io.amendment(new Options(Map.of("version", version)));
    while (amendment.advance(io)) {
      // Piece by piece.
    }
    amendment.compute();
    return amendment;
  }

  private static void requireRefused(Runnable change, String reason) {
    assertThatThrownBy(change::run).isInstanceOf(BlockException.class).hasMessageContaining(reason);
  }

  /// 128 tables of a sector each.
  @Test
  void nobodyWaitsWhileTheTablesAreRead() throws Exception {
    opened(made(Map.of("cluster_size", "512", "preallocation", "metadata")));
    Amendment amendment = advanced(OLDER);
    file.readBytes = 0;
    amendment.write(io);
    assertThat(file.readBytes).isLessThan(8192);
    assertThat(Qcow2Header.read(file).geometry().version()).isEqualTo(2);
  }

  @Test
  void itIsDoneInPieces() throws Exception {
    opened(made(Map.of("cluster_size", "512", "preallocation", "metadata")));
    Amendment amendment = io.amendment(new Options(Map.of("version", OLDER)));
    file.readBytes = 0;
    assertThat(amendment.advance(io)).isTrue();
    assertThat(file.readBytes).isLessThan(16_384).isEqualTo(amendment.readBytes());
  }

  @Test
  void aClusterOfZeroesThatIsWrittenMeanwhileIsFound() throws Exception {
    opened(made(Map.of()));
    ImageUnderTest.put(io, 0, new byte[] {1, 2, 3});
    Amendment amendment = advanced(OLDER);
    io.zero(new ByteRange(0, 65536), Zeroable.Mode.OPAQUE);
    requireRefused(() -> amendment.write(io), "meanwhile");
    assertThat(Qcow2Header.read(file).geometry().version()).isEqualTo(3);
  }

  @Test
  void aClusterOfZeroesThatIsOnlyInMemoryIsFound() throws Exception {
    opened(made(Map.of()));
    io.zero(new ByteRange(131072, 65536), Zeroable.Mode.OPAQUE);
    requireRefused(() -> advanced(OLDER), "offset 131072 of the disk");
  }

  @Test
  void tablesThatComeMeanwhileAreLookedAt() throws Exception {
    opened(made(Map.of("cluster_size", "512", "compat", "0.10")));
    Amendment amendment = advanced(NEWER);
    ImageUnderTest.put(io, 0, new byte[] {1, 2, 3});
    io.flush();
    flag(L2Entry.offset(WordReader.read(file, tables().l1Offset(), 1, buffers())[0]));
    requireRefused(() -> amendment.write(io), "offset 0 of the disk");
  }

  private Tables tables() {
    return Qcow2Header.read(file).tables();
  }

  private static ScratchBuffers buffers() {
    return ScratchBuffers.shared(TableWrite.MAX_BYTES);
  }

  /// Sets the lowest bit of the first entry of a table.
  private void flag(long table) {
    long entry = WordReader.read(file, table, 1, buffers())[0];
    ImageUnderTest.put(file, table + 7, new byte[] {(byte) (entry | 1)});
  }

  /// In version 2 the bit means nothing, and the snapshot shows data.
  @Test
  void theTablesOfSnapshotsAreLookedAt() throws Exception {
    Path path = made(Map.of("compat", "0.10"));
    QemuIo.run(path, "qcow2", QemuIo.write(7, 0, 65536));
    QemuImg.snapshot(path, "-c", "monday");
    QemuIo.run(path, "qcow2", QemuIo.write(8, 0, 65536));
    opened(path);
    SnapshotTable.Snapshot monday =
        SnapshotTable.read(file, Qcow2Header.read(file)).snapshots().getFirst();
    flag(L2Entry.offset(WordReader.read(file, monday.l1Offset(), 1, buffers())[0]));
    requireRefused(() -> advanced(NEWER), "offset 0 of the internal snapshot 'monday'");
  }

  /// Somebody else may have written to it.
  @Test
  void anImageThatWasOpenedAnewIsLookedAtAnew() throws Exception {
    opened(made(Map.of()));
    Amendment amendment = advanced(OLDER);
    image.close(file, null);
    image = Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    io = image.bind(file, null, null);
    io.zero(new ByteRange(65536, 65536), Zeroable.Mode.OPAQUE);
    requireRefused(() -> amendment.write(io), "offset 65536");
  }
}
