package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;

/// Somebody outside the graph who uses nodes of it: an export, a job, a request.
///
/// @param id its id, in one namespace with the nodes
/// @param kind what it is
/// @param edges the nodes it uses, each with the grant it asks for; names are unique
/// @param options what its owner needs to start it again after a restart
public record User(UserId id, Kind kind, List<UserEdge> edges, Options options) {
  /// A user that has nothing to remember.
  public User(UserId id, Kind kind, List<UserEdge> edges) {
    this(id, kind, edges, Options.NONE);
  }

  /// What a user is.
  public enum Kind {
    /// A server that lets clients use a node.
    EXPORT,
    /// A job; it owns the nodes it has edges to (they are busy).
    JOB,
    /// A replication that is under way; it owns the disks it works on, over restarts too.
    REPLICATION,
    /// Limits that throttle nodes share; it uses no node.
    THROTTLE_GROUP,
    /// A request over HTTP that reads, writes or resizes, for as long as it takes.
    COMMAND;

    /// Whether such a user owns the nodes it has edges to.
    public boolean owns() {
      return this == JOB || this == REPLICATION;
    }

    /// The word used over HTTP: `export`.
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /// One node a user uses.
  ///
  /// @param name the edge's name within the user
  /// @param node the node
  /// @param grant what the user takes and shares
  /// @param onSwap what happens to the edge when the node's parents are moved to another node
  public record UserEdge(ChildName name, NodeName node, Grant grant, OnSwap onSwap) {
    /// The same edge to another node.
    public UserEdge withNode(NodeName other) {
      return new UserEdge(name, other, grant, onSwap);
    }

    /// The same edge taking and sharing something else.
    public UserEdge withGrant(Grant other) {
      return new UserEdge(name, node, other, onSwap);
    }

    /// The edge as the graph has it when it belongs to `user`.
    Edge edgeOf(User user) {
      return new Edge(user.asParent(), name, node, Roles.NONE, grant, Optional.empty());
    }
  }

  /// What happens to a user's edge when the parents of its node move to another node.
  public enum OnSwap {
    /// It moves along (an export).
    FOLLOW,
    /// It stays with the node (a job's own hold on its source and target).
    STAY
  }

  /// Copies `edges`.
  ///
  /// @throws IllegalArgumentException when two edges have the same name
  public User {
    edges = List.copyOf(edges);
    if (edges.stream().map(UserEdge::name).distinct().count() < edges.size()) {
      throw new IllegalArgumentException(
          "two edges of " + kind.word() + " '" + id + "' have the same name");
    }
  }

  /// This user as the upper end of its edges.
  public Parent asParent() {
    return new Parent.OfUser(id, kind);
  }

  /// This user after `move`, with which the edges go that follow.
  User following(GraphEdit.MoveParents move) {
    return new User(id, kind, edges.stream().map(edge -> following(edge, move)).toList(), options);
  }

  private UserEdge following(UserEdge edge, GraphEdit.MoveParents move) {
    boolean moves =
        edge.node().equals(move.from())
            && edge.onSwap() == OnSwap.FOLLOW
            && !move.keep().contains(EdgeId.of(asParent(), edge.name()));
    return moves ? edge.withNode(move.to()) : edge;
  }
}
