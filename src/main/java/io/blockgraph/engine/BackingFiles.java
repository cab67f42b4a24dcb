package io.blockgraph.engine;

import io.blockgraph.block.BackingLink;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Relinkable;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// What images say of the file that backs them, changed as a caller says. Nothing but the header of
/// the image changes: the graph knows its edges and never follows these names. Any thread.
public final class BackingFiles {
  private final BlockGraph graph;

  /// The images of `graph`.
  public BackingFiles(BlockGraph graph) {
    this.graph = graph;
  }

  /// Has the image of a node name `link` as what backs it; empty for nothing. Everybody who uses
  /// the node is held meanwhile.
  ///
  /// A node without a backing disk is told first that it is meant to have none: an image that names
  /// a backing file would else not be opened after a restart.
  public Result<Committed> name(NodeName node, Optional<BackingLink> link, Ask ask) {
    Operation relinking = view -> relink(node, link, view);
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      return made(relinking, ask);
    }
    return made(view -> saidNone(node, link, view), ask)
        .then(
            first ->
                made(relinking, Ask.PLAIN)
                    .then(
                        last ->
                            new Result.Done<>(Committed.between(first.before(), last.after()))));
  }

  private Result<Committed> made(Operation operation, Ask ask) {
    return graph.make(operation, ask).then(made -> new Result.Done<>(made.committed()));
  }

  private Result<Change> saidNone(NodeName node, Optional<BackingLink> link, BlockGraph.View view) {
    return possible(node, view)
        .then(
            spec -> {
              boolean said =
                  link.isEmpty()
                      || spec.child(ChildName.BACKING).isPresent()
                      || spec.options().values().containsKey(ChildName.BACKING.value());
              Change nothing = Change.of("nothing", List.of()).passing();
              return new Result.Done<>(
                  said
                      ? nothing
                      : Change.of(
                              "node '" + node + "' has no backing disk",
                              List.of(
                                  new GraphEdit.SetOptions(
                                      node, spec.options().with(ChildName.BACKING.value(), false))))
                          .expecting(OptionalLong.of(view.state().revision())));
            });
  }

  private Result<Change> relink(NodeName node, Optional<BackingLink> link, BlockGraph.View view) {
    return possible(node, view)
        .then(
            _ ->
                new Result.Done<>(
                    Change.of("backing file of '" + node + "'", List.of())
                        .passing()
                        .holding(Set.of(node))
                        .whileHeld(
                            (_, _, disks) -> {
                              write(disks.apply(node), link);
                              return Optional.empty();
                            })));
  }

  private static void write(BlockIo disk, Optional<BackingLink> link) {
    if (disk instanceof Relinkable image) {
      link.ifPresentOrElse(image::link, image::unlink);
    }
  }

  private Result<NodeSpec> possible(NodeName node, BlockGraph.View view) {
    Topology topology = view.state().topology();
    Optional<Refusal> busy = Busy.objection(topology, node);
    if (busy.isPresent()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(busy.get()));
    }
    NodeSpec spec = topology.node(node).orElseThrow();
    if (spec.readOnly()) {
      return new Result.Rejected<>(
          new Rejection.NodeReadOnly(node, "change of its backing file's name"));
    }
    return view.disk(node) instanceof Relinkable
        ? new Result.Done<>(spec)
        : new Result.Rejected<>(
            new Rejection.RuleBroken(new Refusal.BackingUnsupported(node, spec.driver())));
  }
}
