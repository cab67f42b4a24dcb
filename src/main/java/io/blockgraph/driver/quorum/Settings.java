package io.blockgraph.driver.quorum;

import io.blockgraph.graph.DriverRules.ChildCount;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.util.Optional;

/// How a quorum decides.
///
/// @param threshold how many children must agree
/// @param pattern whom a read asks
/// @param onMismatch what becomes of children that lost a vote
record Settings(int threshold, Pattern pattern, OnMismatch onMismatch) {
  static final String THRESHOLD = "voteThreshold";
  static final String PATTERN = "readPattern";
  static final String REWRITE = "rewriteCorrupted";
  static final String BLKVERIFY = "blkverify";
  static final String ALLOW_DUPLICATE = "allowDuplicate";

  /// The most children there can be.
  static final int MAX_CHILDREN = 1024;

  /// Whom a read asks.
  enum Pattern {
    /// All children, which then vote.
    QUORUM,
    /// The first child that answers.
    FIFO
  }

  /// What becomes of children that lost a vote.
  enum OnMismatch {
    /// They are reported.
    REPORT,
    /// They are reported and get the winner's bytes.
    REWRITE,
    /// The request fails, whoever is right (blkverify).
    FAIL
  }

  static Settings of(NodeSpec node) {
    Options options = node.options();
    return new Settings(
        Math.toIntExact(options.number(THRESHOLD).orElseThrow()),
        options.text(PATTERN).orElse("quorum").equals("fifo") ? Pattern.FIFO : Pattern.QUORUM,
        onMismatch(node));
  }

  private static OnMismatch onMismatch(NodeSpec node) {
    if (node.options().flag(BLKVERIFY, false)) {
      return OnMismatch.FAIL;
    }
    return rewrites(node) ? OnMismatch.REWRITE : OnMismatch.REPORT;
  }

  /// Whether a read may write: a read-only quorum leaves its children as they are.
  static boolean rewrites(NodeSpec node) {
    return node.options().flag(REWRITE, false) && !node.readOnly();
  }

  /// Whether the same node may be a child twice.
  static boolean allowsDuplicates(NodeSpec node) {
    return node.options().flag(ALLOW_DUPLICATE, false);
  }

  /// As many as must agree, up to as many as there can be; two that are compared stay two.
  static ChildCount childCount(NodeSpec node) {
    int threshold = Math.toIntExact(node.options().number(THRESHOLD).orElse(1L));
    boolean pair = node.options().flag(BLKVERIFY, false);
    return new ChildCount(threshold, pair ? 2 : MAX_CHILDREN);
  }

  /// What contradicts itself, in a sentence.
  static Optional<String> objection(NodeSpec node) {
    long threshold = node.options().number(THRESHOLD).orElse(0L);
    int children = node.children().size();
    if (threshold < 1 || threshold > children) {
      return Optional.of(
          "'"
              + THRESHOLD
              + "' is "
              + threshold
              + "; with "
              + children
              + " children it must be from 1 to "
              + children);
    }
    if (!node.options().flag(BLKVERIFY, false)) {
      return Optional.empty();
    }
    if (children != 2 || threshold != 2) {
      return Optional.of(
          "'"
              + BLKVERIFY
              + "' needs 2 children and '"
              + THRESHOLD
              + "' 2; there are "
              + children
              + " and it is "
              + threshold);
    }
    return node.options().flag(REWRITE, false)
        ? Optional.of("'" + BLKVERIFY + "' excludes '" + REWRITE + "'")
        : Optional.empty();
  }
}
