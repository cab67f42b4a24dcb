package io.blockgraph.graph;

import java.nio.charset.StandardCharsets;

/// The name of a dirty bitmap, unique on its node: 1 to 1023 bytes of UTF-8, which is what an image
/// can keep.
public record BitmapName(String value) {
  /// How many bytes a name may have.
  public static final int MAX_BYTES = 1023;

  /// @throws IllegalArgumentException when `value` is not well-formed; ask [#isWellFormed] first
  ///   for input of strangers
  public BitmapName {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("not the name of a bitmap: '" + value + "'");
    }
  }

  /// Whether a bitmap can be called `value`.
  public static boolean isWellFormed(String value) {
    return !value.isEmpty()
        && value.length() <= MAX_BYTES
        && value.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
  }

  @Override
  public String toString() {
    return value;
  }
}
