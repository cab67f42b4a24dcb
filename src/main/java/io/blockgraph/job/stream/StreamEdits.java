package io.blockgraph.job.stream;

import io.blockgraph.graph.ChainRules;
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
import io.blockgraph.job.copy.BackingEdits;
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.LentAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The changes a stream makes to the graph, as edits. Pure.
///
/// ```
/// before          while streaming                         after
///
/// parents         parents      job                        parents
///    │               │  main ↙   ↓ node                      │
///    v               v      ↙    │  ↓ below.1                v
///  disk           filter ─────> disk                       disk
///    v                            ║ frozen                  │
///  mid                           mid                        v
///    v                            v                        base
///  base                          base
/// ```
///
/// @param job the job
/// @param filter the name of its filter
/// @param span the part of the chain that is brought up into its first disk
/// @param lent what is read-only but for the time of the job
record StreamEdits(JobId job, NodeName filter, ChainRules.Span span, LentAccess lent) {
  /// The job's hold on the disk that it writes.
  static final ChildName NODE = new ChildName("node");

  private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
  private static final Permissions ALL_BUT_RESIZE = Permissions.ALL.without(Permission.RESIZE);
  private static final Grant MAIN_GRANT = new Grant(READ, ALL_BUT_RESIZE);

  /// What the job writes changes nothing that can be seen.
  private static final Grant NODE_GRANT =
      new Grant(Permissions.of(Permission.WRITE_UNCHANGED), ALL_BUT_RESIZE);

  /// What is read must not change: half of it is above already.
  private static final Grant BELOW_GRANT =
      new Grant(Permissions.NONE, READ.with(Permission.WRITE_UNCHANGED));

  /// Puts the filter above the disk and the job beside it, and freezes the links in between.
  List<GraphEdit> insert(Topology now) {
    NodeSpec disk = now.node(span.disk()).orElseThrow();
    NodeSpec top =
        new NodeSpec(
            filter,
            StreamTop.NAME,
            lent.nodes().contains(disk.name()) ? NodeSpec.Access.READ_ONLY : disk.access(),
            NodeSpec.Origin.IMPLICIT,
            Options.NONE.with(StreamTop.JOB, job.value()),
            List.of(new ChildSpec(ChildName.FILE, Roles.FILTER, span.disk())));
    EdgeId own = EdgeId.of(new Parent.OfNode(filter), ChildName.FILE);
    List<GraphEdit> edits = new ArrayList<>();
    edits.add(new GraphEdit.AddNode(top));
    edits.add(new GraphEdit.MoveParents(span.disk(), filter, Set.of(own)));
    edits.addAll(lent.begin());
    edits.add(new GraphEdit.AddUser(user()));
    span.links(now).forEach(edge -> edits.add(new GraphEdit.Freeze(edge.id(), job.user())));
    return edits;
  }

  private User user() {
    List<User.UserEdge> edges = new ArrayList<>();
    edges.add(new User.UserEdge(ChainPlan.MAIN, filter, MAIN_GRANT, User.OnSwap.STAY));
    edges.add(new User.UserEdge(NODE, span.disk(), NODE_GRANT, User.OnSwap.STAY));
    for (NodeName below : span.below()) {
      ChildName name = new ChildName("below." + (edges.size() - 1));
      edges.add(new User.UserEdge(name, below, BELOW_GRANT, User.OnSwap.STAY));
    }
    return new User(job.user(), User.Kind.JOB, edges, lent.remembered());
  }

  /// What the job's filter shows now: the disk, or a filter that somebody has put above it.
  private NodeName shownNow(Topology now) {
    return now.node(filter)
        .flatMap(top -> top.child(ChildName.FILE))
        .map(ChildSpec::node)
        .orElse(span.disk());
  }

  /// Takes job and filter out again.
  List<GraphEdit> remove(Topology now) {
    return List.of(
        new GraphEdit.RemoveUser(job.user()),
        new GraphEdit.MoveParents(filter, shownNow(now), Set.of()),
        new GraphEdit.RemoveNode(filter));
  }

  /// Takes job and filter out; what backed the last disk of the span backs the first one.
  List<GraphEdit> complete(Topology now) {
    List<GraphEdit> edits = new ArrayList<>(remove(now));
    now.node(span.disk()).ifPresent(disk -> edits.addAll(BackingEdits.of(disk, base(now))));
    return edits;
  }

  /// What backs the last disk of the span now.
  Optional<NodeName> base(Topology now) {
    return now.childrenOf(span.bottom()).stream()
        .filter(edge -> edge.roles().has(Role.COW))
        .map(Edge::child)
        .findFirst();
  }

  /// What is given back: nothing when somebody has made the disk writable for himself meanwhile,
  /// and its filter with it.
  LentAccess lent(Topology now) {
    boolean readOnly = now.node(filter).filter(NodeSpec::readOnly).isPresent();
    return readOnly ? lent : new LentAccess(List.of());
  }
}
