package io.blockgraph.differential;

/// Why something is refused, as far as both sides can say it.
enum Reason {
  NOT_FOUND,
  NAME_IN_USE,
  INVALID,
  IN_USE,
  BUSY,
  PERMISSION,
  READ_ONLY,
  LOCKED,
  CYCLE,
  SIZE,
  SHARED_STORAGE,
  NOT_EMPTY,
  UNSUPPORTED,
  NOT_COVERED,
  CHANGES_DATA,
  LOOP,
  SELF_MIRROR,
  NOT_A_ROOT,
  CONSENT,
  OVERLAY_IN_USE,
  OVERLAY_IS_FILTER,
  OVERLAY_HAS_BACKING,
  VERB,
  FIXED,
  NOT_IN_CHAIN,
  THRESHOLD,
  INCONSISTENT,
  ENABLED,
  IO,
  /// What is there is no image of this format.
  FORMAT,
  /// No answer came in time.
  HELD,
  /// Nobody has said yet what these words mean: a fault of the suite.
  UNKNOWN
}
