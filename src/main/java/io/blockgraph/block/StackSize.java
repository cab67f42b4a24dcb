package io.blockgraph.block;

/// How large the stack of a thread is that asks disks.
///
/// A request goes down a chain of nodes by calls, so the deepest chain that may be decides how much
/// it takes; a thread of the size that the JVM gives by itself overflows below some 400 nodes. It
/// is address space: memory is taken for what a request really used.
///
/// @param bytes at least so many
public record StackSize(long bytes) {
  /// What remains for the code around, and for the code below the last node.
  private static final long BASE_BYTES = 1 << 20;

  /// A node takes 2.5 KiB at most as measured (qcow2 images read through, methods compiled by the
  /// quick compiler; a filter 1 KiB).
  private static final long NODE_BYTES = 8 << 10;

  /// Enough for the paths that may be when nothing is configured.
  public static final StackSize DEFAULT = forPath(200);

  /// Enough for paths of `nodes` nodes.
  public static StackSize forPath(int nodes) {
    return new StackSize(BASE_BYTES + nodes * NODE_BYTES);
  }

  /// Builds threads of this size that do not keep the JVM from ending. They are platform threads: a
  /// call into a file holds the carrier of a virtual one.
  public Thread.Builder.OfPlatform thread() {
    return Thread.ofPlatform().daemon().stackSize(bytes);
  }
}
