package io.blockgraph.engine;

import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Changes of dirty bitmaps, as operations: each at one moment when nobody writes to the nodes it
/// is about, so that of every write it is clear whether it came before or after. Any thread.
///
/// A job that takes a bitmap does so in the change that brings the job ([Change#editing] with a
/// [BitmapEdit.Lend]), and gives it back in the one that ends it.
public final class Bitmaps {
  private final BlockGraph graph;

  /// The bitmaps of the nodes of `graph`.
  public Bitmaps(BlockGraph graph) {
    this.graph = graph;
  }

  /// Makes one edit.
  public Result<Committed> make(BitmapEdit edit, Ask ask) {
    return graph.make(editing(edit), ask).then(made -> new Result.Done<>(made.committed()));
  }

  /// One edit as an operation.
  public Operation editing(BitmapEdit edit) {
    return new Editing(edit);
  }

  /// One edit, asked and made by one thread.
  private final class Editing implements Operation {
    private final BitmapEdit edit;
    private boolean inImage;

    Editing(BitmapEdit edit) {
      this.edit = edit;
    }

    @Override
    public Result<Change> on(BlockGraph.View view) {
      Topology topology = view.state().topology();
      for (NodeName node : nodes(edit)) {
        if (topology.node(node).isEmpty()) {
          return new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.NodeNotFound(node)));
        }
      }
      Optional<BitmapRefusal> refusal = unsupported(topology.node(edit.node()).orElseThrow());
      if (refusal.isPresent()) {
        return new Result.Rejected<>(new Rejection.BitmapRefused(refusal.get()));
      }
      inImage =
          view.bitmaps(edit.node()).isPersistent()
              || (edit instanceof BitmapEdit.Add added
                  && added.lasting() == DirtyBitmap.Lasting.PERSISTENT);
      return new Result.Done<>(change(edit));
    }

    /// What is written to a file that goes when the change is given up goes with it, and the image
    /// would not know.
    @Override
    public Optional<Rejection> untakeable(GraphState before, GraphState after) {
      NodeName node = edit.node();
      boolean alike =
          before.topology().node(node).isEmpty()
              || Cone.isStoredAlike(node, before.topology(), after.topology());
      return alike || !inImage
          ? Optional.empty()
          : Optional.of(
              new Rejection.BitmapRefused(
                  new BitmapRefusal.Unsupported(
                      node,
                      "what its image is stored in changes with this transaction: let that change"
                          + " by itself")));
    }
  }

  private static Change change(BitmapEdit edit) {
    return Change.of(what(edit), List.of()).holding(nodes(edit)).editing(List.of(edit));
  }

  private static Set<NodeName> nodes(BitmapEdit edit) {
    Set<NodeName> nodes = new HashSet<>();
    nodes.add(edit.node());
    edit.read().forEach(source -> nodes.add(source.node()));
    return nodes;
  }

  private Optional<BitmapRefusal> unsupported(NodeSpec node) {
    if (node.origin() == NodeSpec.Origin.IMPLICIT) {
      return Optional.of(
          new BitmapRefusal.Unsupported(
              node.name(), "it is a filter that goes with its job; take the node below it"));
    }
    boolean takes = graph.drivers().find(node.driver()).orElseThrow().takesBitmaps();
    return takes
        ? Optional.empty()
        : Optional.of(
            new BitmapRefusal.Unsupported(
                node.name(), "driver '" + node.driver() + "' takes none; take the node below it"));
  }

  private static String what(BitmapEdit edit) {
    String bitmap = "bitmap '" + edit.bitmap() + "' of node '" + edit.node() + "'";
    return switch (edit) {
      case BitmapEdit.Add _ -> "add " + bitmap;
      case BitmapEdit.Remove _ -> "remove " + bitmap;
      case BitmapEdit.Clear _ -> "clear " + bitmap;
      case BitmapEdit.Switch change -> change.recording().verb() + " " + bitmap;
      case BitmapEdit.Merge merge -> "merge " + merge.sources().size() + " into " + bitmap;
      case BitmapEdit.Lend lend -> "lend " + bitmap + " to '" + lend.user() + "'";
      case BitmapEdit.GiveBack _ -> "give back " + bitmap;
    };
  }
}
