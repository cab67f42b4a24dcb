package io.blockgraph.export.nbd;

import io.blockgraph.engine.Latencies;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// How long the requests of an export took, by command. Any thread.
final class CommandTimes {
  private static final Command[] COMMANDS = Command.values();

  private final Latencies[] times =
      Stream.generate(Latencies::new).limit(COMMANDS.length).toArray(Latencies[]::new);

  void record(Command command, long nanos) {
    times[command.ordinal()].record(nanos);
  }

  /// The commands that came, by their words: `write-zeroes`.
  Map<String, Latencies.Snapshot> all() {
    Map<String, Latencies.Snapshot> all = new TreeMap<>();
    for (Command command : COMMANDS) {
      Latencies.Snapshot snapshot = times[command.ordinal()].snapshot();
      if (snapshot.count() > 0) {
        all.put(command.name().toLowerCase(Locale.ROOT).replace('_', '-'), snapshot);
      }
    }
    return all;
  }
}
