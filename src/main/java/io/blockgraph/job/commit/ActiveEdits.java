package io.blockgraph.job.commit;

import io.blockgraph.graph.AccessEdits;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
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
import io.blockgraph.job.copy.LentAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The changes a commit of a top that clients write makes to the graph, as edits. Pure.
///
/// ```
/// before          while committing                        after
///
/// clients         clients      job                        clients
///    │               │  main ↙ ↓ below.N                    │
///    v               v      ↙  ↓        ↘ base (WRITE)       v
///   top           filter ─────> top      │                  base
///    v               │           v       │
///   mid              │          gap      │
///    v               │           v       │
///  base              │          mid      │
///                    │           v       │
///                    └─ base ─> base <───┘
/// ```
///
/// @param plain the edits of a commit as such
/// @param gap the name of the filter below the top
record ActiveEdits(CommitEdits plain, NodeName gap) {
  private static final ChildName GAP = new ChildName("gap");

  /// The top may be read, and written through the filter.
  private static final Grant TOP_GRANT =
      new Grant(Permissions.NONE, Permissions.ALL.without(Permission.RESIZE));

  private NodeName top() {
    return plain.span().disk();
  }

  /// Puts the filters above and below the top and the job beside them, and freezes the links down
  /// to the base.
  List<GraphEdit> insert(Topology now) {
    NodeSpec top = now.node(top()).orElseThrow();
    ChildSpec backing = top.child(ChildName.BACKING).orElseThrow();
    EdgeId own = EdgeId.of(new Parent.OfNode(plain.filter()), ChildName.FILE);
    List<GraphEdit> edits = new ArrayList<>();
    edits.add(new GraphEdit.AddNode(above(top)));
    edits.add(new GraphEdit.AddNode(below(backing.node())));
    edits.add(new GraphEdit.MoveParents(top(), plain.filter(), Set.of(own)));
    edits.add(new GraphEdit.ReplaceChild(top(), ChildName.BACKING, gap));
    edits.addAll(plain.lent().begin());
    edits.add(new GraphEdit.AddUser(user()));
    plain
        .span()
        .links(now)
        .forEach(edge -> edits.add(new GraphEdit.Freeze(edge.id(), plain.job().user())));
    edits.add(
        new GraphEdit.Freeze(
            EdgeId.of(new Parent.OfNode(gap), ChildName.FILE), plain.job().user()));
    return edits;
  }

  private NodeSpec above(NodeSpec top) {
    return new NodeSpec(
        plain.filter(),
        ActiveTop.NAME,
        top.access(),
        NodeSpec.Origin.IMPLICIT,
        Options.NONE.with(CommitTop.JOB, plain.job().value()),
        List.of(
            new ChildSpec(ChildName.FILE, Roles.FILTER, top()),
            new ChildSpec(CommitTop.BASE, CommitTop.BASE_ROLES, plain.base())));
  }

  private NodeSpec below(NodeName backing) {
    return new NodeSpec(
        gap,
        CommitGap.NAME,
        NodeSpec.Access.READ_ONLY,
        NodeSpec.Origin.IMPLICIT,
        Options.NONE.with(CommitTop.JOB, plain.job().value()),
        List.of(new ChildSpec(ChildName.FILE, Roles.FILTER, backing)));
  }

  private User user() {
    User all = plain.user();
    List<User.UserEdge> edges = new ArrayList<>();
    for (User.UserEdge edge : all.edges()) {
      edges.add(edge.node().equals(top()) ? edge.withGrant(TOP_GRANT) : edge);
    }
    edges.add(new User.UserEdge(GAP, gap, Grant.IDLE, User.OnSwap.STAY));
    return new User(all.id(), all.kind(), edges, all.options());
  }

  /// Takes job and filters out again.
  List<GraphEdit> remove(Topology now) {
    return withoutGap(plain.remove(now), now);
  }

  /// Takes job and filters out; whoever used the top uses the base, as writable as the top was.
  List<GraphEdit> complete(Topology now) {
    List<GraphEdit> edits = new ArrayList<>();
    if (isWritten(now)) {
      plain.filtersAboveBase(now).stream()
          .map(node -> new GraphEdit.SetAccess(node, NodeSpec.Access.READ_WRITE))
          .forEach(edits::add);
    } else {
      edits.addAll(AccessEdits.of(now, plain.base(), NodeSpec.Access.READ_ONLY));
    }
    edits.addAll(withoutGap(plain.complete(now), now));
    return edits;
  }

  /// Whether clients may write.
  private boolean isWritten(Topology now) {
    return now.node(plain.filter()).filter(node -> !node.readOnly()).isPresent();
  }

  private List<GraphEdit> withoutGap(List<GraphEdit> first, Topology now) {
    List<GraphEdit> edits = new ArrayList<>(first);
    Optional<NodeName> shown =
        now.node(gap).flatMap(node -> node.child(ChildName.FILE)).map(ChildSpec::node);
    shown.ifPresent(node -> edits.add(new GraphEdit.MoveParents(gap, node, Set.of())));
    edits.add(new GraphEdit.RemoveNode(gap));
    return edits;
  }

  /// What is read-only again: the base, unless it takes the place of a disk that is written.
  LentAccess given(Topology now, boolean result) {
    return result && isWritten(now) ? new LentAccess(List.of()) : plain.lent();
  }
}
