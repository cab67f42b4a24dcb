package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Brings the graph back as it was decided last.
///
/// Files of changes that were never decided are removed. Jobs do not go on by themselves: their
/// users are left out and the filters they had put in are taken out, so that everybody uses again
/// what lies below. A node that cannot be opened keeps its place and fails its requests with the
/// reason.
public final class Restart {
  private final GraphStore store;
  private final HostFiles files;

  /// A restart from `store`.
  public Restart(GraphStore store, HostFiles files) {
    this.store = store;
    this.files = files;
  }

  /// Fills `graph`, which is empty.
  ///
  /// @throws IllegalStateException when what is remembered is no valid graph any more, naming the
  ///   rule; nothing is changed
  public void into(BlockGraph graph) {
    GraphStore.Stored stored = store.load();
    stored.undecided().forEach(this::remove);
    stored.undecided().stream()
        .map(GraphStore.UndecidedFile::intent)
        .distinct()
        .forEach(store::abandon);
    boolean interrupted = wasInterrupted(stored);
    graph.resume(interrupted ? stored.revision() + 1 : stored.revision());
    List<GraphEdit> edits = remembered(stored);
    edits.addAll(leftovers(stored));
    Result<Committed> result =
        graph.commit(Change.of("restart", edits).passing(), Preparation.Unopenable.STAND_IN);
    if (result instanceof Result.Rejected<Committed>(Rejection reason)) {
      throw new IllegalStateException("the remembered graph cannot be opened: " + reason);
    }
    if (interrupted) {
      store.rewrite(graph.state(), "restart without interrupted jobs");
    }
  }

  private static boolean wasInterrupted(GraphStore.Stored stored) {
    return stored.users().stream().anyMatch(user -> user.kind() != User.Kind.EXPORT)
        || stored.nodes().stream().anyMatch(n -> n.origin() == NodeSpec.Origin.IMPLICIT);
  }

  private static List<GraphEdit> remembered(GraphStore.Stored stored) {
    List<GraphEdit> edits = new ArrayList<>();
    stored.nodes().forEach(node -> edits.add(new GraphEdit.AddNode(node)));
    for (User user : stored.users()) {
      if (user.kind() == User.Kind.EXPORT) {
        edits.add(new GraphEdit.AddUser(user));
      }
    }
    return edits;
  }

  private static List<GraphEdit> leftovers(GraphStore.Stored stored) {
    List<GraphEdit> edits = new ArrayList<>();
    for (NodeSpec node : stored.nodes()) {
      if (node.origin() == NodeSpec.Origin.IMPLICIT) {
        filtered(node)
            .ifPresent(
                below -> edits.add(new GraphEdit.MoveParents(node.name(), below.node(), Set.of())));
        edits.add(new GraphEdit.RemoveNode(node.name()));
      }
    }
    return edits;
  }

  private static Optional<ChildSpec> filtered(NodeSpec node) {
    return node.children().stream().filter(c -> c.roles().has(Role.FILTERED)).findFirst();
  }

  /// Removes a file that is surely ours: the one we made, or an empty one where we were about to
  /// make it.
  private void remove(GraphStore.UndecidedFile undecided) {
    boolean ours;
    try (HostFile file = files.open(undecided.path(), HostFiles.Mode.READ_ONLY)) {
      ours =
          undecided.identity().map(file.identity()::equals).orElseGet(() -> file.sizeBytes() == 0);
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.NOT_FOUND) {
        throw e;
      }
      return;
    }
    if (ours) {
      files.delete(undecided.path());
    }
  }
}
