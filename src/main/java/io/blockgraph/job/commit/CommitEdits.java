package io.blockgraph.job.commit;

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
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.LentAccess;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/// The changes a commit of disks that nobody writes makes to the graph, as edits. Pure.
///
/// ```
/// before          while committing                        after
///
/// overlay         overlay      job                        overlay
///    │               │  main ↙ ↓ below.N                    │
///    v               v      ↙  ↓        ↘ base (WRITE)       v
///   top           filter ─────> top      │                  base
///    v               │           ║       │
///   mid              │          mid      │
///    v               │           ║       │
///  base              └─ base ─> base <───┘
/// ```
///
/// @param job the job
/// @param filter the name of its filter
/// @param span the part of the chain from the top down to the base
/// @param lent what is read-only but for the time of the job
/// @param growing whether the base has to become longer
record CommitEdits(
    JobId job, NodeName filter, ChainRules.Span span, LentAccess lent, Growing growing) {
  /// Whether the base becomes longer.
  enum Growing {
    YES,
    NO
  }

  private static final Permissions UNCHANGED = Permissions.of(Permission.WRITE_UNCHANGED);
  private static final Permissions READ_WRITE =
      Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE);

  private static final Grant MAIN_GRANT =
      new Grant(
          Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL.without(Permission.RESIZE));

  /// What is in between changes: nobody can read it consistently.
  private static final Grant BELOW_GRANT =
      new Grant(Permissions.NONE, UNCHANGED.with(Permission.WRITE));

  private static final Grant FILTER_GRANT =
      new Grant(Permissions.NONE, Permissions.ALL.without(Permission.RESIZE));

  NodeName base() {
    return span.bottom();
  }

  /// Puts the filter above the top and the job beside it, and freezes the links down to the base.
  List<GraphEdit> insert(Topology now) {
    NodeSpec top =
        new NodeSpec(
            filter,
            CommitTop.NAME,
            NodeSpec.Access.READ_ONLY,
            NodeSpec.Origin.IMPLICIT,
            Options.NONE.with(CommitTop.JOB, job.value()),
            List.of(
                new ChildSpec(ChildName.FILE, Roles.FILTER, span.disk()),
                new ChildSpec(CommitTop.BASE, CommitTop.BASE_ROLES, base())));
    EdgeId own = EdgeId.of(new Parent.OfNode(filter), ChildName.FILE);
    List<GraphEdit> edits = new ArrayList<>();
    edits.add(new GraphEdit.AddNode(top));
    edits.add(new GraphEdit.MoveParents(span.disk(), filter, Set.of(own)));
    edits.addAll(lent.begin());
    edits.add(new GraphEdit.AddUser(user()));
    span.links(now).forEach(edge -> edits.add(new GraphEdit.Freeze(edge.id(), job.user())));
    return edits;
  }

  /// The job as a user of the graph.
  User user() {
    List<User.UserEdge> edges = new ArrayList<>();
    edges.add(new User.UserEdge(ChainPlan.MAIN, filter, MAIN_GRANT, User.OnSwap.STAY));
    edges.add(below(0, span.disk()));
    for (NodeName node : span.below()) {
      if (!node.equals(base())) {
        edges.add(below(edges.size() - 1, node));
      }
    }
    Permissions taken = growing == Growing.YES ? READ_WRITE.with(Permission.RESIZE) : READ_WRITE;
    edges.add(
        new User.UserEdge(CommitTop.BASE, base(), new Grant(taken, UNCHANGED), User.OnSwap.STAY));
    return new User(job.user(), User.Kind.JOB, edges, lent.remembered());
  }

  /// A filter passes on to the disk that it shows what is shared with its parents.
  private User.UserEdge below(int number, NodeName node) {
    Grant grant = span.filters().contains(node) ? FILTER_GRANT : BELOW_GRANT;
    return new User.UserEdge(new ChildName("below." + number), node, grant, User.OnSwap.STAY);
  }

  /// What the job's filter shows now: the top, or a filter that somebody has put above it.
  private NodeName shownNow(Topology now) {
    return now.node(filter)
        .flatMap(top -> top.child(ChildName.FILE))
        .map(ChildSpec::node)
        .orElse(span.disk());
  }

  /// Takes job and filter out again.
  List<GraphEdit> remove(Topology now) {
    return leave(shownNow(now));
  }

  /// Takes job and filter out; whoever used the top uses the base.
  List<GraphEdit> complete(Topology now) {
    return leave(baseNow(now));
  }

  private List<GraphEdit> leave(NodeName to) {
    return List.of(
        new GraphEdit.RemoveUser(job.user()),
        new GraphEdit.MoveParents(filter, to, Set.of()),
        new GraphEdit.RemoveNode(filter));
  }

  /// The base, with the filters that stand above it in the chain.
  NodeName baseNow(Topology now) {
    List<NodeName> filters = filtersAboveBase(now);
    return filters.isEmpty() ? base() : filters.getLast();
  }

  /// The filters that stand above the base in the chain, the lowest first.
  List<NodeName> filtersAboveBase(Topology now) {
    List<NodeName> filters = new ArrayList<>();
    for (Edge link : span.links(now).reversed()) {
      if (!link.child().equals(base())) {
        filters.add(link.child());
      }
      if (link.roles().has(Role.COW)) {
        break;
      }
    }
    return filters;
  }

  /// The disks above that the job's top backs, be it through filters.
  List<NodeName> overlays(Topology now, NodeName backing) {
    List<NodeName> overlays = new ArrayList<>();
    Deque<NodeName> open = new ArrayDeque<>(List.of(backing));
    while (!open.isEmpty()) {
      for (Edge edge : now.parentsOf(open.remove())) {
        if (!(edge.parent() instanceof Parent.OfNode(NodeName parent))) {
          continue;
        }
        if (edge.roles().has(Role.COW)) {
          overlays.add(parent);
        } else if (edge.roles().has(Role.FILTERED)) {
          open.add(parent);
        }
      }
    }
    return overlays;
  }
}
