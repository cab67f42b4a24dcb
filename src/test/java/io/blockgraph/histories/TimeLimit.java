package io.blockgraph.histories;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Work that must end within a time: whatever waits for ever is told of, with every thread.
final class TimeLimit {
  private final Duration limit;

  TimeLimit(Duration limit) {
    this.limit = limit;
  }

  /// Runs `work` in a thread of its own. Work that does not end stays behind.
  ///
  /// @throws AssertionError when it has not ended in time; it says where all threads are
  void run(String name, Runnable work) {
    Thread[] thread = new Thread[1];
    Throwable[] thrown = new Throwable[1];
    thread[0] = Thread.ofPlatform().name(name).daemon().unstarted(() -> thrown[0] = thrownBy(work));
    thread[0].start();
    try {
      if (!thread[0].join(limit)) {
        throw new AssertionError(
            "%s has not ended after %s:%n%s".formatted(name, limit, everyThread()));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a history", e);
    }
    switch (thrown[0]) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown[0]);
    }
  }

  private static Throwable thrownBy(Runnable work) {
    try {
      work.run();
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }

  private static String everyThread() {
    HotSpotDiagnosticMXBean machine =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      Path directory = Files.createTempDirectory("threads");
      Path file = directory.resolve("dump");
      machine.dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
      String text = Files.readString(file);
      Files.delete(file);
      Files.delete(directory);
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
