package io.blockgraph.histories;

import io.blockgraph.os.KernelLocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// What a closed service must not leave behind: open files and locks below a directory, threads.
final class Leftovers {
  private static final long PATIENCE_NANOS = 5_000_000_000L;
  private static final long LOOK_AGAIN_NANOS = 1_000_000L;

  private Leftovers() {}

  /// What is left. Threads that are about to end are given a moment.
  ///
  /// @param mark in the names of its threads
  static List<String> of(Path directory, String mark) {
    List<String> left = new ArrayList<>(openFiles(directory));
    left.addAll(locks(directory));
    left.addAll(threads(mark));
    return left;
  }

  private static List<String> openFiles(Path directory) {
    List<String> open = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        String target = target(descriptor);
        if (target.startsWith(directory.toString())) {
          open.add("descriptor " + descriptor.getFileName() + " of " + target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  /// Other histories close descriptors while this one looks.
  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> locks(Path directory) {
    List<String> held = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        KernelLocks.of(file).forEach(lock -> held.add("lock " + lock.line()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return held;
  }

  private static List<String> threads(String mark) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    List<String> alive = threadsNow(mark);
    while (!alive.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      alive = threadsNow(mark);
    }
    return alive;
  }

  private static List<String> threadsNow(String mark) {
    Thread[] all = new Thread[Thread.activeCount() * 2 + 16];
    int count = Thread.enumerate(all);
    List<String> alive = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (all[i].getName().contains(mark + "-")) {
        alive.add("thread " + all[i].getName());
      }
    }
    return alive;
  }
}
