package io.blockgraph.histories;

import io.blockgraph.mutants.BrokenClass;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// One class of the service with one thing broken on purpose: histories are played on it, with
/// everything of the service loaded anew.
///
/// @param type the class, as a path below `io/blockgraph`
/// @param original the text that must be in its source exactly once, however the lines are broken
/// @param broken what stands there instead
record Breakage(String type, String original, String broken) {
  private static final long FIRST_SEED = 5_000_000_000L;

  /// The one that is found last shows within some thirty.
  private static final int MOST = 300;

  /// What goes wrong in the service as it is loaded here; empty when nothing does.
  static Optional<String> noticed() {
    List<History.Script> scripts =
        LongStream.range(FIRST_SEED, FIRST_SEED + MOST).mapToObj(History.Script::whole).toList();
    return Stream.concat(Campaign.playAlone(scripts).stream(), Diary.tooSeldom(MOST).stream())
        .findFirst();
  }

  /// What goes wrong with the breakage.
  Optional<String> played() {
    try {
      Optional<String> noticed =
          new BrokenClass(type, original, broken)
              .noticed(Breakage.class, "io.blockgraph.")
              .map(String::valueOf);
      noticed.ifPresent(what -> System.out.println(type + " was noticed: " + why(what)));
      return noticed;
    } catch (InvocationTargetException e) {
      throw new AssertionError("the broken service cannot be played at all", e.getCause());
    }
  }

  /// The line that says it.
  private static String why(String noticed) {
    return noticed
        .lines()
        .filter(line -> line.matches("[a-z0-9.]+[A-Z]\\w*(Error|Exception)\\b.*"))
        .findFirst()
        .orElse(noticed);
  }
}
