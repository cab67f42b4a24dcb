package io.blockgraph.job.replication;

import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The changes a secondary makes to the graph, as edits. Pure.
///
/// ```
/// before                             while replication runs
///
/// secondary's VM    primary          secondary's VM        primary       owner of all five:
///      v               |                  v                   v          nobody else changes
/// replication          |             replication            filter       what is between them
///      v               |                  v                 |    |
///   active             |               active        hidden |    | file
///      v               |                  v                 |    |
///   hidden             |               hidden <─────────────┘    |
///      v               v                  v                      v
///         secondary                              secondary
/// ```
///
/// @param replication the node
/// @param filter the name of the filter above the secondary disk
/// @param owner the user that owns the disks
record ReplicationEdits(NodeSpec replication, NodeName filter, UserId owner) {
  private static final int LONGEST_STEM = 40;

  /// The edits of a replication that runs already, or of one that is about to.
  static ReplicationEdits of(NodeSpec replication, Topology graph) {
    String stem = replication.name().value();
    String cut = stem.substring(0, Math.min(LONGEST_STEM, stem.length()));
    UserId owner =
        graph.parentsOf(replication.name()).stream()
            .map(edge -> edge.parent())
            .filter(
                parent ->
                    parent instanceof Parent.OfUser(UserId _, User.Kind kind)
                        && kind == User.Kind.REPLICATION)
            .map(parent -> new UserId(parent.id()))
            .findFirst()
            .orElseGet(() -> new UserId(free(cut + ".replication", graph)));
    NodeName filter =
        graph
            .user(owner)
            .map(user -> nodeOf(user, FILTER))
            .orElseGet(() -> new NodeName(free(cut + ".top", graph)));
    return new ReplicationEdits(replication, filter, owner);
  }

  private static final ChildName NODE = new ChildName("replication");
  private static final ChildName FILTER = new ChildName("filter");
  private static final List<ChildName> DISKS =
      List.of(new ChildName("active"), new ChildName("hidden"), new ChildName("secondary"));

  private static NodeName nodeOf(User user, ChildName edge) {
    return user.edges().stream()
        .filter(e -> e.name().equals(edge))
        .findFirst()
        .orElseThrow()
        .node();
  }

  private static String free(String stem, Topology graph) {
    return Stream.iterate(1, i -> i + 1)
        .map(i -> i == 1 ? stem : stem + i)
        .filter(name -> graph.node(new NodeName(name)).isEmpty())
        .filter(name -> graph.user(new UserId(name)).isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /// The replication stands otherwise; everything else stays.
  List<GraphEdit> stand(Standing standing) {
    return List.of(
        new GraphEdit.SetOptions(replication.name(), standing.in(replication.options())));
  }

  /// Puts the filter in and takes hold of the disks.
  List<GraphEdit> begin(SecondaryDisks disks, NodeSpec secondary, Topology graph) {
    NodeSpec top = top(disks, secondary.access());
    EdgeId own = EdgeId.of(new Parent.OfNode(filter), ChildName.FILE);
    List<GraphEdit> edits = new ArrayList<>();
    edits.add(new GraphEdit.AddNode(top));
    edits.add(new GraphEdit.MoveParents(disks.secondary(), filter, Set.of(own)));
    User user = user(disks);
    edits.add(new GraphEdit.AddUser(user));
    edits.addAll(
        Busy.freezes(user, Stream.concat(graph.nodes().stream(), Stream.of(top)).toList()));
    return edits;
  }

  private NodeSpec top(SecondaryDisks disks, NodeSpec.Access access) {
    return new NodeSpec(
        filter,
        ReplicationTop.NAME,
        access,
        NodeSpec.Origin.IMPLICIT,
        Options.NONE.with(ReplicationTop.REPLICATION, replication.name().value()),
        List.of(
            new ChildSpec(ChildName.FILE, Roles.FILTER, disks.secondary()),
            new ChildSpec(ReplicationTop.HIDDEN, ReplicationTop.HIDDEN_ROLES, disks.hidden())));
  }

  private User user(SecondaryDisks disks) {
    List<User.UserEdge> edges = new ArrayList<>();
    edges.add(edge(NODE, replication.name()));
    edges.add(edge(FILTER, filter));
    for (int i = 0; i < DISKS.size(); i++) {
      edges.add(edge(DISKS.get(i), disks.all().get(i)));
    }
    return new User(owner, User.Kind.REPLICATION, edges);
  }

  private static User.UserEdge edge(ChildName name, NodeName node) {
    return new User.UserEdge(name, node, Grant.IDLE, User.OnSwap.STAY);
  }

  /// The filter lets nobody write any more.
  List<GraphEdit> shut(NodeSpec top) {
    return List.of(
        new GraphEdit.SetOptions(filter, top.options().with(ReplicationTop.REFUSE_WRITES, true)));
  }

  /// Lets go of the disks and takes the filter out.
  List<GraphEdit> end(SecondaryDisks disks) {
    return List.of(
        new GraphEdit.RemoveUser(owner),
        new GraphEdit.MoveParents(filter, disks.secondary(), Set.of()),
        new GraphEdit.RemoveNode(filter));
  }
}
