package io.blockgraph.differential;

import io.blockgraph.differential.Command.Verb;
import java.util.ArrayList;
import java.util.List;

/// The commands that bring everything to rest: jobs keep what they have copied as far as they can,
/// and are dismissed; exports go.
final class Ending {
  private Ending() {}

  static List<Command> of(Picture now) {
    List<Command> commands = new ArrayList<>();
    now.jobs()
        .forEach(
            (job, state) -> {
              ending(state.status()).forEach(verb -> commands.add(new Command.Steer(job, verb)));
              commands.add(new Command.Steer(job, Verb.DISMISS));
            });
    now.exports().keySet().forEach(export -> commands.add(new Command.RemoveExport(export)));
    return commands;
  }

  private static List<Verb> ending(String status) {
    return switch (status) {
      case "concluded" -> List.of();
      case "ready" -> List.of(Verb.KEEP_COPY);
      default -> List.of(Verb.CANCEL);
    };
  }
}
