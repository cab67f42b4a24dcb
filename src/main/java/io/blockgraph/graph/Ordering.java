package io.blockgraph.graph;

import java.util.Arrays;

/// The nodes of a wiring from the top down: each after all of its parents. If there is none, a
/// cycle is the reason.
final class Ordering {
  private final Wiring wiring;
  private final int[] order;
  private final boolean[] done;
  private final int count;

  private Ordering(Wiring wiring, int[] order, boolean[] done, int count) {
    this.wiring = wiring;
    this.order = order;
    this.done = done;
    this.count = count;
  }

  static Ordering of(Wiring wiring) {
    int nodes = wiring.nodes().size();
    int[] open = openParents(wiring);
    int[] order = new int[nodes];
    boolean[] done = new boolean[nodes];
    int count = 0;
    for (int node = 0; node < nodes; node++) {
      if (open[node] == 0) {
        order[count++] = node;
      }
    }
    for (int next = 0; next < count; next++) {
      int node = order[next];
      done[node] = true;
      for (int slot = wiring.firstSlot(node); slot < wiring.firstSlot(node + 1); slot++) {
        if (--open[wiring.lowerNumber(slot)] == 0) {
          order[count++] = wiring.lowerNumber(slot);
        }
      }
    }
    return new Ordering(wiring, order, done, count);
  }

  private static int[] openParents(Wiring wiring) {
    int[] open = new int[wiring.nodes().size()];
    for (int slot = 0; slot < wiring.nodeSlots(); slot++) {
      open[wiring.lowerNumber(slot)]++;
    }
    return open;
  }

  boolean isCyclic() {
    return count < order.length;
  }

  int[] topDown() {
    return order;
  }

  /// The slots of one cycle, each leading to where the next begins. Every node that could not be
  /// ordered has a parent that could not either, so going up from any of them comes back to where
  /// it was.
  int[] cycle() {
    int node = 0;
    while (done[node]) {
      node++;
    }
    int[] path = new int[order.length];
    int[] seenAt = new int[order.length];
    Arrays.fill(seenAt, -1);
    int length = 0;
    while (seenAt[node] < 0) {
      seenAt[node] = length;
      int slot = openParent(node);
      path[length++] = slot;
      node = wiring.upperNumber(slot);
    }
    return downward(path, seenAt[node], length);
  }

  private int openParent(int node) {
    for (int i = 0; i < wiring.incomingCount(node); i++) {
      int slot = wiring.incoming(node, i);
      if (slot < wiring.nodeSlots() && !done[wiring.upperNumber(slot)]) {
        return slot;
      }
    }
    throw new IllegalStateException(
        "a node that was not ordered has no parent that was not ordered");
  }

  /// The path upward in reverse, starting with the slot of the lowest number.
  private static int[] downward(int[] path, int from, int to) {
    int[] cycle = new int[to - from];
    int first = 0;
    for (int i = 0; i < cycle.length; i++) {
      cycle[i] = path[to - 1 - i];
      first = cycle[i] < cycle[first] ? i : first;
    }
    int[] turned = new int[cycle.length];
    for (int i = 0; i < cycle.length; i++) {
      turned[i] = cycle[(first + i) % cycle.length];
    }
    return turned;
  }

  /// How many nodes the longest chain down from each node has, itself included.
  int[] heights() {
    int[] height = new int[order.length];
    for (int i = order.length - 1; i >= 0; i--) {
      int node = order[i];
      int below = 0;
      for (int slot = wiring.firstSlot(node); slot < wiring.firstSlot(node + 1); slot++) {
        below = Math.max(below, height[wiring.lowerNumber(slot)]);
      }
      height[node] = below + 1;
    }
    return height;
  }

  /// The first node that is higher than `limit`; -1 if there is none.
  static int firstHigherThan(int limit, int[] height) {
    for (int node = 0; node < height.length; node++) {
      if (height[node] > limit) {
        return node;
      }
    }
    return -1;
  }
}
