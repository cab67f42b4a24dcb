package io.blockgraph.driver.qcow2;

import java.nio.charset.StandardCharsets;

/// A header extension as it stands in the file; unknown ones are kept as they are.
///
/// @param type the number that says what it is
/// @param fileOffset where its data begins in the file; 0 for one that is not in a file yet
/// @param data its bytes without padding
record HeaderExtension(int type, long fileOffset, byte[] data) {
  static final int END = 0;
  static final int BACKING_FORMAT = 0xe2792aca;
  static final int FEATURE_NAMES = 0x6803f857;
  static final int BITMAPS = 0x23852875;
  static final int ENCRYPTION = 0x0537be77;
  static final int DATA_FILE_NAME = 0x44415441;

  /// The data as text, as backing format and data file name are stored.
  String text() {
    return new String(data, StandardCharsets.UTF_8);
  }

  /// Bytes it takes in the file: type, length, data, padding to 8 bytes.
  int storedBytes() {
    return 8 + ((data.length + 7) & ~7);
  }
}
