package io.blockgraph.differential;

import java.util.Map;

/// What Blockgraph's codes mean.
final class BlockgraphReasons {
  private static final Map<String, Reason> MEANINGS =
      Map.ofEntries(
          Map.entry("NODE_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("EDGE_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("JOB_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("CHILD_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("DUPLICATE_CHILD", Reason.IN_USE),
          Map.entry("CHILDREN_FIXED", Reason.UNSUPPORTED),
          Map.entry("THRESHOLD_NOT_MET", Reason.THRESHOLD),
          Map.entry("BITMAP_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("BITMAP_NAME_IN_USE", Reason.NAME_IN_USE),
          Map.entry("BITMAP_BUSY", Reason.BUSY),
          Map.entry("BITMAP_INCONSISTENT", Reason.INCONSISTENT),
          Map.entry("BITMAP_UNSUPPORTED", Reason.UNSUPPORTED),
          Map.entry("THROTTLE_GROUP_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("THROTTLE_GROUP_IN_USE", Reason.IN_USE),
          Map.entry("SNAPSHOT_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("SNAPSHOT_NAME_IN_USE", Reason.NAME_IN_USE),
          Map.entry("EXPORT_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("NODE_NAME_IN_USE", Reason.NAME_IN_USE),
          Map.entry("JOB_ID_IN_USE", Reason.NAME_IN_USE),
          Map.entry("IMAGE_EXISTS", Reason.NAME_IN_USE),
          Map.entry("INVALID_REQUEST", Reason.INVALID),
          Map.entry("INVALID_PARAMETER", Reason.INVALID),
          Map.entry("INVALID_SIZE", Reason.INVALID),
          Map.entry("BAD_SHAPE", Reason.INVALID),
          Map.entry("NODE_IN_USE", Reason.IN_USE),
          Map.entry("NODE_BUSY", Reason.BUSY),
          Map.entry("EDGE_FROZEN", Reason.BUSY),
          Map.entry("PERMISSION_CONFLICT", Reason.PERMISSION),
          Map.entry("READ_ONLY", Reason.READ_ONLY),
          Map.entry("IMAGE_LOCKED", Reason.LOCKED),
          Map.entry("WOULD_CYCLE", Reason.CYCLE),
          Map.entry("SIZE_MISMATCH", Reason.SIZE),
          Map.entry("OVERLAY_SHARES_STORAGE", Reason.SHARED_STORAGE),
          Map.entry("OVERLAY_NOT_EMPTY", Reason.NOT_EMPTY),
          Map.entry("RESIZE_UNSUPPORTED", Reason.UNSUPPORTED),
          Map.entry("OPERATION_UNSUPPORTED", Reason.UNSUPPORTED),
          Map.entry("BACKING_UNSUPPORTED", Reason.UNSUPPORTED),
          Map.entry("REPLACE_NOT_COVERED", Reason.NOT_COVERED),
          Map.entry("REPLACE_WOULD_CHANGE_DATA", Reason.CHANGES_DATA),
          Map.entry("REPLACE_WOULD_LOOP", Reason.LOOP),
          Map.entry("SELF_MIRROR", Reason.SELF_MIRROR),
          Map.entry("CONSENT_MISSING", Reason.CONSENT),
          Map.entry("OVERLAY_IN_USE", Reason.OVERLAY_IN_USE),
          Map.entry("OVERLAY_IS_FILTER", Reason.OVERLAY_IS_FILTER),
          Map.entry("OVERLAY_HAS_BACKING", Reason.OVERLAY_HAS_BACKING),
          Map.entry("JOB_VERB_NOT_ALLOWED", Reason.VERB),
          Map.entry("NOT_IN_CHAIN", Reason.NOT_IN_CHAIN),
          Map.entry("OPTION_FIXED", Reason.FIXED),
          Map.entry("CHILD_HOLDS_OTHER_DATA", Reason.FIXED),
          Map.entry("INVALID", Reason.INVALID),
          Map.entry("UNSUPPORTED", Reason.UNSUPPORTED),
          Map.entry("UNKNOWN_DRIVER", Reason.INVALID),
          Map.entry("NO_IMAGE_FORMAT", Reason.INVALID),
          Map.entry("IMAGE_NOT_FOUND", Reason.NOT_FOUND),
          Map.entry("IMAGE_FORMAT_ERROR", Reason.FORMAT),
          Map.entry("IO_ERROR", Reason.IO));

  private BlockgraphReasons() {}

  static Reason of(String code) {
    return MEANINGS.getOrDefault(code, Reason.UNKNOWN);
  }
}
