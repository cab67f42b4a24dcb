package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Emptiable;
import io.blockgraph.block.Extents;
import io.blockgraph.block.RequestBarrier;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// What can stand against a secondary beginning or going on; looks and changes nothing.
final class ReplicationChecks {
  private ReplicationChecks() {}

  /// What the graph has against beginning.
  static Optional<ReplicationRejection> rules(
      NodeSpec replication, SecondaryDisks disks, Topology graph) {
    List<NodeName> all =
        Stream.concat(Stream.of(replication.name()), disks.all().stream()).toList();
    return all.stream()
        .flatMap(
            node -> Busy.objection(graph, node).<Rejection>map(Rejection.RuleBroken::new).stream())
        .findFirst()
        .or(() -> all.stream().flatMap(node -> readOnly(node, graph).stream()).findFirst())
        .or(() -> others(disks.active(), replication.name(), graph))
        .or(() -> others(disks.hidden(), disks.active(), graph))
        .map(ReplicationRejection.Graph::new);
  }

  private static Optional<Rejection> readOnly(NodeName node, Topology graph) {
    return graph.node(node).orElseThrow().readOnly()
        ? Optional.of(new Rejection.NodeReadOnly(node, "replication"))
        : Optional.empty();
  }

  /// A checkpoint empties the disk: nobody else may stand on it.
  private static Optional<Rejection> others(NodeName disk, NodeName parent, Topology graph) {
    List<Edge> others =
        graph.parentsOf(disk).stream()
            .filter(edge -> !edge.parent().id().equals(parent.value()))
            .toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rejection.RuleBroken(new Refusal.NodeInUse(disk, others)));
  }

  /// Whether filter and disks still stand as when the replication began.
  static Optional<ReplicationRejection> intact(
      ReplicationEdits edits, SecondaryDisks disks, Topology graph) {
    Optional<NodeSpec> top = graph.node(edits.filter());
    boolean stands =
        top.isPresent()
            && leadsTo(top.get(), ChildName.FILE, disks.secondary())
            && leadsTo(top.get(), ReplicationTop.HIDDEN, disks.hidden());
    return stands
        ? Optional.empty()
        : Optional.of(
            new ReplicationRejection.WrongShape(
                edits.replication().name(),
                disks.secondary(),
                "its filter '" + edits.filter() + "' does not stand above it and the hidden disk"));
  }

  private static boolean leadsTo(NodeSpec node, ChildName child, NodeName target) {
    return node.child(child).filter(edge -> edge.node().equals(target)).isPresent();
  }

  /// What the disks have against beginning: lengths, abilities, content.
  static Optional<ReplicationRejection> disks(
      NodeName replication, SecondaryDisks disks, Function<NodeName, BlockIo> open) {
    try {
      return lengths(disks, open)
          .or(() -> abilities(replication, disks, open))
          .or(() -> empty(replication, disks.active(), open))
          .or(() -> empty(replication, disks.hidden(), open));
    } catch (BlockException e) {
      return Optional.of(
          new ReplicationRejection.Graph(new Rejection.WorldBroke(Optional.of(replication), e)));
    }
  }

  private static Optional<ReplicationRejection> lengths(
      SecondaryDisks disks, Function<NodeName, BlockIo> open) {
    long wanted = open.apply(disks.secondary()).sizeBytes();
    for (NodeName disk : List.of(disks.active(), disks.hidden())) {
      long bytes = open.apply(disk).sizeBytes();
      if (bytes != wanted) {
        return Optional.of(
            new ReplicationRejection.Graph(
                new Rejection.SizeMismatch(disk, bytes, disks.secondary(), wanted)));
      }
    }
    return Optional.empty();
  }

  private static Optional<ReplicationRejection> abilities(
      NodeName replication, SecondaryDisks disks, Function<NodeName, BlockIo> open) {
    if (!(open.apply(disks.active()) instanceof Emptiable)) {
      return Optional.of(
          new ReplicationRejection.WrongShape(
              replication, disks.active(), "the active disk cannot be emptied"));
    }
    BlockIo hidden = open.apply(disks.hidden());
    return hidden instanceof Emptiable && hidden instanceof RequestBarrier
        ? Optional.empty()
        : Optional.of(
            new ReplicationRejection.WrongShape(
                replication, disks.hidden(), "the hidden disk cannot be emptied"));
  }

  private static Optional<ReplicationRejection> empty(
      NodeName replication, NodeName disk, Function<NodeName, BlockIo> open) {
    BlockIo io = open.apply(disk);
    long own = 0;
    for (long at = 0; at < io.sizeBytes(); ) {
      var extents = Extents.of(io, ByteRange.between(at, io.sizeBytes()));
      own += extents.stream().filter(e -> e.depth() == 0).mapToLong(e -> e.range().length()).sum();
      at = extents.getLast().range().end();
    }
    return own == 0
        ? Optional.empty()
        : Optional.of(new ReplicationRejection.NotEmpty(replication, disk, own));
  }
}
