package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Makes a failing sequence shorter as long as it fails in the same way: what fails otherwise is
/// another fault, behind which the first would hide.
final class Shrinker {
  private static final int MOST_RUNS = 200;

  private final Function<List<Command>, Report> run;
  private int runs;

  /// @param run runs a script from nothing
  Shrinker(Function<List<Command>, Report> run) {
    this.run = run;
  }

  /// The shortest that was found.
  Report shrunk(Report failing) {
    Report best = failing;
    boolean shorter = true;
    while (shorter) {
      shorter = false;
      for (int i = best.steps().size() - 1; i >= 0 && runs < MOST_RUNS; i--) {
        Report without = without(best, i);
        if (without.kind().equals(failing.kind())) {
          best = without;
          shorter = true;
        }
      }
    }
    return best;
  }

  private Report without(Report report, int index) {
    List<Command> commands = new ArrayList<>(report.commands());
    commands.remove(Math.min(index, commands.size() - 1));
    runs++;
    return commands.isEmpty()
        ? new Report(List.of(), List.of(), report.met())
        : run.apply(commands);
  }
}
