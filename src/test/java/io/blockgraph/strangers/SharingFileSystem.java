package io.blockgraph.strangers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// A file system whose files can share storage (XFS), in a file, mounted as long as it is open. A
/// test that may not mount is skipped.
public final class SharingFileSystem implements AutoCloseable {
  private static final Tool MKFS = new Tool("mkfs.xfs", "xfsprogs");
  private static final Tool MOUNT = new Tool("mount", "mount");
  private static final Tool UMOUNT = new Tool("umount", "mount");

  private final Path directory;

  private SharingFileSystem(Path directory) {
    this.directory = directory;
  }

  /// Makes one of 400 MiB beneath `folder`.
  public static SharingFileSystem mountedIn(Path folder) {
    MKFS.require();
    Path image = folder.resolve("xfs.img");
    Path directory = folder.resolve("xfs");
    try {
      Files.createDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    MKFS.run(List.of("-q", "-d", "file,name=" + image + ",size=400m")).ok();
    Ran mounted = MOUNT.run(List.of("-o", "loop", image.toString(), directory.toString()));
    Assumptions.assumeTrue(mounted.exitCode() == 0, () -> "no loop device: " + mounted);
    return new SharingFileSystem(directory);
  }

  /// Where its files are.
  public Path directory() {
    return directory;
  }

  /// How many bytes its files take, those that are shared once.
  public long usedBytes() {
    try {
      Tool sync = new Tool("sync", "coreutils");
      sync.run(List.of("-f", directory.toString()));
      return Files.getFileStore(directory).getTotalSpace()
          - Files.getFileStore(directory).getUnallocatedSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    UMOUNT.run(List.of(directory.toString())).ok();
  }
}
