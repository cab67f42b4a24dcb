package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.ResizeRules;
import io.blockgraph.graph.Ruling;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Changes the length of any node, anywhere in the graph, as long as RESIZE can be taken (BG-20 to
/// BG-25). Any thread.
public final class Resizes {
  private static final Grant RESIZE = new Grant(Permissions.of(Permission.RESIZE), Permissions.ALL);

  private final BlockGraph graph;
  private final Commands commands;

  /// Resizes on `graph`.
  public Resizes(BlockGraph graph, Commands commands) {
    this.graph = graph;
    this.commands = commands;
  }

  /// Whether data at the end may go.
  public enum Shrink {
    ALLOWED,
    REFUSED
  }

  /// A change of length that is asked for.
  ///
  /// @param sizeBytes the length wanted
  public record Request(NodeName node, long sizeBytes, Shrink shrink) {}

  /// What became of it.
  ///
  /// @param fromBytes the length before
  /// @param effectiveBytes the length after, for a dry run the length wanted
  /// @param state the graph after it
  public record Resized(NodeName node, long fromBytes, long effectiveBytes, GraphState state) {}

  /// Changes the length.
  public Result<Resized> resize(Request request, Ask ask) {
    Optional<Rejection> objection = objection(request, ask);
    if (objection.isPresent()) {
      return new Result.Rejected<>(objection.get());
    }
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      long now = sizeOf(request.node());
      return commands
          .couldHave(request.node(), RESIZE)
          .then(c -> done(new Resized(request.node(), now, request.sizeBytes(), c.before())));
    }
    return commands.with(request.node(), RESIZE, _ -> carryOut(request, ask));
  }

  private Optional<Rejection> objection(Request request, Ask ask) {
    GraphState now = graph.state();
    if (now.topology().node(request.node()).isEmpty()) {
      return Optional.of(new Rejection.RuleBroken(new Refusal.NodeNotFound(request.node())));
    }
    if (ask.expected().isPresent() && ask.expected().getAsLong() != now.revision()) {
      return Optional.of(
          new Rejection.RevisionMismatch(ask.expected().getAsLong(), now.revision()));
    }
    Optional<Refusal> ruled = ruled(now.topology(), request.node());
    Optional<Rejection> broken = ruled.map(Rejection.RuleBroken::new);
    Optional<Rejection> unable =
        graph.inspect(view -> driverObjection(view.disk(request.node()), request));
    return ruled.filter(Refusal.PermissionConflict.class::isInstance).isPresent()
        ? unable.or(() -> broken)
        : broken.or(() -> unable);
  }

  private Optional<Refusal> ruled(Topology now, NodeName node) {
    ResizeRules rules = new ResizeRules(graph.planner(), graph.drivers());
    return switch (rules.resize(now, node, commands.nextId())) {
      case Ruling.Allowed<ResizeRules.Resize> _ -> Optional.empty();
      case Ruling.Refused<ResizeRules.Resize>(Refusal refusal) -> Optional.of(refusal);
    };
  }

  private static Optional<Rejection> driverObjection(BlockIo disk, Request request) {
    try {
      if (!(disk instanceof Resizable)) {
        return Optional.of(
            new Rejection.ResizeUnsupported(request.node(), "its driver cannot change the length"));
      }
      long now = disk.sizeBytes();
      return request.sizeBytes() < now && request.shrink() == Shrink.REFUSED
          ? Optional.of(new Rejection.ShrinkNotAllowed(request.node(), now, request.sizeBytes()))
          : Optional.empty();
    } catch (BlockException e) {
      return Optional.of(new Rejection.WorldBroke(Optional.of(request.node()), e));
    }
  }

  private Result<Resized> carryOut(Request request, Ask ask) {
    NodeName node = request.node();
    long before = sizeOf(node);
    long[] effective = {before};
    Change change =
        Change.of("resize node '" + node + "' to " + request.sizeBytes() + " bytes", List.of())
            .expecting(ask.expected())
            .holding(Set.of(node))
            .whileHeld((_, _, disks) -> resize(disks.apply(node), request, effective));
    return graph.commit(change).then(c -> done(new Resized(node, before, effective[0], c.after())));
  }

  private static Optional<Rejection> resize(BlockIo disk, Request request, long[] effective) {
    try {
      ((Resizable) disk).resize(request.sizeBytes());
      effective[0] = disk.sizeBytes();
      return Optional.empty();
    } catch (BlockException e) {
      return Optional.of(
          e.kind() == BlockException.Kind.UNSUPPORTED
              ? new Rejection.ResizeUnsupported(request.node(), String.valueOf(e.getMessage()))
              : new Rejection.WorldBroke(Optional.of(request.node()), e));
    }
  }

  private long sizeOf(NodeName node) {
    return graph.inspect(view -> view.disk(node).sizeBytes());
  }

  private static <T> Result<T> done(T value) {
    return new Result.Done<>(value);
  }
}
