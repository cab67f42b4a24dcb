package io.blockgraph.job.replication;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Which end of a replication a node is.
public enum Mode {
  /// Where the disk is used; its writes are forwarded through the node.
  PRIMARY,
  /// Where the writes arrive; the node shows the disk as it was at the last checkpoint.
  SECONDARY;

  static final List<String> WORDS = Stream.of(values()).map(Mode::word).toList();

  /// The word used over HTTP: `primary`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Mode of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
