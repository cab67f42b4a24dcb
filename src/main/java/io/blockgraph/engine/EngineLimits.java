package io.blockgraph.engine;

import io.blockgraph.block.StackSize;

/// The deadlines and bounds of the engine.
///
/// @param drainDeadlineMs how long a change waits for requests under way, and for the flushes it
///   needs
/// @param gateDeadlineMs how long a request waits for a change to end
/// @param writerDeadlineMs how long a change waits for another change
/// @param eventsKept how many events can be read again
/// @param maxDepth how many nodes a path through the graph may have, up to [#MOST_DEEP]
public record EngineLimits(
    long drainDeadlineMs,
    long gateDeadlineMs,
    long writerDeadlineMs,
    int eventsKept,
    int maxDepth) {
  /// So many nodes a path may have at most: the stack of a thread that asks it is 17 MiB then.
  public static final int MOST_DEEP = 2_000;

  /// What holds when nothing is configured.
  public static final EngineLimits DEFAULT = new EngineLimits(30_000, 60_000, 60_000, 10_000, 200);

  /// @throws IllegalArgumentException when no path could be, or too deep a one
  public EngineLimits {
    if (!isPossible(maxDepth)) {
      throw new IllegalArgumentException(impossible(maxDepth));
    }
  }

  /// Whether a limit can be `depth`.
  public static boolean isPossible(int depth) {
    return depth >= 1 && depth <= MOST_DEEP;
  }

  /// Says that no limit can be `depth`.
  public static String impossible(int depth) {
    return "a path through the graph may have 1 to " + MOST_DEEP + " nodes, not " + depth;
  }

  /// What threads need that ask the disks of the graph.
  public StackSize stack() {
    return StackSize.forPath(maxDepth);
  }

  /// The same for paths of `nodes` nodes at most.
  public EngineLimits withMaxDepth(int nodes) {
    return new EngineLimits(drainDeadlineMs, gateDeadlineMs, writerDeadlineMs, eventsKept, nodes);
  }
}
