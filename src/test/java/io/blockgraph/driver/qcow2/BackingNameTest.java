package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BackingLink;
import io.blockgraph.block.BlockException;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The name of the backing file in the header: changed as a whole or not at all, and read by
/// qemu-img.
class BackingNameTest {
  private static final long SIZE = 1 << 20;
  private static final BackingLink OTHER = new BackingLink("other-" + "x".repeat(40), "raw");

  @TempDir private static Path folder;

  static Stream<Arguments> images() {
    return Stream.of(
        Arguments.argumentSet("of ours", "", 65536),
        Arguments.argumentSet("with a short name", "base.qcow2", 65536),
        Arguments.argumentSet("with a header of two sectors", "b".repeat(200), 65536),
        Arguments.argumentSet("with a header of several sectors", "b".repeat(1000), 4096));
  }

  private static byte[] image(String backing, int cluster) throws Exception {
    Path image = folder.resolve("i" + backing.length() + ".qcow2");
    if (backing.isEmpty()) {
      SparseDisk disk = new SparseDisk(0);
      Qcow2Creator.create(disk, CreateOptions.of(SIZE));
      return bytes(disk);
    }
    Map<String, String> options = Map.of("cluster_size", Integer.toString(cluster));
    QemuImg.create(image, SIZE, options);
    QemuImg.rebaseUnsafe(image, backing, "qcow2");
    return Files.readAllBytes(image);
  }

  private static byte[] bytes(SparseDisk disk) {
    byte[] all = new byte[(int) disk.sizeBytes()];
    disk.read(0, java.lang.foreign.MemorySegment.ofArray(all));
    return all;
  }

  private static RecordedDisk recorded(byte[] image) {
    SparseDisk disk = new SparseDisk(image.length);
    ImageUnderTest.put(disk, 0, image);
    return new RecordedDisk(disk);
  }

  private static String nameIn(SparseDisk image) {
    return new Qcow2Info(Qcow2Header.read(image)).backingFile().orElse("");
  }

  private static void link(RecordedDisk disk, BackingLink link) {
    Qcow2Image image = Qcow2Image.open(disk, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    image.bind(disk, null, null).link(link);
    image.close(disk, null);
  }

  @ParameterizedTest
  @MethodSource("images")
  void isWhatQemuImgReadsAfterwards(String backing, int cluster) throws Exception {
    RecordedDisk disk = recorded(image(backing, cluster));
    link(disk, OTHER);
    link(disk, new BackingLink("again.qcow2", "qcow2"));
    Path after = folder.resolve("after.qcow2");
    Files.write(after, bytes(disk.prefix(disk.count())));
    QemuImg.create(folder.resolve("again.qcow2"), SIZE, Map.of());
    JsonNode info = QemuImg.info(after, "qcow2");
    assertThat(info.get("backing-filename").asString()).isEqualTo("again.qcow2");
    assertThat(info.get("backing-filename-format").asString()).isEqualTo("qcow2");
    QemuImg.assertClean(after);
  }

  @ParameterizedTest
  @MethodSource("images")
  void isTheOldOneOrTheNewOneAfterACrash(String backing, int cluster) throws Exception {
    long seed = Seeds.first();
    Random random = new Random(seed);
    RecordedDisk disk = recorded(image(backing, cluster));
    if (backing.isEmpty()) {
      link(disk, new BackingLink("base", "qcow2"));
    }
    int from = disk.count();
    String before = nameIn(disk.prefix(from));
    link(disk, OTHER);
    for (int step = from; step <= disk.count(); step++) {
      for (int i = 0; i < 20; i++) {
        assertThat(nameIn(disk.torn(step, random)))
            .as("-Dseed=%d, step %d", seed, step)
            .isIn(before, OTHER.file());
      }
    }
    assertThat(nameIn(disk.prefix(disk.count()))).isEqualTo(OTHER.file());
  }

  private static void unlink(RecordedDisk disk) {
    Qcow2Image image = Qcow2Image.open(disk, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    image.bind(disk, null, null).unlink();
    image.close(disk, null);
  }

  @ParameterizedTest
  @MethodSource("images")
  void isNoneForQemuImgWhenItWasTakenAwayAndCanBeGivenAgain(String backing, int cluster)
      throws Exception {
    RecordedDisk disk = recorded(image(backing, cluster));
    unlink(disk);
    Path after = folder.resolve("none.qcow2");
    Files.write(after, bytes(disk.prefix(disk.count())));
    JsonNode info = QemuImg.info(after, "qcow2");
    assertThat(info.has("backing-filename")).isFalse();
    assertThat(info.has("full-backing-filename")).isFalse();
    QemuImg.assertClean(after);
    link(disk, OTHER);
    assertThat(nameIn(disk.prefix(disk.count()))).isEqualTo(OTHER.file());
  }

  @ParameterizedTest
  @MethodSource("images")
  void isTheOldOneOrNoneWhenACrashComesWhileItIsTakenAway(String backing, int cluster)
      throws Exception {
    Random random = new Random(Long.getLong("seed", 7));
    RecordedDisk disk = recorded(image(backing, cluster));
    link(disk, new BackingLink("base", "qcow2"));
    int from = disk.count();
    unlink(disk);
    for (int step = from; step <= disk.count(); step++) {
      for (int i = 0; i < 20; i++) {
        assertThat(nameIn(disk.torn(step, random))).as("step %d", step).isIn("base", "");
      }
    }
    assertThat(nameIn(disk.prefix(disk.count()))).isEmpty();
  }

  @Test
  void isRefusedWhenItDoesNotFitAndTheImageSaysWhatItSaid() throws Exception {
    RecordedDisk disk = recorded(image("base.qcow2", 65536));
    assertThatThrownBy(() -> link(disk, new BackingLink("x".repeat(1024), "raw")))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("1023")
        .hasMessageContaining("1024");
    assertThat(nameIn(disk.prefix(disk.count()))).isEqualTo("base.qcow2");
  }
}
