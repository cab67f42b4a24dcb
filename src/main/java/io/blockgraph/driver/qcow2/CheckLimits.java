package io.blockgraph.driver.qcow2;

/// How much a check may use, so that no image can make it run or grow without bound.
///
/// @param findings how many findings are kept in words
/// @param tableBytes how many bytes of tables are read; more make a check error
/// @param counterBytes how much memory the counters of references may take; more make a check error
public record CheckLimits(int findings, long tableBytes, long counterBytes) {
  /// For images of up to some 500 TiB with clusters of 64 KiB, and 10 findings.
  public static final CheckLimits DEFAULT = new CheckLimits(10, 64L << 30, 256L << 20);
}
