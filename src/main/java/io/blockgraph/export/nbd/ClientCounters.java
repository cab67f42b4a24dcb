package io.blockgraph.export.nbd;

import io.blockgraph.engine.IoFigures;
import io.blockgraph.engine.Latencies;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What a connection has moved, by command, and how long it took. Any thread.
///
/// The counts of an export are the sums of those of its connections: a request pays for one count,
/// in memory that no other connection touches.
final class ClientCounters {
  private static final Command[] COMMANDS = Command.values();

  private final AtomicLongArray served = new AtomicLongArray(COMMANDS.length);
  private final AtomicLongArray bytes = new AtomicLongArray(COMMANDS.length);
  private final AtomicLongArray failures = new AtomicLongArray(COMMANDS.length);

  /// By command; none before the first of its kind.
  private final AtomicReferenceArray<@Nullable Latencies> times =
      new AtomicReferenceArray<>(COMMANDS.length);

  private volatile @Nullable String lastError;

  void served(Request request) {
    int command = request.command().ordinal();
    served.getAndIncrement(command);
    if (request.command().movesBytes()) {
      bytes.getAndAdd(command, request.length());
    }
  }

  void failed(Command command, String what) {
    failures.getAndIncrement(command.ordinal());
    lastError = what;
  }

  /// A request has its reply, be it good or bad.
  void took(Command command, long nanos) {
    Latencies spent = times.get(command.ordinal());
    if (spent == null) {
      times.compareAndSet(command.ordinal(), null, new Latencies());
      spent = times.get(command.ordinal());
    }
    if (spent != null) {
      spent.record(nanos);
    }
  }

  NbdClient.Traffic traffic() {
    long others = 0;
    long failed = 0;
    for (Command command : COMMANDS) {
      boolean moves = command == Command.READ || command == Command.WRITE;
      others += moves ? 0 : served.get(command.ordinal());
      failed += failures.get(command.ordinal());
    }
    return new NbdClient.Traffic(
        served.get(Command.READ.ordinal()),
        bytes.get(Command.READ.ordinal()),
        served.get(Command.WRITE.ordinal()),
        bytes.get(Command.WRITE.ordinal()),
        others,
        failed);
  }

  /// The commands that came, by their words: `write-zeroes`.
  IoFigures figures() {
    Map<String, IoFigures.Figure> figures = new TreeMap<>();
    for (Command command : COMMANDS) {
      int at = command.ordinal();
      Optional<Latencies.Snapshot> spent =
          Optional.ofNullable(times.get(at)).map(Latencies::snapshot);
      if (served.get(at) + failures.get(at) > 0 || spent.isPresent()) {
        figures.put(
            word(command),
            new IoFigures.Figure(served.get(at), bytes.get(at), failures.get(at), spent));
      }
    }
    return new IoFigures(figures);
  }

  private static String word(Command command) {
    return command.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Optional<String> lastError() {
    return Optional.ofNullable(lastError);
  }
}
