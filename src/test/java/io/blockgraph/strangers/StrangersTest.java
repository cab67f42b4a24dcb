package io.blockgraph.strangers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

final class StrangersTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("io.blockgraph.strangers.ImageVariants#all")
  void makesEachVariantCleanAndReadable(ImageVariant variant) {
    ImageVariant.Made made = variant.createFilled(folder);

    QemuImg.assertClean(made.image());
    assertThat(QemuImg.info(made.image(), "qcow2").get("virtual-size").asLong())
        .isEqualTo(variant.sizeBytes());
    QemuIo.run(made.image(), "qcow2", QemuIo.verify(0x44, variant.sizeBytes() - 513, 513));
  }

  @Test
  void reportsLeaksAndCorruptionsOfADamagedImage() throws Exception {
    Path image = folder.resolve("damaged.qcow2");
    QemuImg.create(image, 1 << 20, Map.of());
    QemuIo.run(image, "qcow2", QemuIo.write(1, 0, 65536));
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(8), 4 * 65536); // the L2 entry of the one data cluster
    }

    assertThat(QemuImg.check(image).exitCode()).isEqualTo(3);
    assertThat(QemuImg.check(image).leaks()).isEqualTo(1);
    assertThatThrownBy(() -> QemuImg.assertClean(image)).hasMessageContaining("is not clean");
  }

  @Test
  void failsWhenAPatternDiffers() {
    Path image = folder.resolve("a.raw");
    QemuImg.createRaw(image, 65536);

    assertThatThrownBy(() -> QemuIo.run(image, "raw", QemuIo.verify(1, 0, 512)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void skipsWithThePackageWhenAToolIsMissing() {
    Tool missing = new Tool("no-such-tool", "no-such-package");
    Class<? extends Throwable> expected =
        "true".equals(System.getenv("CI")) ? AssertionError.class : TestAbortedException.class;

    assertThatThrownBy(missing::require)
        .isInstanceOf(expected)
        .hasMessageContaining("Debian package no-such-package");
  }

  @Test
  void talksToAStorageDaemon() {
    Path image = folder.resolve("disk.qcow2");
    QemuImg.create(image, 1 << 20, Map.of());
    Path socket = folder.resolve("nbd.sock");
    try (StorageDaemon daemon = StorageDaemon.start(folder)) {
      Map<String, ?> file = Map.of("driver", "file", "filename", image.toString());
      daemon.execute("blockdev-add", Map.of("driver", "qcow2", "node-name", "d", "file", file));
      Map<String, ?> address = Map.of("type", "unix", "data", Map.of("path", socket.toString()));
      daemon.execute("nbd-server-start", Map.of("addr", address));
      daemon.execute(
          "block-export-add", Map.of("id", "e", "type", "nbd", "node-name", "d", "writable", true));

      assertThat(NbdTools.info("nbd+unix:///d?socket=" + socket).findValue("export-size").asLong())
          .isEqualTo(1 << 20);
      assertThat(daemon.tryExecute("block-export-del", Map.of("id", "x")).has("error")).isTrue();
      daemon.execute("block-export-del", Map.of("id", "e", "mode", "hard"));
      assertThat(daemon.awaitEvent("BLOCK_EXPORT_DELETED").at("/data/id").asString())
          .isEqualTo("e");
    }
  }
}
