package io.blockgraph.block;

/// A disk that knows more than its file: changes are brought there late, or a little at a time.
public interface Settleable {
  /// Brings everything into the file, so that it is as it would be if nobody had it open. What the
  /// disk shows does not change. Only while no other request is under way.
  void settle();
}
