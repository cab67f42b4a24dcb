package io.blockgraph.histories;

import io.blockgraph.os.MemoryDirectories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Many histories on the engine, several at once: they wait more than they work. It ends when as
/// many as `-Dfailures=N` have gone wrong, which is one when nothing is said.
final class Campaign {
  private static final int AT_ONCE = 4;
  private static final int TELL_EVERY = 500;
  private static final int MOST_FAILURES = Integer.getInteger("failures", 1);

  private final List<History.Script> scripts;
  private final Optional<Shell> strangers;
  private final AtomicInteger next = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final long started = System.nanoTime();

  private Campaign(List<History.Script> scripts, Optional<Shell> strangers) {
    this.scripts = scripts;
    this.strangers = strangers;
  }

  /// Plays histories, each image looked at by other programs in the end.
  ///
  /// @return what went wrong, with all that had happened; empty when nothing did
  static List<String> play(List<History.Script> scripts) {
    try (Shell shell = new Shell()) {
      return new Campaign(scripts, Optional.of(shell)).run();
    }
  }

  /// The same without other programs.
  static List<String> playAlone(List<History.Script> scripts) {
    return new Campaign(scripts, Optional.empty()).run();
  }

  private List<String> run() {
    List<Thread> players =
        IntStream.range(0, AT_ONCE)
            .mapToObj(i -> Thread.ofPlatform().name("player-" + i).unstarted(this::playAll))
            .toList();
    players.forEach(Thread::start);
    for (Thread player : players) {
      try {
        player.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a campaign", e);
      }
    }
    tell(Math.min(next.get(), scripts.size()));
    return List.copyOf(failures);
  }

  private void playAll() {
    for (int i = next.getAndIncrement();
        i < scripts.size() && failures.size() < MOST_FAILURES;
        i = next.getAndIncrement()) {
      play(scripts.get(i), strangers).ifPresent(failures::add);
      if (i > 0 && i % TELL_EVERY == 0) {
        tell(i);
      }
    }
  }

  private void tell(int played) {
    System.out.printf(
        "%d histories in %.0f s, %d s of processors%n",
        played,
        (System.nanoTime() - started) / 1e9,
        ProcessHandle.current().info().totalCpuDuration().orElseThrow().toSeconds());
  }

  /// Plays one history in a directory of its own.
  static Optional<String> play(History.Script script, Optional<Shell> strangers) {
    Path images = directory();
    try {
      return History.play(script, new EngineSite(images), strangers);
    } finally {
      delete(images);
    }
  }

  private static Path directory() {
    try {
      return MemoryDirectories.create("history").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
