package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.CancelMode;
import io.blockgraph.job.JobStatus;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.files.OsHostFiles;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Copies onto a target that gets its backing disk only later: whatever the job wrote to the target
/// until then must not hide what the backing disk holds, and whatever it zeroed must hide it.
///
/// Real qcow2 images, with clusters larger than what is copied at once; `qemu-img compare` says
/// whether both chains show the same. `-Dseed=N` runs one seed.
@Timeout(120)
class LateBackingTest {
  private static final long SIZE = (3 << 20) + 1536;

  @TempDir Path directory;
  private final Driver file = new FileDriver();
  private final Driver qcow2 = new Qcow2Driver();
  private ImageRoots roots;
  private MirrorWorld world;

  @BeforeEach
  void open() {
    roots = ImageRoots.open(List.of(directory), ImageRoots.Devices.REFUSED);
    world = new MirrorWorld(new OsHostFiles(roots), List.of(file, qcow2));
  }

  @AfterEach
  void close() {
    world.close();
    roots.close();
  }

  static LongStream seeds() {
    Long one = Long.getLong("seed");
    return one == null ? LongStream.range(1, 25) : LongStream.of(one);
  }

  private Path image(String name) {
    return directory.resolve(name + ".qcow2");
  }

  private void qcow2(String name, String options, Optional<String> backing) {
    Map<String, String> given = new HashMap<>();
    for (String option : options.split(" ")) {
      given.put(option.split("=")[0], option.split("=")[1]);
    }
    QemuImg.create(image(name), SIZE, given);
    world.add(
        Bench.spec(file, Map.of("nodeName", name + "-file", "filename", image(name).toString())));
    Map<String, Object> node = new HashMap<>(Map.of("nodeName", name, "file", name + "-file"));
    backing.ifPresent(below -> node.put("backing", below));
    world.add(Bench.spec(qcow2, node));
  }

  /// A source over a base, both with data in them, and an empty target.
  private GatedDisk chain(String source, String target) {
    qcow2("base", "cluster_size=64k", Optional.empty());
    MirrorWorld.fill(world.writer("b", "base"), 0, SIZE, 0x11);
    world.edit(new GraphEdit.RemoveUser(new UserId("b")));
    qcow2("s", source, Optional.of("base"));
    qcow2("t", target, Optional.empty());
    return world.writer("w", "s");
  }

  private static MirrorRequest request(
      SyncMode sync, CopyMode mode, long granularity, long buffer) {
    MirrorRequest plain = MirrorWorld.request("s", "t", sync);
    MirrorRequest.Copying copying =
        new MirrorRequest.Copying(
            mode,
            OptionalLong.of(granularity),
            buffer,
            0,
            MirrorRequest.Zeroing.DEFAULT,
            MirrorRequest.Verify.NO);
    return new MirrorRequest(
        plain.id(), plain.disks(), copying, plain.errors(), plain.ending(), plain.filter());
  }

  private void attach(String backing) {
    world.edit(
        new GraphEdit.AttachChild(
            new NodeName("t"),
            new ChildSpec(ChildName.BACKING, Roles.BACKING, new NodeName(backing))));
  }

  private void softCancel() {
    world.await(JobStatus.READY);
    world.jobs.cancel(MirrorWorld.JOB, CancelMode.SOFT);
    assertThat(world.await(JobStatus.CONCLUDED).error()).isEmpty();
  }

  /// Both images, with what backs them recorded, show the same.
  private void assertSameOver(String backingOfTarget) {
    world.close();
    QemuImg.recordBacking(image("s"), image("base").toString(), "qcow2");
    QemuImg.recordBacking(image("t"), image(backingOfTarget).toString(), "qcow2");
    QemuImg.assertSameContent(image("s"), "qcow2", image("t"), "qcow2");
    QemuImg.assertClean(image("t"));
  }

  @Test
  void aSmallWriteDoesNotHideTheRestOfItsCluster() {
    GatedDisk disk = chain("cluster_size=64k", "cluster_size=64k");
    world.start(request(SyncMode.NONE, CopyMode.BACKGROUND, 4096, 0));
    world.await(JobStatus.READY);
    MirrorWorld.fill(disk, 200_000, 100, 0x22);
    softCancel();
    assertSameOver("s");
  }

  @Test
  void aSmallWriteToBothDisksDoesNotHideTheRestOfItsCluster() {
    GatedDisk disk = chain("cluster_size=64k", "cluster_size=64k");
    world.start(request(SyncMode.NONE, CopyMode.WRITE_BLOCKING, 4096, 0));
    world.await(JobStatus.READY);
    MirrorWorld.fill(disk, 200_000, 4096, 0x22);
    softCancel();
    assertSameOver("s");
  }

  @Test
  void aTopLayerOfSmallClustersGoesOntoLargeOnes() {
    GatedDisk disk = chain("cluster_size=4k", "cluster_size=256k");
    MirrorWorld.fill(disk, 300_000, 100, 0x33);
    world.start(request(SyncMode.TOP, CopyMode.BACKGROUND, 512, 4096));
    world.await(JobStatus.READY);
    attach("base");
    assertThat(world.complete().error()).isEmpty();
    assertSameOver("base");
  }

  @Test
  void zeroesOfTheTopLayerHideTheBackingDiskThatComesLater() {
    GatedDisk disk = chain("cluster_size=64k", "cluster_size=64k");
    disk.zero(new ByteRange(65536, 131072), Zeroable.Mode.MAY_UNMAP);
    world.start(request(SyncMode.TOP, CopyMode.BACKGROUND, 65536, 0));
    world.await(JobStatus.READY);
    disk.zero(new ByteRange(524_288 + 5000, 200_000), Zeroable.Mode.MAY_UNMAP);
    attach("base");
    assertThat(world.complete().error()).isEmpty();
    assertSameOver("base");
  }

  @Test
  void zeroesAndDiscardsOfClientsHideTheBackingDiskThatComesLater() {
    GatedDisk disk = chain("cluster_size=64k", "cluster_size=64k");
    world.start(request(SyncMode.NONE, CopyMode.WRITE_BLOCKING, 512, 0));
    world.await(JobStatus.READY);
    disk.zero(new ByteRange(1000, 300_000), Zeroable.Mode.MAY_UNMAP);
    disk.discard(new ByteRange(1 << 20, 300_000));
    disk.zero(new ByteRange(2 << 20, 512), Zeroable.Mode.KEEP_ALLOCATED);
    softCancel();
    assertSameOver("s");
  }

  @Test
  void zeroesGoIntoAnImageOfVersion2Too() {
    GatedDisk disk = chain("cluster_size=64k", "compat=0.10");
    disk.zero(new ByteRange(65536, 131072), Zeroable.Mode.MAY_UNMAP);
    world.start(request(SyncMode.TOP, CopyMode.BACKGROUND, 65536, 0));
    world.await(JobStatus.READY);
    disk.zero(new ByteRange(1 << 20, 65536), Zeroable.Mode.MAY_UNMAP);
    attach("base");
    assertThat(world.complete().error()).isEmpty();
    assertSameOver("base");
  }

  @Test
  void aFullCopyFillsItsHolesWhenABackingDiskIsAttachedWhileItRuns() {
    qcow2("base", "cluster_size=64k", Optional.empty());
    MirrorWorld.fill(world.writer("b", "base"), 0, SIZE, 0x11);
    world.edit(new GraphEdit.RemoveUser(new UserId("b")));
    qcow2("s", "cluster_size=64k", Optional.empty());
    qcow2("t", "cluster_size=64k", Optional.empty());
    MirrorWorld.fill(world.writer("w", "s"), 100_000, 1_000, 0x44);
    world.start(request(SyncMode.FULL, CopyMode.BACKGROUND, 4096, 0));
    world.await(JobStatus.READY);
    attach("base");
    assertThat(world.complete().error()).isEmpty();
    world.close();
    QemuImg.recordBacking(image("t"), image("base").toString(), "qcow2");
    QemuImg.assertSameContent(image("s"), "qcow2", image("t"), "qcow2");
  }

  /// What is written before the job has seen the backing disk fills its cluster from there.
  @ParameterizedTest
  @EnumSource(CopyMode.class)
  void aFullCopyHidesABackingDiskThatAWriteBroughtIntoAHole(CopyMode mode) {
    qcow2("base", "cluster_size=64k", Optional.empty());
    MirrorWorld.fill(world.writer("b", "base"), 0, SIZE, 0x11);
    world.edit(new GraphEdit.RemoveUser(new UserId("b")));
    qcow2("s", "cluster_size=64k", Optional.empty());
    qcow2("t", "cluster_size=64k", Optional.empty());
    GatedDisk disk = world.writer("w", "s");
    world.start(request(SyncMode.FULL, mode, 4096, 4096));
    world.await(JobStatus.READY);
    attach("base");
    for (int cluster = 0; cluster < 40; cluster++) {
      MirrorWorld.fill(disk, cluster * 65_536L + 4096, 4096, 0x55);
    }
    assertThat(world.complete().error()).isEmpty();
    world.close();
    QemuImg.recordBacking(image("t"), image("base").toString(), "qcow2");
    QemuImg.assertSameContent(image("s"), "qcow2", image("t"), "qcow2");
  }

  @ParameterizedTest
  @EnumSource(CopyMode.class)
  void aFullCopyHidesABackingDiskThatCameAndWentAtOnce(CopyMode mode) {
    qcow2("base", "cluster_size=64k", Optional.empty());
    MirrorWorld.fill(world.writer("b", "base"), 0, SIZE, 0x11);
    world.edit(new GraphEdit.RemoveUser(new UserId("b")));
    qcow2("s", "cluster_size=64k", Optional.empty());
    qcow2("t", "cluster_size=64k", Optional.empty());
    GatedDisk disk = world.writer("w", "s");
    world.start(request(SyncMode.FULL, mode, 4096, 4096));
    world.await(JobStatus.READY);
    for (int cluster = 0; cluster < 40; cluster++) {
      attach("base");
      MirrorWorld.fill(disk, cluster * 65_536L + 4096, 4096, 0x55);
      world.edit(new GraphEdit.DetachChild(new NodeName("t"), ChildName.BACKING));
    }
    assertThat(world.complete().error()).isEmpty();
    world.close();
    QemuImg.assertSameContent(image("s"), "qcow2", image("t"), "qcow2");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void bothChainsShowTheSameWhateverClientsDid(long seed) {
    System.out.println("seed " + seed);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    String source = "cluster_size=" + (512 << random.nextInt(8)) + version(random);
    String target = "cluster_size=" + (512 << random.nextInt(4, 11)) + version(random);
    GatedDisk disk = chain(source, target);
    byte[] model = new byte[(int) SIZE];
    Arrays.fill(model, (byte) 0x11);
    change(disk, model, random, random.nextInt(30));
    SyncMode sync = random.nextBoolean() ? SyncMode.TOP : SyncMode.NONE;
    CopyMode mode = random.nextBoolean() ? CopyMode.BACKGROUND : CopyMode.WRITE_BLOCKING;
    long buffer = 1L << random.nextInt(12, 23);
    world.start(request(sync, mode, 512L << random.nextInt(12), buffer));
    for (int round = 0; round < 6; round++) {
      change(disk, model, random, random.nextInt(12));
      String other = random.nextBoolean() ? "background" : "write-blocking";
      world.jobs.change(MirrorWorld.JOB, Options.NONE.with("copyMode", other));
    }
    end(sync, random.nextBoolean());
    assertThat(Arrays.mismatch(MirrorWorld.read(disk, 0, (int) SIZE), model)).isEqualTo(-1);
    assertSameOver(sync == SyncMode.TOP ? "base" : "s");
  }

  private static String version(RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> " compat=0.10";
      case 1 -> " compat=1.1 lazy_refcounts=on";
      default -> " compat=1.1";
    };
  }

  private void end(SyncMode sync, boolean pivot) {
    if (sync == SyncMode.TOP && pivot) {
      world.await(JobStatus.READY);
      attach("base");
      assertThat(world.complete().error()).isEmpty();
      assertThat(world.child("w:root")).isEqualTo("t");
    } else {
      softCancel();
    }
  }

  private static void change(GatedDisk disk, byte[] model, RandomGenerator random, int times) {
    for (int i = 0; i < times; i++) {
      int most = random.nextInt(8) == 0 ? 600_000 : 9_000;
      int grain = random.nextBoolean() ? 512 : 1;
      int length = Math.max(1, random.nextInt(most) / grain) * grain;
      int at = random.nextInt((model.length - length) / grain) * grain;
      ByteRange range = new ByteRange(at, length);
      switch (random.nextInt(5)) {
        case 0 -> {
          disk.zero(range, Zeroable.Mode.MAY_UNMAP);
          Arrays.fill(model, at, at + length, (byte) 0);
        }
        case 1 -> {
          disk.discard(range);
          byte[] now = MirrorWorld.read(disk, at, length);
          System.arraycopy(now, 0, model, at, length);
        }
        default -> {
          MirrorWorld.fill(disk, at, length, random.nextInt(1, 256));
          byte[] now = MirrorWorld.read(disk, at, length);
          System.arraycopy(now, 0, model, at, length);
        }
      }
    }
  }
}
