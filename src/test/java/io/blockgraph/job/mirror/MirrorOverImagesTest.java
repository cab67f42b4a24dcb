package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.copy.ModelledClient;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.files.OsHostFiles;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Mirrors over real qcow2 and raw files; QEMU's own tools say whether the copy is equal and the
/// images are sound.
@Timeout(120)
class MirrorOverImagesTest {
  private static final long SIZE = 8 << 20;

  @TempDir Path directory;
  private final Driver file = new FileDriver();
  private final Driver qcow2 = new Qcow2Driver();
  private final Driver quorum = new QuorumDriver();
  private ImageRoots roots;
  private MirrorWorld world;

  @BeforeEach
  void open() {
    roots = ImageRoots.open(List.of(directory), ImageRoots.Devices.REFUSED);
    world = new MirrorWorld(new OsHostFiles(roots), List.of(file, qcow2, quorum));
  }

  @AfterEach
  void close() {
    world.close();
    roots.close();
  }

  private Path image(String name) {
    return directory.resolve(name + ".img");
  }

  /// A qcow2 node of that name over a new image, perhaps with a backing node.
  private void qcow2(String name, Optional<String> backing) {
    QemuImg.create(image(name), SIZE, Map.of());
    node(name, backing);
  }

  private void node(String name, Optional<String> backing) {
    fileNode(name + "-file", name);
    Map<String, Object> options = new HashMap<>(Map.of("nodeName", name, "file", name + "-file"));
    backing.ifPresent(below -> options.put("backing", below));
    world.add(Bench.spec(qcow2, options));
  }

  private void raw(String name) {
    QemuImg.createRaw(image(name), SIZE);
    fileNode(name, name);
  }

  private void fileNode(String node, String name) {
    world.add(Bench.spec(file, Map.of("nodeName", node, "filename", image(name).toString())));
  }

  private void compare(String one, String format, String other, String otherFormat) {
    world.close();
    QemuImg.assertSameContent(image(one), format, image(other), otherFormat);
  }

  @Test
  void movesADiskFromQcow2ToAPlainFileUnderAWriter() throws Exception {
    qcow2("s", Optional.empty());
    raw("t");
    GatedDisk disk = world.writer("w", "s");
    MirrorWorld.fill(disk, 1 << 20, 2 << 20, 5);
    ModelledClient client =
        new ModelledClient(disk, new ByteRange(4 << 20, 2 << 20), new byte[(int) SIZE], 7)
            .resting(200)
            .start();
    world.start(MirrorWorld.request("s", "t"));
    assertThat(world.complete().error()).isEmpty();
    byte[] written = client.stop();
    assertThat(MirrorWorld.read(disk, 4 << 20, written.length)).isEqualTo(written);
    disk.flush();
    world.close();
    QemuImg.assertClean(image("s"));
    QemuIo.run(image("t").toString(), List.of("-f", "raw"), QemuIo.verify(5, 1 << 20, 2 << 20));
  }

  @Test
  void softCancelLeavesAnEqualQcow2Copy() {
    qcow2("s", Optional.empty());
    qcow2("t", Optional.empty());
    GatedDisk disk = world.writer("w", "s");
    MirrorWorld.fill(disk, 100_000, 3_000_000, 9);
    world.start(MirrorWorld.request("s", "t"));
    world.await(io.blockgraph.job.JobStatus.READY);
    MirrorWorld.fill(disk, 5_000_000, 70_000, 8);
    world.jobs.cancel(MirrorWorld.JOB, io.blockgraph.job.CancelMode.SOFT);
    assertThat(world.await(io.blockgraph.job.JobStatus.CONCLUDED).error()).isEmpty();
    compare("s", "qcow2", "t", "qcow2");
    QemuImg.assertClean(image("s"));
    QemuImg.assertClean(image("t"));
  }

  @Test
  void writesBothImagesAtOnceInWriteBlockingMode() throws Exception {
    qcow2("s", Optional.empty());
    qcow2("t", Optional.empty());
    GatedDisk disk = world.writer("w", "s");
    ModelledClient client =
        new ModelledClient(disk, new ByteRange(0, SIZE), new byte[(int) SIZE], 3)
            .resting(300)
            .start();
    world.start(MirrorRandomTest.blocking());
    assertThat(world.complete().error()).isEmpty();
    assertThat(client.stop()).isEqualTo(MirrorWorld.read(disk, 0, (int) SIZE));
    world.close();
    QemuImg.assertClean(image("s"));
    QemuImg.assertClean(image("t"));
  }

  @Test
  void syncTopCopiesAnOverlayOntoTheSameBase() {
    qcow2("base", Optional.empty());
    MirrorWorld.fill(world.writer("w", "base"), 0, SIZE, 1);
    world.edit(new GraphEdit.RemoveUser(new io.blockgraph.graph.UserId("w")));
    qcow2("s", Optional.of("base"));
    qcow2("t", Optional.of("base"));
    GatedDisk disk = world.writer("w", "s");
    MirrorWorld.fill(disk, 2 << 20, 1 << 20, 2);
    world.start(MirrorWorld.request("s", "t", SyncMode.TOP));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("w:root")).isEqualTo("t");
    assertThat(MirrorWorld.read(disk, (2 << 20) - 1, 2)).containsExactly(1, 2);
    world.close();
    assertThat(QemuImg.map(image("t"), "qcow2").get(0).path("present").asBoolean()).isFalse();
    QemuImg.assertClean(image("t"));
  }

  @Test
  void repairsAQuorumOfQcow2Images() {
    for (String name : List.of("a", "b", "c", "t")) {
      qcow2(name, Optional.empty());
    }
    MirrorWorld.fill(world.writer("w", "a"), 0, 1 << 20, 4);
    MirrorWorld.fill(world.writer("x", "c"), 0, 1 << 20, 4);
    for (String user : List.of("w", "x")) {
      world.edit(new GraphEdit.RemoveUser(new io.blockgraph.graph.UserId(user)));
    }
    world.add(
        Bench.spec(
            quorum,
            Map.of("nodeName", "q", "voteThreshold", 2L, "children", List.of("a", "b", "c"))));
    MirrorRequest.Replacing b =
        new MirrorRequest.Replacing(
            Optional.of(new NodeName("b")),
            io.blockgraph.graph.ReplaceRules.OtherParents.PERMISSIONS,
            MirrorRequest.PartialData.REFUSED);
    world.start(
        MirrorRequest.of(
            MirrorWorld.JOB,
            new MirrorRequest.Disks(new NodeName("q"), new NodeName("t"), SyncMode.FULL, b)));
    assertThat(world.complete().error()).isEmpty();
    assertThat(world.child("q:children.1")).isEqualTo("t");
    compare("a", "qcow2", "t", "qcow2");
    QemuImg.assertClean(image("t"));
  }
}
