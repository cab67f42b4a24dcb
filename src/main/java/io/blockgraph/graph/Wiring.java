package io.blockgraph.graph;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/// The edges of a draft by number: which slots lead out of a node, which lead into it. Every child
/// exists.
final class Wiring {
  private final List<NodeSpec> nodes;
  private final List<User> users;
  private final int[] firstSlot;
  private final int[] upper;
  private final int[] lower;
  private final int[] firstIncoming;
  private final int[] incoming;

  Wiring(List<NodeSpec> nodes, Collection<User> users, Map<NodeName, Integer> numbers) {
    this.nodes = nodes;
    this.users = List.copyOf(users);
    this.firstSlot = firstSlots();
    int slots = nodeSlots() + this.users.stream().mapToInt(user -> user.edges().size()).sum();
    this.upper = new int[nodeSlots()];
    this.lower = new int[slots];
    connect(numbers);
    this.firstIncoming = countIncoming();
    this.incoming = sortIncoming();
  }

  private int[] firstSlots() {
    int[] first = new int[nodes.size() + 1];
    for (int node = 0; node < nodes.size(); node++) {
      first[node + 1] = first[node] + nodes.get(node).children().size();
    }
    return first;
  }

  private void connect(Map<NodeName, Integer> numbers) {
    int slot = 0;
    for (int node = 0; node < nodes.size(); node++) {
      for (ChildSpec child : nodes.get(node).children()) {
        upper[slot] = node;
        lower[slot++] = numbers.getOrDefault(child.node(), -1);
      }
    }
    for (User user : users) {
      for (User.UserEdge edge : user.edges()) {
        lower[slot++] = numbers.getOrDefault(edge.node(), -1);
      }
    }
  }

  private int[] countIncoming() {
    int[] first = new int[nodes.size() + 1];
    for (int node : lower) {
      first[node + 1]++;
    }
    for (int node = 0; node < nodes.size(); node++) {
      first[node + 1] += first[node];
    }
    return first;
  }

  private int[] sortIncoming() {
    int[] sorted = new int[lower.length];
    int[] next = firstIncoming.clone();
    for (int slot = 0; slot < lower.length; slot++) {
      sorted[next[lower[slot]]++] = slot;
    }
    return sorted;
  }

  List<NodeSpec> nodes() {
    return nodes;
  }

  List<User> users() {
    return users;
  }

  /// How many slots there are; those of users come last.
  int slots() {
    return lower.length;
  }

  /// How many slots lead from node to node.
  int nodeSlots() {
    return firstSlot[nodes.size()];
  }

  /// The first slot out of `node`; the last is before `firstSlot(node + 1)`.
  int firstSlot(int node) {
    return firstSlot[node];
  }

  /// The number of the node that `slot` leads out of; only for slots between nodes.
  int upperNumber(int slot) {
    return upper[slot];
  }

  NodeSpec upper(int slot) {
    return nodes.get(upper[slot]);
  }

  /// The number of the node that `slot` leads to.
  int lowerNumber(int slot) {
    return lower[slot];
  }

  ChildSpec child(int slot) {
    return upper(slot).children().get(slot - firstSlot[upper[slot]]);
  }

  /// How many edges lead to `node`.
  int incomingCount(int node) {
    return firstIncoming[node + 1] - firstIncoming[node];
  }

  /// The slot of the edge number `index` that leads to `node`; ascending, so those of users come
  /// last.
  int incoming(int node, int index) {
    return incoming[firstIncoming[node] + index];
  }
}
