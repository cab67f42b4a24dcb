package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.InternalSnapshots.Apply;
import io.blockgraph.block.InternalSnapshots.Take;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clusters that we compress, as qemu-img sees them. What happens to them in the course of time is
/// shown by the tests with random operations.
final class CompressedWriteTest {
  private static final int CLUSTER = 65_536;

  @TempDir Path folder;

  private ImageUnderTest create(Map<String, String> options, long size) {
    Path image = folder.resolve("image.qcow2");
    QemuImg.create(image, size, options);
    return new ImageUnderTest(SparseDisk.load(image), null, null, Settings.DEFAULT);
  }

  private void requireSameForQemu(ImageUnderTest image) throws Exception {
    image.close();
    Path saved = folder.resolve("image.qcow2");
    image.file.save(saved);
    Path model = Files.write(folder.resolve("model.raw"), image.model);
    QemuImg.assertClean(saved);
    QemuImg.assertSameContent(model, "raw", saved, "qcow2");
  }

  @ParameterizedTest
  @CsvSource({
    "zlib,512",
    "zlib,4096",
    "zlib,65536",
    "zlib,2097152",
    "zstd,4096",
    "zstd,65536",
    "zstd,2097152"
  })
  void qemuReadsWhatWeCompressed(String method, int cluster) throws Exception {
    long size = 3 * 2_097_152 + 1536;
    ImageUnderTest image =
        create(Map.of("compression_type", method, "cluster_size", Integer.toString(cluster)), size);
    image.writeCompressed(0, CompressedImage.compressible((int) size, 5));
    image.verify("compressed");
    requireSameForQemu(image);
    assertThat(QemuImg.check(folder.resolve("image.qcow2")).count("compressed-clusters"))
        .isEqualTo((size + cluster - 1) / cluster);
  }

  @Test
  void itTakesLittleMoreRoomThanWhatQemuCompresses() throws Exception {
    byte[] words = new byte[4 << 20];
    Random random = new Random(1);
    for (int i = 0; i < words.length; i++) {
      words[i] = (byte) "blockgraph ".charAt((i + random.nextInt(3)) % 11);
    }
    Path raw = Files.write(folder.resolve("words.raw"), words);
    for (String method : List.of("zlib", "zstd")) {
      Path theirs = folder.resolve(method + ".qcow2");
      QemuImg.convert(raw, "raw", theirs, "qcow2", "-c", "-o", "compression_type=" + method);
      ImageUnderTest ours = create(Map.of("compression_type", method), words.length);
      ours.writeCompressed(0, words);
      requireSameForQemu(ours);
      assertThat(Files.size(folder.resolve("image.qcow2")))
          .as(method)
          .isLessThan(Files.size(theirs) * 5 / 4);
    }
  }

  @Test
  void whatTakesNoLessRoomIsWrittenPlainly() throws Exception {
    ImageUnderTest image = create(Map.of(), 8 * CLUSTER);
    image.writeCompressed(0, ImageUnderTest.bytes(new Random(2), 4 * CLUSTER));
    requireSameForQemu(image);
    assertThat(QemuImg.check(folder.resolve("image.qcow2")).count("compressed-clusters")).isZero();
  }

  @Test
  void aPartOfAClusterIsMergedWithWhatItShows() throws Exception {
    ImageUnderTest image = create(Map.of(), 8 * CLUSTER);
    image.writeCompressed(0, CompressedImage.compressible(4 * CLUSTER, 3));
    image.writeCompressed(CLUSTER + 100, CompressedImage.compressible(CLUSTER, 4));
    image.verify("merged");
    requireSameForQemu(image);
    assertThat(QemuImg.check(folder.resolve("image.qcow2")).count("compressed-clusters"))
        .isEqualTo(4);
  }

  @Test
  void replacesWhatHasItsPlaceAlready() throws Exception {
    ImageUnderTest image = create(Map.of(), 8 * CLUSTER);
    image.write(0, ImageUnderTest.bytes(new Random(2), 4 * CLUSTER));
    image.writeCompressed(CLUSTER, CompressedImage.compressible(2 * CLUSTER, 4));
    image.writeCompressed(CLUSTER, CompressedImage.compressible(CLUSTER, 6));
    image.discard(new ByteRange(2 * CLUSTER, CLUSTER));
    requireSameForQemu(image);
  }

  /// Narrow refcounts count what lies together in a cluster of the file, and snapshots as well.
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8, 16})
  void snapshotsAreTakenOfWhatLiesTogether(int refcountBits) throws Exception {
    String bits = Integer.toString(refcountBits);
    ImageUnderTest image = create(Map.of("refcount_bits", bits), 300 * CLUSTER);
    image.writeCompressed(0, new byte[300 * CLUSTER]);
    SnapshotModel model = new SnapshotModel(image);
    model.take();
    image.writeCompressed(3 * CLUSTER, CompressedImage.compressible(10 * CLUSTER, 4));
    model.take();
    image.writeCompressed(CLUSTER, CompressedImage.compressible(4 * CLUSTER, 5));
    model.verify("with refcounts of " + bits + " bits");
    requireSameForQemu(image);
    model.verifyByQemu(folder.resolve("image.qcow2"), folder);
  }

  /// Others put as many together as refcounts count: then there is no snapshot, and nothing else
  /// becomes of it.
  @Test
  void aSnapshotIsRefusedWhereRefcountsCannotCountIt() throws Exception {
    byte[] bytes = CompressedImage.compressible(8 * CLUSTER, 4);
    Path raw = Files.write(folder.resolve("plain.raw"), bytes);
    Path saved = folder.resolve("image.qcow2");
    QemuImg.convert(raw, "raw", saved, "qcow2", "-c", "-o", "refcount_bits=2");
    ImageUnderTest image = new ImageUnderTest(SparseDisk.load(saved), null, null, Settings.DEFAULT);
    assertThatThrownBy(() -> image.io.change(new Take("s", SnapshotModel.NOON)))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("refcounts of 2 bits count to 3");
    image.writeCompressed(CLUSTER, CompressedImage.compressible(2 * CLUSTER, 5));
    image.verify("refused");
    requireSameForQemu(image);
  }

  /// What a snapshot gives up is used anew, also when the file cannot discard it.
  @Test
  void nothingStaleIsReadWhereAnAppliedSnapshotGaveUpPlaces() throws Exception {
    ImageUnderTest image = create(Map.of(), 16 * CLUSTER);
    CompressedImage.Watched file = new CompressedImage.Watched(image.file);
    Qcow2Image open = Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    Qcow2Io io = open.bind(file, null, null);
    io.change(new Take("empty", SnapshotModel.NOON));
    for (int seed = 1; seed < 6; seed++) {
      byte[] bytes = CompressedImage.compressible(16 * CLUSTER, seed);
      ImageUnderTest.putCompressed(io, 0, bytes);
      assertThat(CompressedImage.get(io, 0, bytes.length)).as("turn %d", seed).isEqualTo(bytes);
      file.discardsFail = true;
      assertThatThrownBy(() -> io.change(new Apply("1"))).hasMessageContaining("discards");
      file.discardsFail = false;
    }
    open.close(file, null);
    assertThat(Qcow2Checker.check(image.file).isClean()).isTrue();
  }

  /// Four share the table, and the clusters of the file.
  @ParameterizedTest
  @ValueSource(ints = {4096, CLUSTER})
  void nothingIsLostOfWhatSeveralWriteAtOnce(int cluster) throws Exception {
    int clusters = 256;
    String size = Integer.toString(cluster);
    ImageUnderTest image = create(Map.of("cluster_size", size), (long) clusters * cluster);
    image.model = CompressedImage.compressible(clusters * cluster, 9);
    List<Callable<Void>> work = new ArrayList<>();
    for (int owner = 0; owner < 4; owner++) {
      int first = owner;
      work.add(
          () -> {
            for (int c = first; c < clusters; c += 4) {
              byte[] bytes = Arrays.copyOfRange(image.model, c * cluster, (c + 1) * cluster);
              ImageUnderTest.putCompressed(image.io, (long) c * cluster, bytes);
            }
            return null;
          });
    }
    try (ExecutorService all = Executors.newFixedThreadPool(work.size())) {
      for (Future<Void> done : all.invokeAll(work)) {
        done.get();
      }
    }
    image.verify("of four");
    requireSameForQemu(image);
  }

  /// Who has a place may write there without a claim, at any moment.
  @Test
  void doesNotLoseWhatOthersWriteBesideIt() throws Exception {
    ImageUnderTest image = create(Map.of(), 2 * CLUSTER);
    image.write(0, CompressedImage.compressible(CLUSTER, 1));
    try (var pool = Executors.newFixedThreadPool(1)) {
      var other =
          pool.submit(
              () -> {
                for (int i = 0; i < 3000; i++) {
                  byte[] mine = {(byte) i, (byte) (i >> 8)};
                  ImageUnderTest.put(image.io, 0, mine);
                  assertThat(image.read(0, 2)).isEqualTo(mine);
                }
              });
      while (!other.isDone()) {
        ImageUnderTest.putCompressed(image.io, 4096, new byte[100]);
      }
      other.get();
    }
  }

  @Test
  void refusesAnImageWithADataFile() {
    Path image = folder.resolve("image.qcow2");
    QemuImg.create(image, CLUSTER, Map.of("data_file", folder.resolve("data.raw").toString()));
    SparseDisk data = SparseDisk.load(folder.resolve("data.raw"));
    ImageUnderTest open = new ImageUnderTest(SparseDisk.load(image), data, null, Settings.DEFAULT);
    assertThat(open.io.canCompress()).isFalse();
    assertThatThrownBy(() -> open.writeCompressed(0, new byte[CLUSTER]))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("data file");
  }
}
