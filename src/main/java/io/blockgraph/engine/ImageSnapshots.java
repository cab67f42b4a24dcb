package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots;
import io.blockgraph.block.InternalSnapshots.SnapshotChange;
import io.blockgraph.driver.Watching;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.graph.Walks;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/// Snapshots that images keep of their disks in themselves: taken, applied, deleted. Any thread.
///
/// Users of the disk are held back meanwhile, so that what is kept is what the disk held at one
/// moment, flushed.
public final class ImageSnapshots {
  private static final String COMMAND = "internal-snapshot";

  /// Nobody sees other data: only the image must be writable.
  private static final Grant UNCHANGED =
      new Grant(Permissions.of(Permission.WRITE_UNCHANGED), Permissions.ALL);

  /// Whoever reads would see other data all at once.
  private static final Grant CHANGED =
      new Grant(
          Permissions.of(Permission.WRITE, Permission.RESIZE),
          Permissions.ALL.without(Permission.CONSISTENT_READ));

  private final BlockGraph graph;
  private final Commands commands;
  private final Clock clock;

  /// The internal snapshots of nodes of `graph`.
  public ImageSnapshots(BlockGraph graph, Commands commands, Clock clock) {
    this.graph = graph;
    this.commands = commands;
    this.clock = clock;
  }

  /// What can be done.
  public enum Verb {
    TAKE,
    APPLY,
    DELETE
  }

  /// What is asked for.
  ///
  /// @param snapshot the name of a new snapshot, or the name or id of one that is there
  public record Request(NodeName node, Verb verb, String snapshot) {}

  /// What became of it.
  ///
  /// @param snapshot the snapshot; empty when one would be taken
  public record Changed(NodeName node, Optional<InternalSnapshot> snapshot, GraphState state) {}

  /// The snapshots an image keeps.
  ///
  /// @param shownBy the nodes that show one, in the order of `snapshots`
  public record Listed(
      List<InternalSnapshot> snapshots, List<List<NodeName>> shownBy, long revision) {}

  /// Lists the snapshots of a node.
  public Result<Listed> list(NodeName node) {
    return graph.inspect(
        view ->
            image(view, node)
                .then(
                    image -> {
                      try {
                        return new Result.Done<>(
                            listed(view, shown(view, node), image.snapshots()));
                      } catch (BlockException e) {
                        return broke(node, e);
                      }
                    }));
  }

  private Listed listed(BlockGraph.View view, NodeName node, List<InternalSnapshot> snapshots) {
    return new Listed(
        snapshots,
        snapshots.stream()
            .map(s -> shownBy(view.state().topology(), node, s, snapshots).toList())
            .toList(),
        view.state().revision());
  }

  /// Makes a change.
  public Result<Changed> change(Request request, Ask ask) {
    Changing changing = new Changing(request);
    Result<Operation.Made> made =
        switch (ask.mode()) {
          case DRY_RUN -> graph.make(changing, ask);
          case DO -> carryOut(changing, ask);
        };
    return made.then(m -> new Result.Done<>(changing.changed(m.committed().after())));
  }

  /// What stands against it is told before the request enters the graph, as a dry run tells it.
  private Result<Operation.Made> carryOut(Changing changing, Ask ask) {
    return graph
        .inspect(
            view ->
                ask.mismatch(view.state())
                    .<Result<Change>>map(Result.Rejected::new)
                    .orElseGet(() -> changing.on(view)))
        .then(
            _ ->
                commands.with(
                    changing.request.node(), changing.grant(), _ -> graph.make(changing, ask)));
  }

  /// A change of snapshots, as an operation that is played through once.
  public Operation changing(Request request) {
    return new Changing(request);
  }

  /// The node that a node shows through filters.
  private NodeName shown(BlockGraph.View view, NodeName node) {
    Topology topology = view.state().topology();
    return topology.node(node).isEmpty()
        ? node
        : new Walks(topology, graph.drivers()).skipFilters(node);
  }

  private Result<InternalSnapshots> image(BlockGraph.View view, NodeName asked) {
    NodeName node = shown(view, asked);
    if (view.state().topology().node(node).isEmpty()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.NodeNotFound(node)));
    }
    if (!view.state().topology().node(node).orElseThrow().active()) {
      return new Result.Rejected<>(
          new Rejection.RuleBroken(new Refusal.NodeInactive(node, Optional.empty())));
    }
    Optional<BlockException> unavailable = view.unavailable(node);
    if (unavailable.isPresent()) {
      return broke(node, unavailable.get());
    }
    return Watching.beneath(view.disk(node)) instanceof InternalSnapshots image
        ? new Result.Done<>(image)
        : new Result.Rejected<>(
            new Rejection.SnapshotUnsupported(
                node, "its driver keeps no internal snapshots; a node of qcow2 does"));
  }

  private static <T> Result<T> broke(NodeName node, BlockException e) {
    return new Result.Rejected<>(reason(node, e));
  }

  private static Rejection reason(NodeName node, BlockException e) {
    return switch (e.kind()) {
      case UNSUPPORTED, INVALID ->
          new Rejection.SnapshotUnsupported(node, String.valueOf(e.getMessage()));
      default -> new Rejection.WorldBroke(Optional.of(node), e);
    };
  }

  /// The nodes that show a snapshot of `node`: by its name, or by its id where no snapshot has that
  /// for a name.
  private Stream<NodeName> shownBy(
      Topology topology, NodeName node, InternalSnapshot snapshot, List<InternalSnapshot> all) {
    return topology.parentsOf(node).stream()
        .filter(edge -> edge.name().equals(ChildName.FILE))
        .flatMap(edge -> parent(topology, edge).stream())
        .filter(parent -> shows(parent, snapshot, all))
        .map(NodeSpec::name);
  }

  private static Optional<NodeSpec> parent(Topology topology, Edge edge) {
    return edge.parent() instanceof Parent.OfNode(NodeName parent)
        ? topology.node(parent)
        : Optional.empty();
  }

  private boolean shows(NodeSpec node, InternalSnapshot snapshot, List<InternalSnapshot> all) {
    return graph
        .drivers()
        .find(node.driver())
        .flatMap(driver -> driver.rules().shownSnapshot(node))
        .filter(
            shown ->
                shown.equals(snapshot.name())
                    || (shown.equals(snapshot.id())
                        && all.stream().noneMatch(s -> s.name().equals(shown))))
        .isPresent();
  }

  /// One change, asked and done by one thread.
  private final class Changing implements Operation {
    private final Request request;
    private Optional<InternalSnapshot> snapshot = Optional.empty();

    /// The node whose image it is: the one asked for, or the one that it shows through filters.
    private NodeName keeper;

    Changing(Request request) {
      this.request = request;
      this.keeper = request.node();
    }

    Changed changed(GraphState after) {
      return new Changed(request.node(), snapshot, after);
    }

    Grant grant() {
      return request.verb() == Verb.APPLY ? CHANGED : UNCHANGED;
    }

    @Override
    public Result<Change> on(BlockGraph.View view) {
      NodeName node = request.node();
      keeper = shown(view, node);
      return image(view, node)
          .then(
              image -> {
                Optional<Rejection> objection =
                    Busy.objection(view.state().topology(), node)
                        .or(() -> Busy.objection(view.state().topology(), keeper))
                        .<Rejection>map(Rejection.RuleBroken::new)
                        .or(() -> objection(view.state().topology(), image));
                return objection.isPresent()
                    ? new Result.Rejected<>(objection.get())
                    : change(view, image);
              });
    }

    private Optional<Rejection> objection(Topology topology, InternalSnapshots image) {
      NodeName node = request.node();
      List<InternalSnapshot> all = image.snapshots();
      if (request.verb() == Verb.TAKE) {
        return all.stream().anyMatch(s -> s.name().equals(request.snapshot()))
            ? Optional.of(new Rejection.SnapshotNameInUse(node, request.snapshot()))
            : Optional.empty();
      }
      try {
        InternalSnapshot found = image.snapshotNamed(request.snapshot());
        snapshot = Optional.of(found);
        return request.verb() == Verb.APPLY
            ? Optional.empty()
            : shownBy(topology, keeper, found, all)
                .findFirst()
                .map(by -> new Rejection.SnapshotShown(node, request.snapshot(), by));
      } catch (BlockException e) {
        return Optional.of(new Rejection.SnapshotNotFound(node, String.valueOf(e.getMessage())));
      }
    }

    private SnapshotChange wanted() {
      return switch (request.verb()) {
        case TAKE -> new InternalSnapshots.Take(request.snapshot(), clock.instant());
        case APPLY -> new InternalSnapshots.Apply(snapshot.orElseThrow().id());
        case DELETE -> new InternalSnapshots.Delete(snapshot.orElseThrow().id());
      };
    }

    /// Bitmaps say what was written; they would not know of this.
    private Result<Change> change(BlockGraph.View view, InternalSnapshots image) {
      if (request.verb() == Verb.APPLY && !view.bitmaps(keeper).all().isEmpty()) {
        return new Result.Rejected<>(
            new Rejection.SnapshotUnsupported(
                keeper,
                "it has dirty bitmaps, which cannot tell what applying a snapshot changes; remove"
                    + " them first"));
      }
      try {
        image.requirePossible(wanted());
      } catch (BlockException e) {
        return broke(request.node(), e);
      }
      Change change =
          Change.of(what(), List.of())
              .holding(Set.of(keeper))
              .expecting(OptionalLong.of(view.state().revision()))
              .whileHeld((_, _, disks) -> work(disks.apply(keeper)));
      return new Result.Done<>(
          request.verb() == Verb.APPLY ? change.bringing(lengthThen(view)) : change);
    }

    private Change.Effect lengthThen(BlockGraph.View view) {
      long now = view.disk(keeper).sizeBytes();
      return new Change.NewLength(keeper, snapshot.orElseThrow().diskBytes().orElse(now));
    }

    private String what() {
      String done =
          switch (request.verb()) {
            case TAKE -> "take";
            case APPLY -> "apply";
            case DELETE -> "delete";
          };
      return done + " internal snapshot '" + request.snapshot() + "' of '" + request.node() + "'";
    }

    private Optional<Rejection> work(BlockIo disk) {
      InternalSnapshots image = (InternalSnapshots) Watching.beneath(disk);
      try {
        image.change(wanted());
        if (request.verb() == Verb.TAKE) {
          snapshot = Optional.of(image.snapshotNamed(request.snapshot()));
        }
        return Optional.empty();
      } catch (BlockException e) {
        return Optional.of(reason(request.node(), e));
      }
    }

    /// The request is a user while it lasts, and its files must let it be one.
    @Override
    public Result<Made> rehearse(Trial trial) {
      return on(trial.view()).then(_ -> trial.together(() -> entered(trial)));
    }

    private Result<Made> entered(Trial trial) {
      UserId command = new UserId(trial.view().state().topology().freeName(COMMAND));
      User user =
          new User(
              command,
              User.Kind.COMMAND,
              List.of(
                  new User.UserEdge(ChildName.ROOT, request.node(), grant(), User.OnSwap.FOLLOW)));
      return trial
          .make(Change.of("enter", List.of(new GraphEdit.AddUser(user))).passing())
          .then(_ -> Operation.super.rehearse(trial))
          .then(
              made ->
                  trial
                      .make(
                          Change.of("leave", List.of(new GraphEdit.RemoveUser(command))).passing())
                      .then(_ -> new Result.Done<>(made)));
    }
  }
}
