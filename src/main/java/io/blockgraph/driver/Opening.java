package io.blockgraph.driver;

import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;

/// Everything a driver is given to open a node.
///
/// @param spec what was asked for
/// @param grant what all parents together will take and share once the change is committed; a
///   driver that locks takes these locks now
/// @param children the bound children, opened before
/// @param services the world outside
public record Opening(NodeSpec spec, Grant grant, Children children, Services services) {
  /// The world outside of a driver.
  ///
  /// @param files the host's files
  /// @param events where a node tells of what it noticed
  /// @param ticker the monotonic clock
  public record Services(HostFiles files, NodeEvents events, Ticker ticker) {}

  /// A monotonic clock in nanoseconds; a test brings its own.
  public interface Ticker {
    /// Nanoseconds since some fixed moment.
    long nanos();

    /// Waits `nanos` nanoseconds, or not at all when they are not positive.
    void sleep(long nanos);
  }
}
