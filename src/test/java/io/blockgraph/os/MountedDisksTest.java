package io.blockgraph.os;

import static io.blockgraph.os.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.ByteRange;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import io.blockgraph.strangers.Ran;
import io.blockgraph.strangers.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What only root can set up: a full file system and a block device.
final class MountedDisksTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  @BeforeEach
  void requireRoot() {
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
  }

  @Test
  void reportsAFullFileSystemAndWritesAgainWhenThereIsSpace() throws Exception {
    Path mount = memory("mount");
    try (ImageRoots roots = ImageRoots.open(List.of(mount), Devices.REFUSED);
        OpenFile file = roots.create("a.img")) {
      assertFails(Kind.NO_SPACE, () -> file.write(0, Patterns.of(1, 2 * MIB))).endsWith("ENOSPC");
      assertFails(Kind.NO_SPACE, () -> file.allocate(new ByteRange(0, 2 * MIB)));
      file.truncate(0);
      file.write(0, Patterns.of(1, MIB / 2));
      assertThat(Patterns.isFull(Patterns.read(file, 0, MIB / 2), 1)).isTrue();
    } finally {
      unmount(mount);
    }
  }

  private Path memory(String name) throws Exception {
    Path mount = Files.createDirectory(folder.resolve(name));
    mounted(
        new Tool("mount", "mount")
            .run(List.of("-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.toString())));
    return mount;
  }

  private static void unmount(Path mount) {
    new Tool("umount", "mount").run(List.of("-l", mount.toString())).ok();
  }

  /// A file of the same number in another file system.
  @Test
  void theLocksOfAFileAreTakenForThoseOfNoOther() throws Exception {
    Path mine = memory("mine");
    Path other = memory("other");
    try (ImageRoots roots = ImageRoots.open(List.of(mine, other), Devices.REFUSED);
        OpenFile file = roots.create(mine + "/a.img");
        OpenFile twin = roots.create(other + "/a.img");
        ByteLocks locks = ByteLocks.open(file, ByteLocks.Mode.ON)) {
      assertThat(twin.identity().inode()).isEqualTo(file.identity().inode());
      locks.prepare(ByteLocks.WRITE, ByteLocks.WRITE);
      locks.commit();
      assertThat(HeldBytes.of(mine.resolve("a.img"))).containsExactly(101, 201);
      assertThat(HeldBytes.of(other.resolve("a.img"))).isEmpty();
    } finally {
      unmount(mine);
      unmount(other);
    }
  }

  @Test
  void opensABlockDeviceOnlyWhenTheOperatorAllowsIt() throws Exception {
    Path backing = Files.write(folder.resolve("disk"), new byte[(int) MIB]);
    Tool losetup = new Tool("losetup", "mount");
    Path device =
        Path.of(mounted(losetup.run(List.of("-f", "--show", backing.toString()))).out().strip());
    try (ImageRoots strict = ImageRoots.open(List.of(Path.of("/dev")), Devices.REFUSED);
        ImageRoots lenient = ImageRoots.open(List.of(Path.of("/dev")), Devices.ALLOWED)) {
      assertFails(Kind.INVALID, () -> strict.open(device.toString(), Access.READ_ONLY))
          .contains("is a block device");
      usesDevice(lenient, device);
    } finally {
      losetup.run(List.of("-d", device.toString())).ok();
    }
    assertThat(Files.readAllBytes(backing)[4096]).isEqualTo((byte) 9);
  }

  private static void usesDevice(ImageRoots roots, Path device) {
    try (OpenFile disk = roots.open(device.toString(), Access.READ_WRITE)) {
      assertThat(disk.sizeBytes()).isEqualTo(MIB);
      disk.write(4096, Patterns.of(9, 4096));
      disk.sync();
      assertThat(disk.seekData(0)).isZero();
      assertThat(disk.seekHole(0)).isEqualTo(MIB);
      assertThat(disk.seekData(MIB)).isEqualTo(OpenFile.NO_DATA);
      assertThat(disk.zeroRange(new ByteRange(8193, 1))).isFalse();
      disk.zeroRange(new ByteRange(8192, 4096));
      disk.punchHole(new ByteRange(12_288, 4096));
      assertThat(Patterns.isFull(Patterns.read(disk, 4096, 4096), 9)).isTrue();
    }
  }

  private static Ran mounted(Ran ran) {
    assumeTrue(ran.exitCode() == 0, () -> "this machine does not allow it: " + ran.err());
    return ran;
  }
}
