package io.blockgraph.engine;

import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Who has to see every graph that comes, not only the one that is there when they look.
///
/// Any thread begins and ends to follow; the one that changes the graph [tells][#tell].
final class Followers {
  private final List<Consumer<Topology>> all = new CopyOnWriteArrayList<>();

  BlockGraph.Following add(Consumer<Topology> follower) {
    // Of its own, so that the same follower may come twice and go once.
    Consumer<Topology> added = follower::accept;
    all.add(added);
    return () -> all.remove(added);
  }

  void tell(Topology now) {
    all.forEach(follower -> follower.accept(now));
  }
}
