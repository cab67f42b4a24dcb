package io.blockgraph.driver.copyonread;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Copy-on-read over a real overlay, judged by qemu-img.
class CopyOnReadQcow2Test {
  private static final int SIZE = 1 << 20;
  private static final Grant READER =
      new Grant(
          Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL.without(Permission.WRITE));

  private final Bench bench = new Bench();
  private final Path base = bench.directory().resolve("base.qcow2");
  private final Path top = bench.directory().resolve("top.qcow2");

  @BeforeEach
  void makeChain() {
    QemuImg.create(base, SIZE, Map.of());
    QemuIo.run(base, "qcow2", QemuIo.write(7, 0, 300_000), QemuIo.write(8, 500_000, 100_000));
    QemuImg.create(top, SIZE, Map.of("backing_file", base.toString(), "backing_fmt", "qcow2"));
    QemuIo.run(top, "qcow2", QemuIo.write(9, 100_000, 5000));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /// The disk of a new copy-on-read node over the chain, and what to close, from above to below.
  private Bench.Opened open() {
    BlockIo lower = image("base.qcow2", Map.of("readOnly", true), Map.of(), READER);
    BlockIo upper = image("top.qcow2", Map.of("backing", "b"), Map.of("b", lower), Bench.WRITER);
    return bench.open(new CopyOnReadDriver(), Map.of("file", "f"), Map.of("f", upper));
  }

  private BlockIo image(String name, Map<String, ?> more, Map<String, BlockIo> below, Grant grant) {
    NodeSpec file = Bench.spec(new FileDriver(), Map.of("filename", name));
    Map<String, BlockIo> disks = new LinkedHashMap<>(below);
    disks.put("f", bench.open(new FileDriver(), file, Map.of(), grant).disk());
    Map<String, Object> given = new LinkedHashMap<>(more);
    given.put("file", "f");
    return bench.open(new Qcow2Driver(), Bench.spec(new Qcow2Driver(), given), disks, grant).disk();
  }

  @Test
  void readingEverythingMakesTheOverlayIndependent() {
    byte[] before = Content.read(open().disk(), 0, SIZE);
    bench.closeNodes();
    QemuImg.assertClean(top);
    QemuIo.run(base, "qcow2", QemuIo.write(1, 0, SIZE));
    byte[] after = Content.read(open().disk(), 0, SIZE);
    // What no layer had was not copied: there the new base shows through.
    assertThat(Arrays.copyOf(after, 327_680)).isEqualTo(Arrays.copyOf(before, 327_680));
    assertThat(Arrays.copyOfRange(after, 500_000, 600_000))
        .isEqualTo(Arrays.copyOfRange(before, 500_000, 600_000));
  }

  @Test
  void copiesInRandomOrderChangeNothingThatReadersSee() {
    long seed = Seeds.first();
    System.out.println("CopyOnReadQcow2Test: -Dseed=" + seed);
    Random random = new Random(seed);
    BlockIo disk = open().disk();
    for (int i = 0; i < 200; i++) {
      int offset = random.nextInt(SIZE);
      Content.read(disk, offset, Math.min(SIZE - offset, 1 + random.nextInt(100_000)));
    }
    bench.closeNodes();
    QemuImg.assertClean(top);
    QemuIo.run(
        top,
        "qcow2",
        "read -P 7 0 100000",
        "read -P 9 100000 5000",
        "read -P 7 105000 195000",
        "read -P 0 300000 200000",
        "read -P 8 500000 100000",
        "read -P 0 600000 448576");
  }
}
