package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;

/// Makes the refusals of malformed images: each names the format, the field, its offset in the
/// file, and what was found there.
///
/// @param format the name of the format
record BadImage(String format) {
  /// A field holds what it must not hold; the image is not opened.
  BlockException field(String field, long fileOffset, Object value, String why) {
    return new BlockException(
        Kind.BAD_IMAGE,
        "%s field %s at offset %d is %s: %s".formatted(format, field, fileOffset, value, why));
  }

  /// The file ends before something that must be there.
  BlockException tooShort(String what, long end, long fileBytes) {
    return new BlockException(
        Kind.BAD_IMAGE,
        "%s %s reaches to offset %d of a file of %d bytes".formatted(format, what, end, fileBytes));
  }

  /// An entry of a table points to where nothing can be; found while the image is read.
  BlockException entry(String table, long index, Object value, String why) {
    return new BlockException(
        Kind.CORRUPT,
        "%s entry %d of the %s is %s: %s".formatted(format, index, table, value, why));
  }
}
