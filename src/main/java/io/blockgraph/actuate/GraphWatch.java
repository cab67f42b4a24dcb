package io.blockgraph.actuate;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Glance;
import io.blockgraph.export.nbd.NbdExport;
import io.blockgraph.export.nbd.NbdServer;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Looks at the graph: how each node and export is, out of memory alone. Any thread.
final class GraphWatch {
  private final BlockGraph graph;
  private final NbdServer server;
  private final InstantSource clock;
  private final Memory nodes = new Memory();
  private final Memory exports = new Memory();

  GraphWatch(BlockGraph graph, NbdServer server, InstantSource clock) {
    this.graph = graph;
    this.server = server;
    this.clock = clock;
  }

  /// What one look saw.
  ///
  /// @param glance the graph it looked at
  /// @param nodes every node, in the order they were added
  /// @param exports every export, in the order they came
  /// @param at when
  record Look(Glance glance, List<NodeState> nodes, List<ExportState> exports, Instant at) {
    Topology topology() {
      return glance.state().topology();
    }

    /// The worst of all nodes and exports; an empty graph is good.
    Condition condition() {
      return nodes.isEmpty() && exports.isEmpty()
          ? Condition.GOOD
          : Condition.worst(
              Stream.concat(
                      nodes.stream().map(NodeState::condition),
                      exports.stream().map(ExportState::condition))
                  .toList());
    }

    /// The names of nodes and exports in trouble, by the sort of the check.
    Map<String, List<String>> trouble() {
      return named(Condition::isTrouble);
    }

    /// The names of those about which something is not known.
    Map<String, List<String>> unknown() {
      return named(condition -> condition == Condition.UNKNOWN);
    }

    private Map<String, List<String>> named(Predicate<Condition> wanted) {
      NamedBySort named = new NamedBySort(wanted);
      nodes.forEach(node -> named.add(node.spec().name().value(), node.checks()));
      exports.forEach(export -> named.add(export.id(), export.checks()));
      return named.all();
    }

    /// The users that reach a node that is in trouble: `export vm`. None for a node that is not.
    List<String> reachedWhenInTrouble(NodeState state) {
      Set<String> users = new TreeSet<>();
      if (state.condition().isTrouble()) {
        climb(state.spec().name(), new HashSet<>(), users);
      }
      return List.copyOf(users);
    }

    private void climb(NodeName node, Set<NodeName> seen, Set<String> users) {
      if (!seen.add(node)) {
        return;
      }
      for (Edge edge : topology().parentsOf(node)) {
        switch (edge.parent()) {
          case Parent.OfNode(NodeName parent) -> climb(parent, seen, users);
          case Parent.OfUser(var user, User.Kind kind) -> users.add(kind.word() + " " + user);
        }
      }
    }
  }

  /// How a node is.
  record NodeState(NodeSpec spec, OptionalLong sizeBytes, List<Checked> checks) {
    Condition condition() {
      return Condition.worst(checks.stream().map(Checked::condition).toList());
    }
  }

  /// How an export is.
  record ExportState(String id, List<Checked> checks) {
    Condition condition() {
      return Condition.worst(checks.stream().map(Checked::condition).toList());
    }
  }

  /// Looks now.
  Look look() {
    Glance glance = graph.glance();
    Instant now = clock.instant();
    Topology topology = glance.state().topology();
    Map<String, List<Finding>> found = new LinkedHashMap<>();
    topology.nodes().forEach(node -> found.put(node.name().value(), NodeChecks.of(node, glance)));
    Map<String, List<Checked>> dated = nodes.dated(found, now);
    List<NodeState> states =
        topology.nodes().stream()
            .map(
                node ->
                    new NodeState(
                        node,
                        glance.sizeBytes(node.name()),
                        dated.getOrDefault(node.name().value(), List.of())))
            .toList();
    return new Look(glance, states, exports(topology, now), now);
  }

  private List<ExportState> exports(Topology topology, Instant now) {
    Set<String> offered =
        server.exports().stream()
            .map(NbdExport::name)
            .map(name -> name.value())
            .collect(Collectors.toSet());
    Map<String, List<Finding>> found = new LinkedHashMap<>();
    topology.users().stream()
        .filter(user -> user.kind() == User.Kind.EXPORT)
        .forEach(user -> found.put(user.id().value(), List.of(offer(user, offered))));
    Map<String, List<Checked>> dated = exports.dated(found, now);
    return found.keySet().stream()
        .map(id -> new ExportState(id, dated.getOrDefault(id, List.of())))
        .toList();
  }

  private static Finding offer(User export, Set<String> offered) {
    boolean there = export.options().text("name").map(offered::contains).orElse(false);
    return there
        ? Finding.good("offer", "clients can ask for it")
        : Finding.failed("offer", "it is in the graph, and clients are not offered it");
  }
}
