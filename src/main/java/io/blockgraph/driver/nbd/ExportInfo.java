package io.blockgraph.driver.nbd;

import io.blockgraph.nbd.Wire;
import java.util.OptionalInt;

/// What a server says of the export, and how both sides agreed to talk.
///
/// @param sizeBytes how long the disk is
/// @param flags the transmission flags
/// @param mostPayloadBytes the longest read or write the server takes
/// @param structured whether replies come in chunks
/// @param allocation the number of the context base:allocation, where the server has it
record ExportInfo(
    long sizeBytes, int flags, int mostPayloadBytes, boolean structured, OptionalInt allocation) {
  boolean can(int flag) {
    return (flags & flag) != 0;
  }

  boolean readOnly() {
    return can(Wire.READ_ONLY);
  }

  /// Whether requests that were all right for `before` are all right here.
  boolean canStandInFor(ExportInfo before) {
    int needed = before.flags & ~(Wire.READ_ONLY | Wire.CAN_MULTI_CONN | Wire.SEND_DF);
    return sizeBytes == before.sizeBytes
        && (flags & needed) == needed
        && readOnly() == before.readOnly()
        && (allocation.isPresent() || before.allocation.isEmpty())
        && mostPayloadBytes >= before.mostPayloadBytes;
  }
}
