package io.blockgraph.job.replication;

import io.blockgraph.graph.Options;
import java.time.Instant;
import java.util.Optional;

/// How a replication stands, as the graph remembers it: among the options of its node, where no
/// caller can put it. Immutable.
///
/// @param stage how far it is
/// @param below whether what the node shows depends on the secondary disk staying as it is
/// @param since when the stage began
/// @param checkpointAt when the last checkpoint was taken; beginning is one
record Standing(Stage stage, Below below, Optional<Instant> since, Optional<Instant> checkpointAt) {
  private static final String STAGE = "stage";
  private static final String PINNED = "pinned";
  private static final String SINCE = "since";
  private static final String CHECKPOINT_AT = "checkpointAt";

  /// Whether the secondary disk may be changed.
  enum Below {
    /// Others may write to it: what is overwritten is saved before, or nothing depends on it.
    LIVE,
    /// Nobody may write to it: it shows through.
    PINNED
  }

  static Standing of(Options options) {
    return new Standing(
        options.text(STAGE).map(Stage::of).orElse(Stage.NONE),
        options.flag(PINNED, false) ? Below.PINNED : Below.LIVE,
        options.text(SINCE).map(Instant::parse),
        options.text(CHECKPOINT_AT).map(Instant::parse));
  }

  /// The same options with this standing in them.
  Options in(Options options) {
    Options all = options.with(STAGE, stage.word()).with(PINNED, below == Below.PINNED);
    Options timed = since.map(at -> all.with(SINCE, at.toString())).orElse(all);
    return checkpointAt.map(at -> timed.with(CHECKPOINT_AT, at.toString())).orElse(timed);
  }

  /// Another stage, from `now` on.
  Standing entering(Stage next, Instant now) {
    return new Standing(next, below, Optional.of(now), checkpointAt);
  }

  Standing checkpointed(Instant now) {
    return new Standing(stage, below, since, Optional.of(now));
  }

  Standing over(Below other) {
    return new Standing(stage, other, since, checkpointAt);
  }
}
