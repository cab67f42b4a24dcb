package io.blockgraph.os;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The locks of the kernel's own list in /proc/locks, which holds those of all processes and file
/// systems.
public final class KernelLocks {
  private KernelLocks() {}

  /// A lock.
  ///
  /// @param line as the kernel tells it
  public record Lock(String line) {
    /// The number of what is `fromEnd` words before the end.
    private String word(int fromEnd) {
      String[] words = line.split("\\s+");
      return words[words.length - fromEnd];
    }

    private String file() {
      return word(3);
    }

    private boolean isOf(long process) {
      return word(4).equals(Long.toString(process));
    }

    int first() {
      return Integer.parseInt(word(2));
    }

    int last() {
      return Integer.parseInt(word(1));
    }
  }

  /// Those of a file, whoever holds them.
  public static List<Lock> of(Path file) throws IOException {
    String inode = inode(file);
    List<Lock> alike = all().stream().filter(lock -> lock.file().endsWith(inode)).toList();
    if (alike.isEmpty()) {
      return alike;
    }
    String name = device(file.toAbsolutePath().getParent()) + inode;
    return alike.stream().filter(lock -> lock.file().equals(name)).toList();
  }

  private static List<Lock> all() throws IOException {
    return Files.readString(Path.of("/proc/locks")).lines().map(Lock::new).toList();
  }

  private static String inode(Path file) throws IOException {
    return ":" + Files.getAttribute(file, "unix:ino");
  }

  /// What the list calls the file system of a directory: not always what `stat` calls it, so a lock
  /// of ours is looked up.
  private static String device(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, "probe", "");
    try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assert held.isValid();
      String inode = inode(probe);
      return all().stream()
          .filter(lock -> lock.isOf(ProcessHandle.current().pid()))
          .map(Lock::file)
          .filter(file -> file.endsWith(inode))
          .map(file -> file.substring(0, file.length() - inode.length()))
          .findFirst()
          .orElseThrow(() -> new AssertionError("the kernel does not tell of a lock in " + probe));
    } finally {
      Files.delete(probe);
    }
  }
}
