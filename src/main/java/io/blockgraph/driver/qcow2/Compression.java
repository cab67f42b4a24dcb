package io.blockgraph.driver.qcow2;

/// How the compressed clusters of an image are compressed; one method for the whole image.
public enum Compression {
  /// Raw deflate with a window of 4 KiB.
  ZLIB(0),
  /// Zstandard, one frame per cluster.
  ZSTD(1);

  private final int code;

  Compression(int code) {
    this.code = code;
  }

  /// The number that stands in the header.
  int code() {
    return code;
  }
}
