package io.blockgraph.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/// Both sides, started once for many sequences. One thread.
final class Arena implements AutoCloseable {
  private final Path folder;
  private final Shelf shelf;
  private final ImageChecks checks = new ImageChecks();
  private final BlockgraphSide ours;
  private DaemonSide daemon;
  private int daemons;

  private Arena(Path folder, Shelf shelf) {
    this.folder = folder;
    this.shelf = shelf;
    this.daemon = newDaemon();
    this.ours = BlockgraphSide.start(folder.resolve("blockgraph"), shelf);
    shelf.take(Template.LUKS, ours.encrypted());
  }

  /// Starts both in an empty folder.
  static Arena in(Path folder) {
    return new Arena(folder, Shelf.in(made(folder.resolve("shelf"))));
  }

  private DaemonSide newDaemon() {
    Path state = made(folder.resolve("daemon" + daemons++));
    return DaemonSide.start(state, new Folder(shelf, made(state.resolve("images"))));
  }

  private static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Runs a script to its end, or to where the sides part.
  Report run(List<Command> script) {
    return run(
        duel -> {
          for (Command command : script.subList(0, script.size() - 1)) {
            if (!duel.isOver()) {
              duel.ask(command);
            }
          }
          if (!duel.isOver()) {
            duel.askLast(script.getLast());
          }
        });
  }

  /// Draws a sequence and runs it.
  ///
  /// @param what begins to draw
  Report random(long seed, Function<Random, Drawing> what) {
    Random random = new Random(seed);
    Drawing drawing = what.apply(random);
    int length = drawing.begins() + 6 + random.nextInt(9);
    return run(
        duel -> {
          for (int i = 0; i < length && !duel.isOver(); i++) {
            duel.ask(drawing.next(duel.now()));
          }
        });
  }

  /// How many different images qemu-img has looked at.
  int imagesChecked() {
    return checks.count();
  }

  private Report run(Consumer<Duel> sequence) {
    Duel duel = new Duel(daemon, ours, checks);
    try {
      sequence.accept(duel);
      duel.finish();
    } catch (RuntimeException | AssertionError e) {
      duel.broke(e);
    }
    try {
      duel.cleanUp();
    } catch (RuntimeException | AssertionError e) {
      duel.broke(e);
      daemon.kill();
      daemon = newDaemon();
    }
    return duel.report();
  }

  @Override
  public void close() {
    ours.close();
    daemon.close();
  }
}
