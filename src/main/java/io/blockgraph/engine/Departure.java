package io.blockgraph.engine;

import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.UserId;
import java.util.List;

/// Takes a user that passed through out of the graph again.
///
/// Who finds the graph held up, as by a disk that hangs within a change, or a disk that cannot be
/// left in order at the moment, is not kept waiting for it: the user leaves as soon as that goes.
/// Else it would stay there for good, with all it takes. Any thread.
public final class Departure {
  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 10_000;

  private Departure() {}

  /// Takes `user` out of `graph`, now or as soon as that can be.
  public static void from(BlockGraph graph, UserId user) {
    if (!isOver(graph, user)) {
      Thread.ofVirtual().name("departure of " + user).start(() -> insist(graph, user));
    }
  }

  private static void insist(BlockGraph graph, UserId user) {
    try {
      long pauseMs = FIRST_PAUSE_MS;
      do {
        Thread.sleep(pauseMs);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      } while (!isOver(graph, user));
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a departure", e);
    }
  }

  /// Whether nothing is left to do: the rules refuse to take a user out only where there is none.
  private static boolean isOver(BlockGraph graph, UserId user) {
    Change leaving = Change.of("leave", List.of(new GraphEdit.RemoveUser(user))).passing();
    return !(graph.commit(leaving) instanceof Result.Rejected<Committed>(Rejection reason))
        || reason instanceof Rejection.RuleBroken;
  }
}
