package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;

/// Makes the refusals of malformed images: each names the field, its offset in the file, and the
/// value found there.
final class BadImage {
  private BadImage() {}

  /// A field holds a number it must not hold.
  static BlockException field(String field, long fileOffset, long value, String why) {
    return new BlockException(
        BlockException.Kind.BAD_IMAGE,
        "qcow2 field " + field + " at offset " + fileOffset + " is " + value + ": " + why);
  }

  /// The image is well-formed but asks for what is not supported.
  static BlockException unsupported(String field, long fileOffset, String what) {
    return new BlockException(
        BlockException.Kind.BAD_IMAGE,
        "qcow2 field " + field + " at offset " + fileOffset + ": " + what);
  }
}
