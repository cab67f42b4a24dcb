package io.blockgraph.engine;

import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.Grouping;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Limits with a name that throttle nodes share, as users of the graph that use no node: they are
/// remembered, planned and undone with everything else. Any thread.
public final class ThrottleGroups {
  private final BlockGraph graph;

  /// The groups of `graph`.
  public ThrottleGroups(BlockGraph graph) {
    this.graph = graph;
  }

  /// A group as it is now.
  ///
  /// @param options its limits
  /// @param members the nodes that share them, in the order they came
  public record Group(UserId id, Options options, List<NodeName> members) {
    /// Copies `members`.
    public Group {
      members = List.copyOf(members);
    }
  }

  /// What a group can be told.
  public OptionSpec options() {
    return grouping(graph.drivers()).map(Grouping::groupOptions).findFirst().orElseThrow();
  }

  /// All groups, in the order they came.
  public List<Group> all() {
    Topology topology = graph.state().topology();
    return topology.users().stream()
        .filter(ThrottleGroups::isGroup)
        .map(user -> group(user, topology))
        .toList();
  }

  /// One group.
  public Optional<Group> find(UserId id) {
    Topology topology = graph.state().topology();
    return topology.user(id).filter(ThrottleGroups::isGroup).map(user -> group(user, topology));
  }

  private Group group(User user, Topology topology) {
    List<NodeName> members =
        topology.nodes().stream()
            .filter(node -> groupOf(graph.drivers(), node).equals(Optional.of(user.id())))
            .map(NodeSpec::name)
            .toList();
    return new Group(user.id(), user.options(), members);
  }

  /// Makes what one of the operations below comes to.
  public Result<Committed> make(Operation operation, Ask ask) {
    return graph.make(operation, ask).then(made -> new Result.Done<>(made.committed()));
  }

  /// A new group.
  public Operation creating(UserId id, Options options) {
    User user = new User(id, User.Kind.THROTTLE_GROUP, List.of(), options);
    Change change = Change.of("throttle group '" + id + "'", List.of(new GraphEdit.AddUser(user)));
    return _ -> possible(id, options).then(_ -> new Result.Done<>(change));
  }

  /// Other limits, which hold at once also for requests that wait.
  ///
  /// @param patch limits with their new values; empty for "as if not given"
  public Operation changing(UserId id, Map<String, Optional<Object>> patch) {
    return view ->
        known(id, view)
            .then(
                user -> {
                  Options next = merged(user.options(), patch);
                  Change change =
                      Change.of(
                          "limits of throttle group '" + id + "'",
                          List.of(new GraphEdit.SetUserOptions(id, next)));
                  return possible(id, next)
                      .then(
                          _ ->
                              new Result.Done<>(
                                  change.expecting(OptionalLong.of(view.state().revision()))));
                });
  }

  /// The end of a group without members.
  public Operation removing(UserId id) {
    Change change =
        Change.of("end of throttle group '" + id + "'", List.of(new GraphEdit.RemoveUser(id)));
    return view -> known(id, view).then(_ -> new Result.Done<>(change));
  }

  private static Result<User> known(UserId id, BlockGraph.View view) {
    return view.state()
        .topology()
        .user(id)
        .filter(ThrottleGroups::isGroup)
        .<Result<User>>map(Result.Done::new)
        .orElseGet(() -> new Result.Rejected<>(new Rejection.NoSuchGroup(id)));
  }

  private Result<Options> possible(UserId id, Options options) {
    return grouping(graph.drivers())
        .flatMap(grouping -> grouping.groupObjection(options).stream())
        .findFirst()
        .<Result<Options>>map(
            reason -> new Result.Rejected<>(new Rejection.GroupImpossible(id, reason)))
        .orElseGet(() -> new Result.Done<>(options));
  }

  private static Options merged(Options options, Map<String, Optional<Object>> patch) {
    Map<String, Object> values = new LinkedHashMap<>(options.values());
    patch.forEach(
        (name, value) ->
            value.ifPresentOrElse(v -> values.put(name, v), () -> values.remove(name)));
    return new Options(values);
  }

  private static boolean isGroup(User user) {
    return user.kind() == User.Kind.THROTTLE_GROUP;
  }

  private static Stream<Grouping> grouping(DriverRegistry drivers) {
    return drivers.all().stream().filter(Grouping.class::isInstance).map(Grouping.class::cast);
  }

  private static Optional<UserId> groupOf(DriverRegistry drivers, NodeSpec node) {
    return drivers
        .find(node.driver())
        .filter(Grouping.class::isInstance)
        .flatMap(driver -> ((Grouping) driver).groupOf(node));
  }

  /// Why the groups of a graph cannot be as they would be: a node belongs to one that is not there.
  static Optional<Rejection> objection(DriverRegistry drivers, GraphDiff diff, Topology next) {
    for (NodeSpec node :
        Stream.concat(diff.nodesAdded().stream(), diff.nodesChanged().stream()).toList()) {
      Optional<UserId> group = groupOf(drivers, node);
      if (group.isPresent() && next.user(group.get()).filter(ThrottleGroups::isGroup).isEmpty()) {
        return Optional.of(new Rejection.NoSuchGroup(group.get()));
      }
    }
    return diff.usersRemoved().stream()
        .filter(ThrottleGroups::isGroup)
        .flatMap(gone -> member(drivers, gone.id(), next).stream())
        .findFirst();
  }

  private static Optional<Rejection> member(DriverRegistry drivers, UserId group, Topology next) {
    return next.nodes().stream()
        .filter(node -> groupOf(drivers, node).equals(Optional.of(group)))
        .findFirst()
        .map(node -> new Rejection.GroupInUse(node.name(), group));
  }

  /// Tells drivers what has become of groups.
  static void tell(DriverRegistry drivers, GraphDiff diff) {
    diff.usersRemoved().stream()
        .filter(ThrottleGroups::isGroup)
        .forEach(gone -> grouping(drivers).forEach(driver -> driver.ungrouped(gone.id())));
    Stream.concat(diff.usersAdded().stream(), diff.usersChanged().stream())
        .filter(ThrottleGroups::isGroup)
        .forEach(
            group ->
                grouping(drivers).forEach(driver -> driver.grouped(group.id(), group.options())));
  }
}
