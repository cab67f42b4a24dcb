package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A graph with its users as both sides can show it, in Blockgraph's words.
///
/// Inline nodes are called after their place: `disk/file`. Exports have no names in QEMU's graph,
/// so that their edges are told apart by node and grant only; which export serves which node is
/// compared besides. The length of what stores a format is nobody's business: -1.
///
/// @param nodes by name
/// @param edges by id
/// @param jobs by id
/// @param exports the node that each serves
/// @param bitmaps by node and name
record Picture(
    Map<String, Node> nodes,
    Map<String, Edge> edges,
    Map<String, Job> jobs,
    Map<String, String> exports,
    Map<String, Bitmap> bitmaps) {
  static final Picture EMPTY = new Picture(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  /// A node as it is shown.
  record Node(String name, String driver, Access access, long size) {}

  /// Who stands at the upper end of an edge.
  enum Kind {
    NODE,
    JOB,
    EXPORT
  }

  /// An edge as it is shown.
  record Edge(Kind kind, String parent, String name, String child, Grant grant) {
    String id() {
      return parent + ":" + name;
    }

    boolean leadsFrom(String node) {
      return kind == Kind.NODE && parent.equals(node);
    }
  }

  /// What an edge takes and shares.
  record Grant(Set<String> taken, Set<String> shared) {
    static Grant of(Collection<String> taken, Collection<String> shared) {
      return new Grant(new TreeSet<>(taken), new TreeSet<>(shared));
    }

    @Override
    public String toString() {
      return taken + "/" + shared;
    }
  }

  /// A bitmap as it is shown.
  ///
  /// @param flags `recording`, `busy`, `persistent`, `inconsistent`: those that hold
  /// @param dirtyBytes how much of the disk is dirty
  record Bitmap(long granularity, Set<String> flags, long dirtyBytes) {
    Bitmap {
      flags = new TreeSet<>(flags);
    }
  }

  /// A job as it is shown.
  ///
  /// @param failed whether it has an error to tell
  record Job(String status, boolean failed) {
    boolean isOver() {
      return status.equals("concluded");
    }
  }

  /// Gives everything the names and ids it is compared by.
  static Picture of(Collection<Node> nodes, Collection<Edge> edges) {
    Map<String, String> names = names(nodes, edges);
    Map<String, Edge> named = new TreeMap<>();
    for (Edge edge : edges) {
      String child = names.getOrDefault(edge.child(), edge.child());
      String parent = names.getOrDefault(edge.parent(), edge.parent());
      if (edge.kind() == Kind.EXPORT) {
        addUser(named, child, edge);
      } else {
        Edge renamed = new Edge(edge.kind(), parent, edge.name(), child, edge.grant());
        named.put(renamed.id(), renamed);
      }
    }
    return new Picture(faces(nodes, names, named.values()), named, Map.of(), Map.of(), Map.of());
  }

  private static void addUser(Map<String, Edge> named, String child, Edge edge) {
    for (int n = 1; ; n++) {
      String parent = "user " + n + " with " + edge.grant() + " of " + child;
      Edge user = new Edge(Kind.EXPORT, parent, "root", child, edge.grant());
      if (named.putIfAbsent(user.id(), user) == null) {
        return;
      }
    }
  }

  private static Map<String, Node> faces(
      Collection<Node> nodes, Map<String, String> names, Collection<Edge> edges) {
    Map<String, Node> faces = new TreeMap<>();
    Map<String, String> drivers = new LinkedHashMap<>();
    for (Node node : nodes) {
      drivers.put(names.getOrDefault(node.name(), node.name()), node.driver());
    }
    Set<String> storage = storage(drivers, edges);
    for (Node node : nodes) {
      String name = names.getOrDefault(node.name(), node.name());
      long size = storage.contains(name) ? -1 : node.size();
      faces.put(name, new Node(name, node.driver(), node.access(), size));
    }
    return faces;
  }

  /// The nodes that hold what a format stores, which is not the same on both sides.
  private static Set<String> storage(Map<String, String> drivers, Collection<Edge> edges) {
    Set<String> found = new LinkedHashSet<>();
    edges.stream()
        .filter(edge -> edge.kind() == Kind.NODE && edge.name().equals("file"))
        .filter(edge -> "qcow2".equals(drivers.get(edge.parent())))
        .forEach(edge -> found.add(edge.child()));
    boolean grew = true;
    while (grew) {
      List<String> more =
          edges.stream()
              .filter(edge -> edge.kind() == Kind.NODE && found.contains(edge.parent()))
              .map(Edge::child)
              .toList();
      grew = found.addAll(more);
    }
    return found;
  }

  private static Map<String, String> names(Collection<Node> nodes, Collection<Edge> edges) {
    Map<String, String> names = new LinkedHashMap<>();
    nodes.stream()
        .map(Node::name)
        .filter(name -> !isMadeUp(name))
        .forEach(name -> names.put(name, name));
    List<Edge> open = new ArrayList<>(edges);
    boolean found = true;
    while (found) {
      found = false;
      for (Edge edge : List.copyOf(open)) {
        if (edge.kind() == Kind.NODE && names.containsKey(edge.parent())) {
          String place = names.get(edge.parent()) + "/" + edge.name();
          names.merge(
              edge.child(), place, (had, now) -> isMadeUp(edge.child()) ? first(had, now) : had);
          open.remove(edge);
          found = true;
        }
      }
    }
    return names;
  }

  private static String first(String one, String other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  /// QEMU calls an inline node `#block123`, Blockgraph `disk.file`.
  private static boolean isMadeUp(String name) {
    return name.startsWith("#") || name.contains(".");
  }

  Picture with(Map<String, Job> theJobs, Map<String, String> theExports) {
    return new Picture(nodes, edges, theJobs, theExports, bitmaps);
  }

  Picture with(Map<String, Bitmap> theBitmaps) {
    return new Picture(nodes, edges, jobs, exports, theBitmaps);
  }

  Optional<Node> node(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  String driver(String name) {
    return node(name).map(Node::driver).orElse("");
  }

  Stream<Edge> parentsOf(String node) {
    return edges.values().stream().filter(edge -> edge.child().equals(node));
  }

  Stream<Edge> childrenOf(String node) {
    return edges.values().stream().filter(edge -> edge.leadsFrom(node));
  }

  Optional<Edge> edge(String parent, String name) {
    return Optional.ofNullable(edges.get(parent + ":" + name));
  }

  /// The node and all that it stands on.
  Set<String> subtree(String top) {
    Set<String> found = new LinkedHashSet<>(Set.of(top));
    List<String> open = new ArrayList<>(found);
    while (!open.isEmpty()) {
      childrenOf(open.removeLast()).map(Edge::child).filter(found::add).forEach(open::add);
    }
    return found;
  }
}
