package io.blockgraph.histories;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Makes a history that goes wrong shorter, by leaving out one operation after another, from the
/// last to the first. Clients do not get their turns twice at the same moments, so each attempt is
/// made a few times.
final class Shortening {
  private final int tries;

  /// @param tries how often a history is played before it counts as good
  Shortening(int tries) {
    this.tries = tries;
  }

  /// A script with fewer operations that goes wrong all the same; the same when there is none.
  History.Script shorten(History.Script script) {
    History.Script shortest = script;
    for (int i = History.MOST_OPERATIONS - 1; i >= 0; i--) {
      Set<Integer> without = new HashSet<>(shortest.without());
      if (without.add(i)) {
        History.Script shorter = new History.Script(script.seed(), without);
        shortest = goesWrong(shorter).isPresent() ? shorter : shortest;
      }
    }
    return shortest;
  }

  /// What goes wrong with it.
  Optional<String> goesWrong(History.Script script) {
    Optional<String> wrong = Optional.empty();
    for (int i = 0; i < tries && wrong.isEmpty(); i++) {
      wrong = Campaign.play(script, Optional.empty());
    }
    return wrong;
  }
}
