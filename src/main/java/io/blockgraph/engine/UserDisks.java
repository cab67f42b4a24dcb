package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Opening;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.ArrayList;
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

  /// The users of `now` that must not have a request under way when `next` takes over.
  List<UserId> affected(
      Live now, Topology next, Map<NodeName, BlockIo> bound, Set<NodeName> alsoHold) {
    Set<NodeName> held = Cone.upwards(now.state().topology(), alsoHold);
    List<UserId> users = new ArrayList<>();
    for (User user : now.state().topology().users()) {
      if (next.user(user.id()).isEmpty() || isAffected(user.id(), now, next, bound, held)) {
        users.add(user.id());
      }
    }
    return users;
  }

  /// Bound disks are compared by identity: two views that are equal as values may belong to
  /// different graphs.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isAffected(
      UserId user, Live now, Topology next, Map<NodeName, BlockIo> bound, Set<NodeName> held) {
    for (Edge edge : now.state().topology().edgesOf(user)) {
      NodeName child = next.edge(edge.id()).map(Edge::child).orElse(edge.child());
      if (held.contains(edge.child()) || now.disk(edge.child()) != bound.get(child)) {
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

  /// Turns every user to the disks of `live`: new users get theirs, held ones theirs anew, gone
  /// ones lose them.
  void turnTo(Live live, List<UserId> held) {
    for (UserId user : held) {
      if (live.state().topology().user(user).isEmpty()) {
        forget(user);
      }
    }
    for (User user : live.state().topology().users()) {
      Entry entry = entries.get(user.id());
      if (entry == null) {
        entries.put(user.id(), make(user, live));
      } else if (held.contains(user.id())) {
        turn(user.id(), entry, live);
      }
    }
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
          edge.name(),
          new GatedDisk(gate, limits.gateDeadlineMs(), trouble, target(edge.child(), live)));
    }
    return new Entry(gate, Map.copyOf(disks));
  }

  private GatedDisk.Target target(NodeName node, Live live) {
    return new GatedDisk.Target(node, live.disk(node), traffic.at(node, live.state().topology()));
  }

  private void turn(UserId user, Entry entry, Live live) {
    for (Edge edge : live.state().topology().edgesOf(user)) {
      GatedDisk disk = entry.disks().get(edge.name());
      if (disk != null) {
        disk.turnTo(target(edge.child(), live));
      }
    }
  }
}
