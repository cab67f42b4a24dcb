package io.blockgraph.engine;

import io.blockgraph.driver.Opening;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// The gates and disks of all users. Only the writer of the graph changes anything here; anybody
/// may look a disk up.
final class UserDisks {
  /// One user's gate and disks.
  private record Entry(Gate gate, Map<ChildName, GatedDisk> disks) {}

  private final Map<UserId, Entry> entries = new ConcurrentHashMap<>();
  private final EngineLimits limits;
  private final EventLog events;
  private final Opening.Ticker ticker;
  private final Traffic traffic;

  UserDisks(EngineLimits limits, EventLog events, Opening.Ticker ticker, Traffic traffic) {
    this.limits = limits;
    this.events = events;
    this.ticker = ticker;
    this.traffic = traffic;
  }

  Optional<GatedDisk> find(UserId user, ChildName edge) {
    return Optional.ofNullable(entries.get(user)).map(entry -> entry.disks().get(edge));
  }

  /// How many requests of a user are under way.
  int underWay(UserId user) {
    Entry entry = entries.get(user);
    return entry == null ? 0 : entry.gate().inside();
  }

  /// The users of the graph before that must not have a request under way when the next takes over,
  /// in the order they came.
  List<UserId> affected(Transition change, Set<NodeName> alsoHold) {
    Topology before = change.before().state().topology();
    Topology after = change.after().state().topology();
    Set<NodeName> held = Cone.upwards(before, alsoHold);
    return before.usersAmong(perhapsAffected(change, held)).stream()
        .map(User::id)
        .filter(user -> after.user(user).isEmpty() || isAffected(user, change, held))
        .toList();
  }

  /// Those who go, who are turned to another node, or whose node is another disk or held.
  private static Set<UserId> perhapsAffected(Transition change, Set<NodeName> held) {
    Set<UserId> users = new HashSet<>();
    change.diff().usersRemoved().forEach(user -> users.add(user.id()));
    Set<NodeName> nodes = new HashSet<>(held);
    nodes.addAll(change.rebound());
    change.diff().edgesChanged().forEach(edge -> nodes.add(edge.before().child()));
    for (NodeName node : nodes) {
      for (Edge edge : change.before().state().topology().parentsOf(node)) {
        if (edge.parent() instanceof Parent.OfUser(UserId user, User.Kind _)) {
          users.add(user);
        }
      }
    }
    return users;
  }

  /// Bound disks are compared by identity: two views that are equal as values may belong to
  /// different graphs.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isAffected(UserId user, Transition change, Set<NodeName> held) {
    Topology after = change.after().state().topology();
    for (Edge edge : change.before().state().topology().edgesOf(user)) {
      NodeName child = after.edge(edge.id()).map(Edge::child).orElse(edge.child());
      if (held.contains(edge.child())
          || change.before().disk(edge.child()) != change.after().bound().get(child)) {
        return true;
      }
    }
    return false;
  }

  /// Closes the gates of `users` and waits until nobody is inside; the first user that does not
  /// come out in time is answered, and then all gates are open again.
  Optional<UserId> hold(List<UserId> users) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limits.drainDeadlineMs());
    for (UserId user : users) {
      Entry entry = entries.get(user);
      if (entry != null && !entry.gate().closeAndDrain(deadline)) {
        release(users);
        return Optional.of(user);
      }
    }
    return Optional.empty();
  }

  /// Opens the gates of those of `users` that are still there.
  void release(List<UserId> users) {
    for (UserId user : users) {
      Entry entry = entries.get(user);
      if (entry != null) {
        entry.gate().open();
      }
    }
  }

  /// Turns users to the disks of the next graph: new users get theirs, held ones theirs anew, gone
  /// ones lose them. All others have theirs.
  void turn(Transition change, List<UserId> held) {
    Live after = change.after();
    for (UserId id : held) {
      Optional<User> user = after.state().topology().user(id);
      Entry entry = entries.get(id);
      if (user.isEmpty()) {
        forget(id);
      } else if (entry != null) {
        turn(id, entry, after);
      }
    }
    change.diff().usersAdded().forEach(user -> entries.put(user.id(), make(user, after)));
  }

  /// Lets every user lose its disks.
  void forgetAll() {
    List.copyOf(entries.keySet()).forEach(this::forget);
  }

  private void forget(UserId user) {
    Entry entry = entries.remove(user);
    if (entry != null) {
      GoneDisk gone = new GoneDisk(user);
      entry.disks().values().forEach(disk -> disk.turnTo(gone));
      entry.gate().open();
    }
  }

  private Entry make(User user, Live live) {
    Gate gate = new Gate();
    RequestTrouble trouble = new RequestTrouble(user, events, ticker::nanos);
    Map<ChildName, GatedDisk> disks = new LinkedHashMap<>();
    for (Edge edge : live.state().topology().edgesOf(user.id())) {
      disks.put(
          edge.name(), new GatedDisk(gate, limits.gateDeadlineMs(), trouble, target(edge, live)));
    }
    return new Entry(gate, Map.copyOf(disks));
  }

  private GatedDisk.Target target(Edge edge, Live live) {
    return new GatedDisk.Target(
        edge.child(), live.disk(edge.child()), traffic.at(edge, live.state().topology()));
  }

  private void turn(UserId user, Entry entry, Live live) {
    for (Edge edge : live.state().topology().edgesOf(user)) {
      GatedDisk disk = entry.disks().get(edge.name());
      if (disk != null) {
        disk.turnTo(target(edge, live));
      }
    }
  }
}
