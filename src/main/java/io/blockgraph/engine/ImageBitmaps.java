package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.BitmapKeeper;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.driver.Node;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapPlan;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.engine.bitmap.NodeBitmaps;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The bitmaps that live in images, in the course of one change: loaded with a node that comes,
/// stored before the decision, and as they were again when the change is given up. One thread.
final class ImageBitmaps {
  private final Live now;
  private final Topology next;
  private final BitmapPlan plan;
  private final ArrayDeque<NodeName> stored = new ArrayDeque<>();

  ImageBitmaps(Live now, Topology next, BitmapPlan plan) {
    this.now = now;
    this.next = next;
    this.plan = plan;
  }

  /// A node that comes brings the bitmaps of its image. Where these cannot be read its data can all
  /// the same: there are none then, and those in the image stay as they are.
  Optional<BitmapRefusal> bring(NodeName name, Node node, Children children) {
    if (!(node instanceof BitmapKeeper keeper)) {
      return Optional.empty();
    }
    List<KeptBitmap> kept;
    try {
      kept = keeper.storedBitmaps(children);
    } catch (BlockException e) {
      return Optional.empty();
    }
    return kept.isEmpty() ? Optional.empty() : plan.opened(name, kept);
  }

  /// What an image has against an edit of a bitmap that lives in it.
  Optional<BitmapRefusal> objection(BitmapEdit edit, @Nullable Node node) {
    NodeName name = edit.node();
    boolean concerned =
        isPersistent(edit, now.bitmapsOf(name)) || isPersistent(edit, plan.on(name));
    if (!concerned || edit instanceof BitmapEdit.Lend || edit instanceof BitmapEdit.GiveBack) {
      return Optional.empty();
    }
    if (!(node instanceof BitmapKeeper keeper)) {
      return Optional.of(
          new BitmapRefusal.Unsupported(name, "its driver keeps none in an image; qcow2 does"));
    }
    if (next.node(name).orElseThrow().readOnly()) {
      return Optional.of(new BitmapRefusal.ReadOnly(name, edit.bitmap()));
    }
    return keeper.bitmapObjection().map(why -> new BitmapRefusal.Unsupported(name, why));
  }

  private static boolean isPersistent(BitmapEdit edit, NodeBitmaps on) {
    return on.find(edit.bitmap()).map(DirtyBitmap::isPersistent).orElse(false);
  }

  /// Images keep the bitmaps as they are going to be, so that the decision finds both in agreement.
  void store(Map<NodeName, Node> nodes, Map<NodeName, BlockIo> bound) throws Preparation.Failed {
    for (NodeName name : plan.touched()) {
      boolean concerned = now.bitmapsOf(name).isPersistent() || plan.on(name).isPersistent();
      boolean writable = next.node(name).map(spec -> !spec.readOnly()).orElse(false);
      if (concerned && writable && nodes.get(name) instanceof BitmapKeeper keeper) {
        try {
          stored.push(name);
          keeper.storeBitmaps(Live.childrenOf(name, next, bound), plan.foreseen(name));
        } catch (BlockException e) {
          requireDispensable(name, e);
        }
      }
    }
  }

  /// A bitmap comes back also where its image cannot be written: what the image says of it is as
  /// true as it was, and stored anew when it can be.
  private void requireDispensable(NodeName name, BlockException why) throws Preparation.Failed {
    if (!plan.isOnlyGivenBack(name)) {
      throw new Preparation.Failed(name, why);
    }
  }

  /// The change is given up. An image that cannot be written then is marked by the next write to
  /// it, as ever.
  void takeBack() {
    for (NodeName name : stored) {
      if (now.nodes().get(name) instanceof BitmapKeeper keeper) {
        Children children = Live.childrenOf(name, now.state().topology(), now.bound());
        try {
          keeper.storeBitmaps(children, now.bitmapsOf(name).kept());
        } catch (BlockException e) {
          keeper.followBitmaps(now.bitmapsOf(name)::kept);
        }
      }
    }
  }

  /// The change is decided, and nobody writes yet: images are rid of what they kept for the case
  /// that it is not. One that cannot be written keeps it, which is more than what was written.
  void relieve(Map<NodeName, Node> nodes, Map<NodeName, BlockIo> bound) {
    for (NodeName name : stored) {
      if (plan.relieved().contains(name) && nodes.get(name) instanceof BitmapKeeper keeper) {
        try {
          keeper.storeBitmaps(Live.childrenOf(name, next, bound), plan.on(name).kept());
        } catch (BlockException e) {
          keeper.followBitmaps(plan.on(name)::kept);
        }
      }
    }
  }

  /// The change is decided: from now on images store what these bitmaps come to.
  void follow(Map<NodeName, Node> nodes, Collection<NodeName> opened) {
    Set<NodeName> followed = new LinkedHashSet<>(plan.touched());
    followed.addAll(opened);
    for (NodeName name : followed) {
      if (nodes.get(name) instanceof BitmapKeeper keeper) {
        keeper.followBitmaps(plan.on(name)::kept);
      }
    }
  }
}
