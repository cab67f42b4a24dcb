package io.blockgraph.os;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Finds out who holds a byte lock, for a message. The kernel tells no process for an OFD lock (pid
/// -1), but `/proc/PID/fd` shows who has the file open, and `/proc/PID/fdinfo/FD` the locks of a
/// descriptor, as `lock: 1: OFDLCK ADVISORY READ -1 MAJOR:MINOR:INODE FIRST LAST`.
///
/// A hint only: other users' processes and other pid namespaces are not to be seen, and the search
/// among the others ends after 200 ms.
final class LockHolder {
  private static final long DEADLINE_MS = 200;
  private static final Path PROC = Path.of("/proc");
  private static final Path SELF = PROC.resolve(Long.toString(ProcessHandle.current().pid()));

  private final Path file;
  private final int at;
  private final int ownDescriptor;
  private final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MS);

  private LockHolder(Path file, int at, int ownDescriptor) {
    this.file = file;
    this.at = at;
    this.ownDescriptor = ownDescriptor;
  }

  /// Who holds byte `at` of a file, other than by this process' descriptor `ownDescriptor` of it,
  /// in words.
  static String find(int ownDescriptor, int at) {
    try {
      Path file = Files.readSymbolicLink(SELF.resolve("fd/" + ownDescriptor));
      return new LockHolder(file, at, ownDescriptor).search().orElse("another process");
    } catch (IOException | DirectoryIteratorException e) {
      return "another process";
    }
  }

  /// The process a file lock belongs to, in words.
  static String named(String pid) {
    try {
      return "process " + pid + " (" + Files.readString(PROC.resolve(pid + "/comm")).strip() + ")";
    } catch (IOException e) {
      return "process " + pid;
    }
  }

  private Optional<String> search() throws IOException {
    return holds(SELF) ? Optional.of("another opening in this process") : searchOthers();
  }

  private Optional<String> searchOthers() throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (System.nanoTime() > deadline) {
          break;
        }
        if (!process.equals(SELF) && holds(process)) {
          return Optional.of(named(process.getFileName().toString()));
        }
      }
    }
    return Optional.empty();
  }

  private boolean holds(Path process) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (isOfFile(descriptor) && !isOwn(process, descriptor) && hasLock(process, descriptor)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // it has ended, or is not ours to see
    }
    return false;
  }

  private boolean isOfFile(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private boolean isOwn(Path process, Path descriptor) {
    return process.equals(SELF) && descriptor.endsWith(Integer.toString(ownDescriptor));
  }

  private boolean hasLock(Path process, Path descriptor) throws IOException {
    return Files.readString(process.resolve("fdinfo").resolve(descriptor.getFileName()))
        .lines()
        .filter(line -> line.startsWith("lock:"))
        .anyMatch(this::isOnByte);
  }

  private boolean isOnByte(String line) {
    String[] words = line.split("\\s+");
    String last = words[words.length - 1];
    return Long.parseLong(words[words.length - 2]) <= at
        && (last.equals("EOF") || Long.parseLong(last) >= at);
  }
}
