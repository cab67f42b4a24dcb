package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Settleable;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/// What a change makes durable before it is decided. One thread.
final class Flushes {
  /// The fact by which a node tells that a flush has failed since it was opened.
  private static final String FLUSH_FAILED = "flushFailed";

  private final Live now;
  private final Topology next;
  private final GraphDiff diff;

  Flushes(Live now, Topology next, GraphDiff diff) {
    this.now = now;
    this.next = next;
    this.diff = diff;
  }

  /// All that will have to be flushed while users are held: there is less to do then, and a disk
  /// that does not answer is found before.
  void ahead(TimedFlushes.Until time, Collection<NodeName> handedOver) throws Preparation.Failed {
    covered(time);
    gone(time);
    for (NodeName name : handedOver) {
      flushOrFail(time, name);
    }
  }

  /// Disks that were written to and stand behind an overlay from now on. Who flushes goes on to
  /// flush the overlay, and that does not reach what backs it.
  void covered(TimedFlushes.Until time) throws Preparation.Failed {
    for (NodeName name : nodesCovered()) {
      flushOrFail(time, name);
    }
  }

  private void flushOrFail(TimedFlushes.Until time, NodeName name) throws Preparation.Failed {
    try {
      flush(time, name);
    } catch (BlockException e) {
      throw new Preparation.Failed(name, e);
    }
  }

  private void flush(TimedFlushes.Until time, NodeName name) throws Preparation.Failed {
    BlockIo disk = now.disk(name);
    time.run(name, disk, disk::flush);
  }

  private Set<NodeName> nodesCovered() {
    Topology before = now.state().topology();
    Set<NodeName> nodes = new LinkedHashSet<>();
    Stream.concat(
            diff.edgesAdded().stream(),
            diff.edgesChanged().stream().filter(Flushes::covers).map(GraphDiff.EdgeChange::after))
        .filter(edge -> edge.roles().has(Role.COW))
        .map(Edge::child)
        .flatMap(this::behind)
        .filter(child -> before.grantOn(child).taken().has(Permission.WRITE))
        .forEach(nodes::add);
    return nodes;
  }

  /// A node that is there, or what is below filters that come along with the overlay.
  private Stream<NodeName> behind(NodeName node) {
    return now.state().topology().node(node).isPresent()
        ? Stream.of(node)
        : next.childrenOf(node).stream()
            .filter(edge -> edge.roles().has(Role.FILTERED))
            .map(Edge::child)
            .flatMap(this::behind);
  }

  /// Whether an edge that stays leads to another disk, or to it in another way: what stood behind
  /// an overlay before is not flushed for what others may do with it.
  private static boolean covers(GraphDiff.EdgeChange change) {
    return !change.before().child().equals(change.after().child())
        || !change.before().roles().equals(change.after().roles());
  }

  /// Disks that were written to and go. To what could not be opened at the start nothing was, and
  /// where a flush has failed already nobody is told anything new: what was lost is lost.
  void gone(TimedFlushes.Until time) throws Preparation.Failed {
    for (NodeSpec gone : diff.nodesRemoved()) {
      NodeName name = gone.name();
      boolean written = now.state().topology().grantOn(name).taken().has(Permission.WRITE);
      if (written && !(now.node(name) instanceof UnavailableNode) && !isLossKnown(name)) {
        try {
          flush(time, name);
        } catch (BlockException e) {
          if (!isPassedOn(gone)) {
            throw new Preparation.Failed(name, e);
          }
        }
      }
    }
  }

  /// Whether a node, or one below it, tells that a flush has failed before this change.
  private boolean isLossKnown(NodeName name) {
    Set<NodeName> all = new LinkedHashSet<>(Cone.downwards(now.state().topology(), name));
    all.add(name);
    return all.stream()
        .anyMatch(node -> Boolean.TRUE.equals(now.node(node).facts().get(FLUSH_FAILED)));
  }

  /// Whether all that a node had was the disk below, which goes on being written without it: who
  /// wrote there flushes it, and is told why he cannot. So a job gets out of a graph with a disk
  /// that fails.
  private boolean isPassedOn(NodeSpec gone) {
    return gone.origin() == NodeSpec.Origin.IMPLICIT
        && gone.children().stream()
            .filter(child -> child.roles().has(Role.FILTERED))
            .map(ChildSpec::node)
            .anyMatch(
                below ->
                    next.node(below).isPresent()
                        && next.grantOn(below).taken().has(Permission.WRITE));
  }

  /// Whoever takes an image over finds everything in it. A flush that is late may go on when the
  /// change is refused and users are back; what settles an image may not, so it has no deadline,
  /// and begins when the disk has just answered.
  void handedOver(TimedFlushes.Until time, Collection<NodeName> nodes) throws Preparation.Failed {
    Set<NodeName> handedOver = new LinkedHashSet<>(nodes);
    for (NodeName name : Cone.childrenFirst(now.state().topology(), handedOver).reversed()) {
      flushOrFail(time, name);
      if (now.disk(name) instanceof Settleable disk) {
        settle(name, disk);
        flushOrFail(time.anew(), name);
      }
    }
  }

  private static void settle(NodeName name, Settleable disk) throws Preparation.Failed {
    try {
      disk.settle();
    } catch (BlockException e) {
      throw new Preparation.Failed(name, e);
    }
  }
}
