package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.User;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Brings the graph back as it was decided last.
///
/// Files of changes that were never decided are removed. Jobs do not go on by themselves: their
/// users are left out and the filters they had put in are taken out, so that everybody uses again
/// what lies below, and what they had made writable for their time is read-only again. Replications
/// stand as they did, with their filters, and what they own is frozen again. A node that cannot be
/// opened keeps its place and fails its requests with the reason.
public final class Restart {
  /// Under this name the options of a job's user list the nodes that it has made writable for as
  /// long as it runs; a restart, which leaves the job out, makes them read-only again.
  public static final String READ_ONLY_AGAIN = "readOnlyAgain";

  private final GraphStore store;
  private final HostFiles files;

  /// A restart from `store`.
  public Restart(GraphStore store, HostFiles files) {
    this.store = store;
    this.files = files;
  }

  /// Fills `graph`, which is empty.
  ///
  /// @throws Impossible when what is remembered is no valid graph any more, naming the rule;
  ///   nothing is changed
  public void into(BlockGraph graph) {
    GraphStore.Stored stored = store.load();
    stored.undecided().forEach(this::remove);
    List<GraphStore.OldLength> lengths = store.oldLengths();
    stored.undecided().stream()
        .map(GraphStore.UndecidedFile::intent)
        .filter(intent -> lengths.stream().noneMatch(length -> length.intent() == intent))
        .distinct()
        .forEach(store::abandon);
    Set<NodeSpec> leftovers = leftovers(stored);
    boolean interrupted = !leftovers.isEmpty() || stored.users().stream().anyMatch(u -> !stays(u));
    graph.resume(interrupted ? stored.revision() + 1 : stored.revision());
    List<GraphEdit> edits = remembered(stored);
    leftovers.forEach(filter -> edits.addAll(takingOut(filter)));
    stored.users().stream()
        .filter(Restart::stays)
        .forEach(user -> edits.addAll(Busy.freezes(user, stored.nodes())));
    Result<Committed> result = graph.commit(Change.of("restart", edits).passing(), Handling.START);
    if (result instanceof Result.Rejected<Committed>(Rejection reason)) {
      throw new Impossible(reason);
    }
    if (interrupted) {
      store.rewrite(graph.state(), "restart without interrupted jobs");
    }
    shorten(lengths, graph);
  }

  /// The remembered graph cannot be opened, as by rules that were others when it was made.
  public static final class Impossible extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Rejection reason;

    private Impossible(Rejection reason) {
      super("the remembered graph cannot be opened: " + reason);
      this.reason = reason;
    }

    /// What is against it.
    public Rejection reason() {
      return reason;
    }
  }

  /// Gives disks back the lengths they had before changes that were never decided. Those that
  /// cannot be opened get them at the next start, if they are not used before. Where it fails it is
  /// told of, and the disk stays longer: what is written there from now on must not be cut off.
  private void shorten(List<GraphStore.OldLength> lengths, BlockGraph graph) {
    Resizes resizes = new Resizes(graph, new Commands(graph));
    Set<NodeName> settled = new HashSet<>();
    for (GraphStore.OldLength length : lengths) {
      if (isUnavailable(length.node(), graph)) {
        continue;
      }
      settled.add(length.node());
      if (isLonger(length, graph)) {
        Resizes.Request request =
            new Resizes.Request(length.node(), length.bytes(), Resizes.Shrink.ALLOWED);
        if (resizes.resize(request, Ask.PLAIN) instanceof Result.Rejected<?>(Rejection reason)) {
          graph
              .events()
              .report(
                  length.node(),
                  NodeEvents.Kind.IO_ERROR,
                  Map.of("operation", "resize", "error", reason.toString()));
        }
      }
    }
    if (!settled.isEmpty()) {
      store.settleLengths(settled);
      abandonAllOf(lengths);
    }
  }

  private void abandonAllOf(List<GraphStore.OldLength> lengths) {
    Set<Long> waiting =
        store.oldLengths().stream().map(GraphStore.OldLength::intent).collect(Collectors.toSet());
    lengths.stream()
        .map(GraphStore.OldLength::intent)
        .distinct()
        .filter(intent -> !waiting.contains(intent))
        .forEach(store::abandon);
  }

  private static boolean isUnavailable(NodeName node, BlockGraph graph) {
    return graph.inspect(view -> view.unavailable(node).isPresent());
  }

  private static boolean isLonger(GraphStore.OldLength length, BlockGraph graph) {
    return graph.inspect(
        view ->
            view.state().topology().node(length.node()).isPresent()
                && view.disk(length.node()).sizeBytes() > length.bytes());
  }

  private static boolean stays(User user) {
    return switch (user.kind()) {
      case EXPORT, REPLICATION, THROTTLE_GROUP -> true;
      case JOB, COMMAND -> false;
    };
  }

  private static List<GraphEdit> remembered(GraphStore.Stored stored) {
    List<GraphEdit> edits = new ArrayList<>();
    Set<NodeName> lent = lent(stored);
    stored
        .nodes()
        .forEach(
            node ->
                edits.add(
                    new GraphEdit.AddNode(
                        lent.contains(node.name())
                            ? node.withAccess(NodeSpec.Access.READ_ONLY)
                            : node)));
    stored.users().stream()
        .filter(Restart::stays)
        .forEach(user -> edits.add(new GraphEdit.AddUser(user)));
    return edits;
  }

  /// The nodes that those who do not stay have made writable for their time.
  private static Set<NodeName> lent(GraphStore.Stored stored) {
    return stored.users().stream()
        .filter(user -> !stays(user))
        .flatMap(user -> user.options().list(READ_ONLY_AGAIN).stream())
        .map(name -> new NodeName((String) name))
        .collect(Collectors.toSet());
  }

  /// The filters of those who do not stay.
  private static Set<NodeSpec> leftovers(GraphStore.Stored stored) {
    Set<NodeName> owned =
        stored.users().stream()
            .filter(user -> user.kind() == User.Kind.REPLICATION)
            .flatMap(user -> user.edges().stream())
            .map(User.UserEdge::node)
            .collect(Collectors.toSet());
    return stored.nodes().stream()
        .filter(node -> node.origin() == NodeSpec.Origin.IMPLICIT)
        .filter(node -> !owned.contains(node.name()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static List<GraphEdit> takingOut(NodeSpec filter) {
    List<GraphEdit> edits = new ArrayList<>();
    filtered(filter)
        .ifPresent(
            below -> edits.add(new GraphEdit.MoveParents(filter.name(), below.node(), Set.of())));
    edits.add(new GraphEdit.RemoveNode(filter.name()));
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
