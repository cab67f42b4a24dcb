package io.blockgraph.differential;

/// In what circumstances something differs.
///
/// @param command what was asked
/// @param before how it looked before
/// @param after how it looks now
/// @param history what went before
record Scene(Command command, Both before, Both after, History history) {
  /// Both sides at one moment.
  record Both(Picture daemon, Picture ours) {
    static final Both NOTHING = new Both(Picture.EMPTY, Picture.EMPTY);
  }

  Picture daemon() {
    return after.daemon();
  }

  Picture ours() {
    return after.ours();
  }
}
