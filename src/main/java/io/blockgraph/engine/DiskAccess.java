package io.blockgraph.engine;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Reads and writes the data of any node for a request, with the permissions that takes. Any
/// thread.
public final class DiskAccess {
  private static final Grant READER =
      new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);

  /// Shares RESIZE, other than an export: a request does not remember the length, and a resize
  /// waits at the gate until it is answered.
  private static final Grant WRITER =
      new Grant(Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE), Permissions.ALL);

  private final BlockGraph graph;
  private final Commands commands;

  /// Access to the nodes of `graph`.
  public DiskAccess(BlockGraph graph, Commands commands) {
    this.graph = graph;
    this.commands = commands;
  }

  /// Lets `work` read from `node`.
  public Result<GraphState> reading(NodeName node, Consumer<GatedDisk> work) {
    return using(node, READER, work);
  }

  /// Lets `work` read and write `node`.
  public Result<GraphState> writing(NodeName node, Consumer<GatedDisk> work) {
    return using(node, WRITER, work);
  }

  /// Zeroes a range of `node`.
  public Result<GraphState> zero(NodeName node, ByteRange range, Zeroable.Mode mode) {
    return writing(node, disk -> disk.zero(range, mode));
  }

  /// Discards a range of `node`.
  public Result<GraphState> discard(NodeName node, ByteRange range) {
    return writing(node, disk -> disk.discard(range));
  }

  /// Makes durable what was written to `node`.
  public Result<GraphState> flush(NodeName node) {
    return using(node, Grant.IDLE, GatedDisk::flush);
  }

  private Result<GraphState> using(NodeName node, Grant grant, Consumer<GatedDisk> work) {
    return commands.with(
        node,
        grant,
        disk -> {
          work.accept(disk);
          return new Result.Done<>(graph.state());
        });
  }

  /// The extents of a range of `node`, neighbours of one kind put together; at most `most` of them.
  public Result<List<Extent>> map(NodeName node, ByteRange range, int most) {
    if (graph.state().topology().node(node).isEmpty()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.NodeNotFound(node)));
    }
    return new Result.Done<>(
        graph.inspect(
            view -> {
              List<Extent> found = new ArrayList<>();
              long at = range.offset();
              while (at < range.end() && found.size() < most) {
                List<Extent> next = Extents.of(view.disk(node), ByteRange.between(at, range.end()));
                found.addAll(next);
                at = next.getLast().range().end();
              }
              return found.size() > most ? List.copyOf(found.subList(0, most)) : found;
            }));
  }
}
