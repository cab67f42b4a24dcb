package io.blockgraph.engine;

/// The deadlines and bounds of the engine.
///
/// @param drainDeadlineMs how long a change waits for requests under way
/// @param gateDeadlineMs how long a request waits for a change to end
/// @param writerDeadlineMs how long a change waits for another change
/// @param eventsKept how many events can be read again
/// @param maxDepth how many nodes a path through the graph may have
public record EngineLimits(
    long drainDeadlineMs,
    long gateDeadlineMs,
    long writerDeadlineMs,
    int eventsKept,
    int maxDepth) {
  /// What holds when nothing is configured.
  public static final EngineLimits DEFAULT = new EngineLimits(30_000, 60_000, 60_000, 10_000, 200);

  /// @throws IllegalArgumentException when no path could be
  public EngineLimits {
    if (maxDepth < 1) {
      throw new IllegalArgumentException(
          "a path through the graph has at least one node, not " + maxDepth);
    }
  }

  /// The same for paths of `nodes` nodes at most.
  public EngineLimits withMaxDepth(int nodes) {
    return new EngineLimits(drainDeadlineMs, gateDeadlineMs, writerDeadlineMs, eventsKept, nodes);
  }
}
