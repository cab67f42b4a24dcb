package io.blockgraph.bench.scale;

import java.io.IOException;
import java.nio.file.Path;

/// One of the two that are compared: what both can be asked for. Every call returns when the answer
/// is there, and fails when it is a refusal.
interface Side {
  /// A disk of nothing.
  void addNull(String node) throws IOException;

  /// A raw node over a disk of nothing that is there.
  void addRaw(String node, String below) throws IOException;

  /// Removes a node that nobody uses.
  void remove(String node) throws IOException;

  /// All nodes with what is told of each; how many bytes the answer has.
  int list() throws IOException;

  /// A qcow2 node over the file, without a backing disk.
  void addImage(String node, Path file) throws IOException;

  /// Puts an overlay that is there on a node.
  void snapshot(String node, String overlay) throws IOException;

  /// The process that answers.
  long pid();
}
