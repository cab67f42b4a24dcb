package io.blockgraph.job.mirror;

import io.blockgraph.graph.AccessEdits;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.job.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The changes a mirror makes to the graph, as edits. Pure.
///
/// ```
/// before          while mirroring                         after completing
///
/// parents         parents      job                        parents
///    │               │  main ↙ source↓ ↘target               │
///    v               v      ↙        │   │                   v
/// source           filter ─────────> source              target
///                    └──── target ──────> target
/// ```
///
/// @param job the job
/// @param filter the name of its filter
/// @param disks what is copied where
record MirrorEdits(JobId job, NodeName filter, MirrorRequest.Disks disks) {
  /// The job's edge to its filter: it reads the source through it, and its data path is this one
  /// edge.
  static final ChildName MAIN = new ChildName("main");

  /// The job's hold on the source.
  static final ChildName SOURCE = new ChildName("source");

  /// The job's hold on the target, with the permission to write it.
  static final ChildName TARGET = new ChildName("target");

  private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
  private static final Permissions ALL_BUT_RESIZE = Permissions.ALL.without(Permission.RESIZE);

  /// What the job takes and shares, as measured with QEMU: requirements 1.10 and 2.3.
  private static final Grant MAIN_GRANT = new Grant(READ, ALL_BUT_RESIZE);

  private static final Grant SOURCE_GRANT = new Grant(Permissions.NONE, ALL_BUT_RESIZE);
  private static final Grant TARGET_GRANT =
      new Grant(Permissions.of(Permission.WRITE), Permissions.of(Permission.WRITE_UNCHANGED));

  /// The node whose parents move to the target in the end.
  NodeName replaced() {
    return disks.replacing().replaces().orElse(disks.source());
  }

  /// Puts the filter above the source and the job beside it.
  List<GraphEdit> insert(NodeSpec source) {
    NodeSpec top =
        new NodeSpec(
            filter,
            MirrorTop.NAME,
            source.access(),
            NodeSpec.Origin.IMPLICIT,
            Options.NONE.with(MirrorTop.JOB, job.value()),
            List.of(
                new ChildSpec(ChildName.FILE, Roles.FILTER, disks.source()),
                new ChildSpec(MirrorTop.TARGET, MirrorTop.TARGET_ROLES, disks.target())));
    EdgeId own = EdgeId.of(new Parent.OfNode(filter), ChildName.FILE);
    return List.of(
        new GraphEdit.AddNode(top),
        new GraphEdit.MoveParents(disks.source(), filter, Set.of(own)),
        new GraphEdit.AddUser(user()));
  }

  private User user() {
    return new User(
        job.user(),
        User.Kind.JOB,
        List.of(
            new User.UserEdge(MAIN, filter, MAIN_GRANT, User.OnSwap.STAY),
            new User.UserEdge(SOURCE, disks.source(), SOURCE_GRANT, User.OnSwap.STAY),
            new User.UserEdge(TARGET, disks.target(), TARGET_GRANT, User.OnSwap.STAY)));
  }

  /// What the job's filter shows now: the source, or a filter that somebody has put above it.
  NodeName sourceNow(Topology now) {
    return now.node(filter)
        .flatMap(top -> top.child(ChildName.FILE))
        .map(ChildSpec::node)
        .orElse(disks.source());
  }

  /// What the job writes to now: the target, or a filter that somebody has put above it.
  NodeName targetNow(Topology now) {
    return now.edge(EdgeId.of(new Parent.OfUser(job.user(), User.Kind.JOB), TARGET))
        .map(Edge::child)
        .orElse(disks.target());
  }

  /// Takes job and filter out again; everybody uses the source as before, through the filters that
  /// are above it now.
  List<GraphEdit> remove(Topology now) {
    return List.of(
        new GraphEdit.RemoveUser(job.user()),
        new GraphEdit.MoveParents(filter, sourceNow(now), Set.of()),
        new GraphEdit.RemoveNode(filter));
  }

  /// Takes job and filter out and puts the target in the place of what it replaces, as writable as
  /// that was. Filters that somebody has put above either stay where they are.
  List<GraphEdit> complete(Topology now) {
    List<GraphEdit> edits = new ArrayList<>(remove(now));
    edits.add(new GraphEdit.MoveParents(replaced(), targetNow(now), Set.of()));
    now.node(replaced())
        .filter(NodeSpec::readOnly)
        .ifPresent(old -> edits.addAll(readOnlyTarget(now, old.access())));
    return edits;
  }

  private List<GraphEdit> readOnlyTarget(Topology now, NodeSpec.Access access) {
    List<GraphEdit> edits = new ArrayList<>();
    Optional<NodeName> next = Optional.of(targetNow(now));
    while (next.isPresent()) {
      edits.addAll(AccessEdits.of(now, next.get(), access));
      next = next.get().equals(disks.target()) ? Optional.empty() : filtered(now, next.get());
    }
    return edits;
  }

  private static Optional<NodeName> filtered(Topology now, NodeName node) {
    return now.childrenOf(node).stream()
        .filter(edge -> edge.roles().has(Role.FILTERED))
        .map(Edge::child)
        .findFirst();
  }
}
