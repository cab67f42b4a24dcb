package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/// A change that is asked of the engine, all or nothing.
///
/// @param edits what changes
/// @param what one short sentence for the history: `snapshot of 'mid' into 'o'`
/// @param expected the revision the caller has seen, where it insists on it
/// @param lasting whether it is remembered and counts as a revision
/// @param files files that are made for it
/// @param alsoHold nodes whose users are held back though nothing above them is rebuilt
/// @param whileHeld work and last checks in the held section right before the decision
public record Change(
    List<GraphEdit> edits,
    String what,
    OptionalLong expected,
    Lasting lasting,
    List<FileCreation> files,
    Set<NodeName> alsoHold,
    WhileHeld whileHeld) {

  /// Whether a change is remembered.
  public enum Lasting {
    /// Remembered before it is visible; the revision grows.
    DURABLE,
    /// A user that comes and goes within one request: seen by everybody, not remembered, no new
    /// revision.
    TRANSIENT
  }

  /// Work and last checks while the affected users are held back.
  public interface WhileHeld {
    /// Nothing more to do.
    WhileHeld NOTHING = (_, _, _) -> Optional.empty();

    /// Does the work.
    ///
    /// @param now the graph before the change
    /// @param before the nodes as bound before the change, also those that go
    /// @param after the nodes as bound after the change, also those that come
    /// @return a reason to give the change up
    /// @throws io.blockgraph.block.BlockException also gives the change up
    Optional<Rejection> run(
        GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after);
  }

  /// Copies the collections.
  public Change {
    edits = List.copyOf(edits);
    files = List.copyOf(files);
    alsoHold = Set.copyOf(alsoHold);
  }

  /// A lasting change of `edits` and nothing else.
  public static Change of(String what, List<GraphEdit> edits) {
    return new Change(
        edits, what, OptionalLong.empty(), Lasting.DURABLE, List.of(), Set.of(), WhileHeld.NOTHING);
  }

  /// The same, at this revision or not at all.
  public Change expecting(OptionalLong revision) {
    return new Change(edits, what, revision, lasting, files, alsoHold, whileHeld);
  }

  /// The same, not remembered.
  public Change passing() {
    return new Change(edits, what, expected, Lasting.TRANSIENT, files, alsoHold, whileHeld);
  }

  /// The same, making `creations` first.
  public Change making(List<FileCreation> creations) {
    return new Change(edits, what, expected, lasting, creations, alsoHold, whileHeld);
  }

  /// The same, with the users of `nodes` held back too.
  public Change holding(Set<NodeName> nodes) {
    return new Change(edits, what, expected, lasting, files, nodes, whileHeld);
  }

  /// The same, with `work` in the held section.
  public Change whileHeld(WhileHeld work) {
    return new Change(edits, what, expected, lasting, files, alsoHold, work);
  }
}
