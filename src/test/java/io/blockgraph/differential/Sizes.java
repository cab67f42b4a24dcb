package io.blockgraph.differential;

/// The lengths that disks have, in bytes: few clusters of 64 KiB, so that thousands of them are
/// read in a run.
final class Sizes {
  static final long CLUSTER = 64 << 10;
  static final long DISK = 4 * CLUSTER;
  static final long LONG = 8 * CLUSTER;
  static final long LARGE = 256 * CLUSTER;
  static final long HUGE = 32 << 20;
  static final long SHORT = 2 * CLUSTER;

  private Sizes() {}
}
