package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;
import java.nio.charset.StandardCharsets;

/// The name by which clients ask for an export.
///
/// @param value not empty, at most 4,096 bytes of UTF-8, no NUL
public record ExportName(String value) implements Comparable<ExportName> {
  /// @throws IllegalArgumentException when `value` cannot be the name of an export
  public ExportName {
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > Wire.STRING_BYTES || value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("no name for an export: " + bytes + " bytes");
    }
  }

  @Override
  public int compareTo(ExportName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
