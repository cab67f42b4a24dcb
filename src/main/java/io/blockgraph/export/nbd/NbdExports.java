package io.blockgraph.export.nbd;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.IoFigures;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.BitmapUsers;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.graph.Walks;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// NBD exports as users of the graph: an export takes its permissions, is remembered, and follows
/// its node.
///
/// Any thread. Exports come and go one at a time, so that the graph and the server never disagree
/// about a name; looking is never held up by that.
public final class NbdExports {
  private final BlockGraph graph;
  private final NbdServer server;
  private final ReentrantLock changing = new ReentrantLock();

  /// Exports of nodes of `graph` through `server`, whose listeners are somebody else's business.
  public NbdExports(BlockGraph graph, NbdServer server) {
    this.graph = graph;
    this.server = server;
  }

  /// An export as it is now.
  ///
  /// @param export what was asked for, with the node it serves now
  /// @param uris where clients reach it, one for each listener
  /// @param clients who uses it
  public record View(NbdExportRequest export, List<URI> uris, List<NbdClient> clients) {}

  /// Offers what the graph remembers, after a restart.
  public void resume() {
    changing.lock();
    try {
      Topology topology = graph.state().topology();
      exports(topology).forEach(this::offer);
    } finally {
      changing.unlock();
    }
  }

  /// Makes an export: it enters the graph, then clients can come.
  ///
  /// While a job or a replication has a filter above the node, the export serves the filter.
  /// Refused as any user would be, and when another export has that name for its clients.
  public Result<Committed> create(NbdExportRequest request, Ask ask) {
    changing.lock();
    try {
      Result<Committed> result = make(creating(request), ask);
      if (ask.mode() == Ask.Mode.DO && result instanceof Result.Done<Committed>(var made)) {
        exports(made.after().topology())
            .filter(export -> export.id().equals(request.id()))
            .forEach(this::offer);
      }
      return result;
    } finally {
      changing.unlock();
    }
  }

  /// Ends an export: it leaves the graph once its requests under way have ended, then its clients
  /// are sent away.
  ///
  /// When the graph refuses, nothing has happened and clients go on.
  public Result<Committed> remove(UserId id, Ask ask) {
    changing.lock();
    try {
      Optional<View> found = find(id);
      Result<Committed> result = make(removing(id), ask);
      if (ask.mode() == Ask.Mode.DO && result instanceof Result.Done<Committed>) {
        found.ifPresent(view -> server.remove(view.export().name()));
      }
      return result;
    } finally {
      changing.unlock();
    }
  }

  /// Making an export, as an operation; clients are not let in by it.
  public Operation creating(NbdExportRequest request) {
    String what = "export of '" + request.node() + "' as '" + request.id() + "'";
    return view -> {
      Topology topology = view.state().topology();
      if (exports(topology).anyMatch(other -> other.name().equals(request.name()))) {
        return refused(new Refusal.NameInUse(request.name().value(), "export"));
      }
      return shown(request, view)
          .then(
              shown -> {
                NbdExportRequest export =
                    request.of(wayIn(request.node(), topology)).showing(shown);
                return new Result.Done<>(
                    Change.of(what, List.of(new GraphEdit.AddUser(export.asUser())))
                        .expecting(OptionalLong.of(view.state().revision())));
              });
    };
  }

  /// What is to be shown, each bitmap with the node that has it.
  private Result<NbdExportRequest.Shown> shown(NbdExportRequest request, BlockGraph.View view) {
    List<String> bitmaps = new ArrayList<>();
    for (String name : request.shown().bitmaps()) {
      Result<BitmapEdit.Source> found = bitmap(request.node(), new BitmapName(name), view);
      switch (found) {
        case Result.Rejected<BitmapEdit.Source>(Rejection reason) -> {
          return new Result.Rejected<>(reason);
        }
        case Result.Done<BitmapEdit.Source>(var source) -> bitmaps.add(BitmapUsers.text(source));
      }
    }
    return new Result.Done<>(new NbdExportRequest.Shown(bitmaps, request.shown().depth()));
  }

  /// The bitmap of that name of the node or, as the first that has one, of what it shows through
  /// filters and backing disks.
  private static Result<BitmapEdit.Source> bitmap(
      NodeName node, BitmapName name, BlockGraph.View view) {
    Optional<NodeName> at = Optional.of(node);
    while (at.isPresent()) {
      NodeName here = at.get();
      Optional<DirtyBitmap> found = view.bitmaps(here).find(name);
      if (found.isPresent()) {
        return found.get().isInconsistent()
            ? refused(new BitmapRefusal.Inconsistent(here, name))
            : new Result.Done<>(new BitmapEdit.Source(here, name));
      }
      at =
          view.state().topology().childrenOf(here).stream()
              .filter(edge -> edge.roles().has(Role.FILTERED) || edge.roles().has(Role.COW))
              .map(Edge::child)
              .findFirst();
    }
    return refused(new BitmapRefusal.NotFound(node, name));
  }

  private static <T> Result<T> refused(BitmapRefusal refusal) {
    return new Result.Rejected<>(new Rejection.BitmapRefused(refusal));
  }

  /// Making an export, as a part of a transaction.
  public Part adding(NbdExportRequest request) {
    return new Changing(creating(request), () -> offer(request));
  }

  /// Ending an export, as a part of a transaction.
  public Part ending(UserId id) {
    Optional<ExportName> name = find(id).map(view -> view.export().name());
    return new Changing(removing(id), () -> name.ifPresent(server::remove));
  }

  /// A change of exports: nobody else makes one until it is over.
  private final class Changing implements Part, Part.Claim {
    private final Operation operation;
    private final Runnable after;

    Changing(Operation operation, Runnable after) {
      this.operation = operation;
      this.after = after;
    }

    @Override
    public Result<Operation.Made> rehearse(Trial trial) {
      return operation.rehearse(trial);
    }

    @Override
    public Result<Claim> claim() {
      changing.lock();
      return new Result.Done<>(this);
    }

    @Override
    public List<String> made(Committed whole) {
      try {
        after.run();
      } finally {
        changing.unlock();
      }
      return List.of();
    }

    @Override
    public void givenUp() {
      changing.unlock();
    }
  }

  private NodeName wayIn(NodeName node, Topology topology) {
    return topology.node(node).isEmpty()
        ? node
        : new Walks(topology, graph.drivers()).aboveImplicitFilters(node);
  }

  /// Ending an export, as an operation; clients are not sent away by it.
  public Operation removing(UserId id) {
    Change change = Change.of("end of export '" + id + "'", List.of(new GraphEdit.RemoveUser(id)));
    return view ->
        exports(view.state().topology()).noneMatch(export -> export.id().equals(id))
            ? refused(new Refusal.UserNotFound(id))
            : new Result.Done<>(change);
  }

  private static Stream<NbdExportRequest> exports(Topology topology) {
    return topology.users().stream().flatMap(user -> remembered(topology, user));
  }

  /// All exports, in the order they came.
  public List<View> all() {
    Topology topology = graph.state().topology();
    List<NbdClient> clients = server.clients();
    return exports(topology).map(export -> view(export, clients)).toList();
  }

  /// One export.
  public Optional<View> find(UserId id) {
    return all().stream().filter(view -> view.export().id().equals(id)).findFirst();
  }

  /// What the clients of an export have asked since the last [#reset]; empty when there is none.
  public Optional<Figures> figures(UserId id) {
    return find(id)
        .map(
            view ->
                new Figures(
                    server.figuresSinceReset(view.export().name()), graph.underWay(id), view));
  }

  /// The figures of an export begin anew; those in metrics go on.
  public void reset(UserId id) {
    find(id).ifPresent(view -> server.reset(view.export().name()));
  }

  /// What the clients of an export have asked.
  ///
  /// @param figures by the word of the command
  /// @param inFlight requests to the graph that are under way
  /// @param view the export
  public record Figures(IoFigures figures, int inFlight, View view) {}

  private View view(NbdExportRequest export, List<NbdClient> clients) {
    return new View(
        export,
        server.uris(export.name()),
        clients.stream()
            .filter(client -> client.export().equals(Optional.of(export.name())))
            .toList());
  }

  private void offer(NbdExportRequest export) {
    GatedDisk disk = graph.disk(export.id(), ChildName.ROOT).orElseThrow();
    server.add(
        new NbdExport(
            export.name(),
            export.description(),
            disk,
            export.access(),
            export.maxConnections(),
            contexts(export.shown())));
  }

  private List<StatusContext> contexts(NbdExportRequest.Shown shown) {
    List<StatusContext> contexts = new ArrayList<>();
    contexts.add(new StatusContext.Allocation());
    if (shown.depth() == NbdExportRequest.Depth.SHOWN) {
      contexts.add(new StatusContext.Depth());
    }
    for (String text : shown.bitmaps()) {
      BitmapEdit.Source bitmap = BitmapUsers.bitmap(text);
      contexts.add(new StatusContext.Dirty(bitmap.bitmap().value(), () -> bits(bitmap)));
    }
    return contexts;
  }

  private Optional<DirtyBits> bits(BitmapEdit.Source bitmap) {
    return graph.inspect(
        view -> view.bitmaps(bitmap.node()).find(bitmap.bitmap()).map(DirtyBitmap::bits));
  }

  private Result<Committed> make(Operation operation, Ask ask) {
    return graph.make(operation, ask).then(made -> new Result.Done<>(made.committed()));
  }

  private static Stream<NbdExportRequest> remembered(Topology topology, User user) {
    Optional<Edge> root =
        topology.edgesOf(user.id()).stream()
            .filter(edge -> edge.name().equals(ChildName.ROOT))
            .findFirst();
    return root.flatMap(edge -> NbdExportRequest.of(user, edge.child())).stream();
  }

  private static Result<Change> refused(Refusal refusal) {
    return new Result.Rejected<>(new Rejection.RuleBroken(refusal));
  }
}
