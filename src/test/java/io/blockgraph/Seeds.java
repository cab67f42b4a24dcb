package io.blockgraph;

/// Where tests that draw by chance begin. A build draws the same each time, so that it goes red for
/// what was changed and for nothing else; the nightly one draws anew. `-Dseed=N` replays.
public final class Seeds {
  private static final String SEED = "seed";
  private static final long OF_EVERY_BUILD = 1;

  private Seeds() {}

  /// The first seed: the one that was asked for, that of every build, or a fresh one where
  /// `-Dtests.fresh` is true, as it is in the nightly build. Tests print it.
  public static long first() {
    return Long.getLong(SEED, ofThisBuild());
  }

  /// The same whatever seed was asked for.
  public static long ofThisBuild() {
    return Boolean.getBoolean("tests.fresh") ? System.nanoTime() >>> 8 : OF_EVERY_BUILD;
  }
}
