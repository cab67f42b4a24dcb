package io.blockgraph.driver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.FlatModel;
import io.blockgraph.os.ImageRoots;
import io.blockgraph.store.files.OsHostFiles;
import io.blockgraph.strangers.Ran;
import io.blockgraph.strangers.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Block devices as nodes, over loop devices where the machine has some.
@Timeout(60)
class HostDeviceDriverTest {
  private static final int MIB = 1 << 20;
  private static final Tool LOSETUP = new Tool("losetup", "mount");

  @TempDir Path folder;
  private final Bench bench = new Bench();
  private Optional<String> device = Optional.empty();
  private Driver driver;
  private ImageRoots roots;

  @BeforeEach
  void allowDevices() {
    roots = ImageRoots.open(List.of(Path.of("/dev")), ImageRoots.Devices.ONLY);
    driver = new HostDeviceDriver(Optional.of(new OsHostFiles(roots)));
  }

  @AfterEach
  void close() {
    bench.close();
    roots.close();
    device.ifPresent(name -> LOSETUP.run(List.of("-d", name)).ok());
  }

  /// A loop device over a new file of this length.
  private String loop(long sizeBytes) throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "loop devices need root");
    Path backing = folder.resolve("disk");
    try (var file =
        Files.newByteChannel(backing, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.position(sizeBytes - 1).write(ByteBuffer.allocate(1));
    }
    Ran made = LOSETUP.run(List.of("-f", "--show", backing.toString()));
    assumeTrue(made.exitCode() == 0, () -> "this machine has no loop devices: " + made.err());
    device = Optional.of(made.out().strip());
    return device.orElseThrow();
  }

  private BlockIo open(String filename) {
    return bench.open(driver, Map.of("filename", filename), Map.of()).disk();
  }

  private static void refused(Kind kind, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BlockException.class, refused -> assertThat(refused.kind()).isEqualTo(kind))
        .hasMessageContaining(words);
  }

  @Test
  void keepsWhatIsWrittenZeroedAndDiscarded() throws IOException {
    BlockIo disk = open(loop(MIB));
    assertThat(disk.sizeBytes()).isEqualTo(MIB);
    assertThat(disk).isNotInstanceOf(Resizable.class);
    long seed = Seeds.first();
    System.out.println("HostDeviceDriverTest: -Dseed=" + seed);
    FlatModel model = new FlatModel(disk, new Random(seed));
    for (int i = 0; i < 200; i++) {
      model.step();
    }
    model.compare();
    Content.fill(disk, MIB - 3, 3, 7);
    disk.flush();
    assertThat(Files.readAllBytes(folder.resolve("disk"))).hasSize(MIB).endsWith(7, 7, 7);
  }

  @Test
  void isWrittenByOneNodeOnly() throws IOException {
    String loop = loop(MIB);
    open(loop);
    refused(Kind.LOCKED, loop, () -> open(loop));
  }

  @Test
  void leavesADeviceAloneThatHoldsAMountedFileSystem() throws IOException {
    String loop = loop(16L * MIB);
    new Tool("mke2fs", "e2fsprogs").run(List.of("-q", loop)).ok();
    Path mount = Files.createDirectory(folder.resolve("mount"));
    Ran mounted = new Tool("mount", "mount").run(List.of(loop, mount.toString()));
    assumeTrue(mounted.exitCode() == 0, () -> "this machine mounts nothing: " + mounted.err());
    try {
      refused(Kind.LOCKED, "EBUSY", () -> open(loop));
    } finally {
      new Tool("umount", "mount").run(List.of(mount.toString())).ok();
    }
    assertThat(open(loop).sizeBytes()).isEqualTo(16L * MIB);
  }

  @Test
  void opensNothingButBlockDevices() {
    refused(Kind.INVALID, "a character device, no block device", () -> open("/dev/null"));
    refused(Kind.FORBIDDEN, "the roots are '/dev'", () -> open(folder.resolve("x").toString()));
  }

  @Test
  void opensNothingUnlessTheOperatorHasSaidWhere() {
    driver = new HostDeviceDriver(Optional.empty());
    refused(Kind.FORBIDDEN, "blockgraph.device-roots", () -> open("/dev/loop0"));
  }
}
