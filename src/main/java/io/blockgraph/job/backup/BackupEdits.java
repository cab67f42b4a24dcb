package io.blockgraph.job.backup;

import io.blockgraph.driver.CopyBeforeWriteRules;
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
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.JobId;
import io.blockgraph.job.copy.ChainPlan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The changes a backup makes to the graph, as edits. Pure.
///
/// ```
/// before          while it is backed up                   after
///
/// parents         parents      job                        parents
///    │               │  main ↙ source↓ ↘target               │
///    v               v      ↙        │   │                   v
/// source           filter ──file───> source              source
///                    └──── target ──────> target
/// ```
///
/// A target over the source stands on a gap meanwhile ([Gaps]).
///
/// @param job the job
/// @param filter the name of its filter
/// @param disks what is copied where
/// @param gaps the filters between target and source
/// @param freed what is discarded once it is copied
/// @param layer where it matters which disk holds something itself, the edges from the source down
///   to that disk: an overlay there would hold nothing
record BackupEdits(
    JobId job,
    NodeName filter,
    BackupRequest.Disks disks,
    Gaps gaps,
    Optional<FreedPast> freed,
    List<EdgeId> layer) {
  /// The job's hold on the source.
  static final ChildName SOURCE = new ChildName("source");

  /// The job's hold on the target; the permission to write it is the filter's.
  static final ChildName TARGET = new ChildName("target");

  private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
  private static final Permissions ALL_BUT_RESIZE = Permissions.ALL.without(Permission.RESIZE);
  private static final Grant HOLD = new Grant(Permissions.NONE, Permissions.ALL);

  BackupEdits {
    layer = List.copyOf(layer);
  }

  /// The edges from the filter of a job down to the disk that `source` shows.
  static List<EdgeId> layer(NodeName filter, NodeName source, Walks walks) {
    List<EdgeId> edges = new ArrayList<>();
    edges.add(EdgeId.of(new Parent.OfNode(filter), ChildName.FILE));
    Optional<Edge> next = walks.filteredEdge(source);
    while (next.isPresent()) {
      edges.add(next.get().id());
      next = walks.filteredEdge(next.get().child());
    }
    return edges;
  }

  /// Puts the filters in and the job beside them.
  List<GraphEdit> insert(Topology now, Options options) {
    NodeSpec source = now.node(disks.source()).orElseThrow();
    NodeSpec top =
        new NodeSpec(
            filter,
            BackupTop.NAME,
            source.access(),
            NodeSpec.Origin.IMPLICIT,
            options,
            List.of(
                new ChildSpec(ChildName.FILE, Roles.FILTER, disks.source()),
                new ChildSpec(
                    CopyBeforeWriteRules.TARGET,
                    CopyBeforeWriteRules.TARGET_ROLES,
                    disks.target())));
    List<GraphEdit> edits = new ArrayList<>(gaps.insert());
    edits.add(new GraphEdit.AddNode(top));
    edits.add(new GraphEdit.MoveParents(disks.source(), filter, staying(now)));
    edits.add(new GraphEdit.AddUser(user()));
    edits.addAll(gaps.freeze());
    freed.ifPresent(past -> edits.addAll(past.freeze(filter, job.user())));
    layer.forEach(edge -> edits.add(new GraphEdit.Freeze(edge, job.user())));
    return edits;
  }

  /// Who looks at a point in time of the source goes on looking at that one.
  private Set<EdgeId> staying(Topology now) {
    Set<EdgeId> staying = new LinkedHashSet<>();
    staying.add(EdgeId.of(new Parent.OfNode(filter), ChildName.FILE));
    for (Edge edge : now.parentsOf(disks.source())) {
      boolean looks =
          edge.parent() instanceof Parent.OfNode(NodeName node) && FreedPast.isPast(now, node);
      if (looks) {
        staying.add(edge.id());
      }
    }
    return staying;
  }

  private User user() {
    List<User.UserEdge> edges = new ArrayList<>();
    edges.add(new User.UserEdge(ChainPlan.MAIN, filter, mainGrant(), User.OnSwap.STAY));
    edges.add(new User.UserEdge(SOURCE, disks.source(), HOLD, User.OnSwap.STAY));
    edges.add(new User.UserEdge(TARGET, disks.target(), HOLD, User.OnSwap.STAY));
    edges.addAll(gaps.holds(HOLD));
    freed.ifPresent(past -> edges.add(past.hold()));
    return new User(job.user(), User.Kind.JOB, edges);
  }

  /// Nobody else reads what is discarded.
  private Grant mainGrant() {
    return new Grant(READ, freed.isPresent() ? FreedPast.BUT_READING : ALL_BUT_RESIZE);
  }

  /// Takes job and filters out again; everybody uses the source as before, through the filters that
  /// are above it now.
  List<GraphEdit> remove(Topology now) {
    NodeName shown =
        now.node(filter)
            .flatMap(top -> top.child(ChildName.FILE))
            .map(ChildSpec::node)
            .orElse(disks.source());
    List<GraphEdit> edits = new ArrayList<>();
    edits.add(new GraphEdit.RemoveUser(job.user()));
    edits.add(new GraphEdit.MoveParents(filter, shown, Set.of()));
    edits.add(new GraphEdit.RemoveNode(filter));
    edits.addAll(gaps.remove(now));
    return edits;
  }
}
