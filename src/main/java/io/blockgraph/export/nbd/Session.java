package io.blockgraph.export.nbd;

import io.blockgraph.nbd.Wire;
import java.util.List;

/// What a handshake ended with: which export is served and how the two sides talk.
///
/// @param export the export, which has admitted the connection
/// @param framing how requests and replies look
/// @param contexts what BLOCK_STATUS reports, by the numbers of the export's contexts
record Session(ServedExport export, Framing framing, List<Integer> contexts) {
  /// The number of the context base:allocation, which every export has.
  static final int ALLOCATION_CONTEXT = 1;

  /// What a number of [#contexts] stands for.
  StatusContext context(int number) {
    return export.offer().contexts().get(number - 1);
  }

  boolean writable() {
    return export.offer().isWritable();
  }

  ServedDisk disk() {
    return export.disk();
  }

  /// Whether READ is answered in chunks (and BLOCK_STATUS can be).
  boolean chunked() {
    return framing != Framing.SIMPLE;
  }

  boolean extended() {
    return framing == Framing.EXTENDED;
  }

  /// Whether a client may name the contexts it wants to hear of in the payload of a BLOCK_STATUS:
  /// when there is one only.
  boolean filtersStatus() {
    return extended() && contexts.equals(List.of(ALLOCATION_CONTEXT));
  }

  /// The transmission flags the client is told.
  int flags() {
    int flags = Wire.HAS_FLAGS | Wire.SEND_FLUSH;
    flags |= chunked() ? Wire.SEND_DF : 0;
    flags |= filtersStatus() ? Wire.BLOCK_STATUS_PAYLOAD : 0;
    flags |= export.offer().maxConnections() > 1 ? Wire.CAN_MULTI_CONN : 0;
    if (!writable()) {
      return flags | Wire.READ_ONLY;
    }
    flags |= disk().canDiscard() ? Wire.SEND_TRIM : 0;
    return flags | Wire.SEND_FUA | Wire.SEND_WRITE_ZEROES | Wire.SEND_FAST_ZERO;
  }
}
