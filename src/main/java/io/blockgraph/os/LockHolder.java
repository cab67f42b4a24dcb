package io.blockgraph.os;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Finds out who holds a byte lock, for a message. The kernel tells no process for an OFD lock (pid
/// -1), but lists each descriptor's locks in `/proc/PID/fdinfo/FD` as `lock: 1: OFDLCK ADVISORY
/// READ -1 MAJOR:MINOR:INODE FIRST LAST`.
///
/// A hint only: other users' processes and other pid namespaces are not to be seen.
final class LockHolder {
  private static final long DEADLINE_MS = 200;
  private static final Path PROC = Path.of("/proc");
  private static final String UNKNOWN = "another process";

  private final FileIdentity file;
  private final int at;
  private final int ownDescriptor;
  private final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MS);

  private LockHolder(FileIdentity file, int at, int ownDescriptor) {
    this.file = file;
    this.at = at;
    this.ownDescriptor = ownDescriptor;
  }

  /// Who holds byte `at` of the file, other than by this process' descriptor `ownDescriptor`, in
  /// words.
  ///
  /// @param pid the process as the kernel tells it, or 0 or less when it does not
  static String find(FileIdentity file, int at, int ownDescriptor, int pid) {
    if (pid > 0) {
      return named(pid);
    }
    LockHolder search = new LockHolder(file, at, ownDescriptor);
    long self = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .mapToLong(ProcessHandle::pid)
        .takeWhile(p -> !search.isLate())
        .filter(p -> search.holds(p, p == self))
        .mapToObj(p -> p == self ? "another opening in this process" : named(p))
        .findFirst()
        .orElse(UNKNOWN);
  }

  private static String named(long pid) {
    try {
      return "process " + pid + " (" + Files.readString(PROC.resolve(pid + "/comm")).strip() + ")";
    } catch (IOException e) {
      return "process " + pid;
    }
  }

  private boolean isLate() {
    return System.nanoTime() > deadline;
  }

  private boolean holds(long pid, boolean self) {
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(PROC.resolve(pid + "/fdinfo"))) {
      for (Path descriptor : descriptors) {
        boolean own = self && descriptor.endsWith(Integer.toString(ownDescriptor));
        if (!own && hasLock(descriptor)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // it has ended, or is not ours to see
    }
    return false;
  }

  private boolean hasLock(Path descriptor) {
    try {
      return Files.readString(descriptor).lines().anyMatch(this::isLock);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private boolean isLock(String line) {
    String[] words = line.split("\\s+");
    int last = words.length - 1;
    return line.startsWith("lock:")
        && last >= 3
        && words[last - 2].endsWith(":" + Long.toUnsignedString(file.inode()))
        && Long.parseLong(words[last - 1]) <= at
        && (words[last].equals("EOF") || Long.parseLong(words[last]) >= at);
  }
}
