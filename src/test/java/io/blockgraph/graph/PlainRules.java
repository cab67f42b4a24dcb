package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The judge's rules, from the words of the requirements: vocabulary (roles, conflicts, read-only
/// nodes) and table of permissions. Permissions are bits: 1 consistent read, 2 write, 4 write
/// unchanged, 8 resize. Each method lists all objections of its kind, in the words of [JudgeWords].
final class PlainRules {
  private static final int CR = 1;
  private static final int W = 2;
  private static final int WU = 4;
  private static final int RS = 8;
  private static final int ALL = CR | W | WU | RS;

  private final PlainGraph graph;
  private final int maxDepth;
  private final Map<String, List<PlainGraph.Line>> linesTo = new HashMap<>();
  private final Map<PlainGraph.Line, Integer> taken = new HashMap<>();
  private final Map<PlainGraph.Line, Integer> shared = new HashMap<>();

  PlainRules(PlainGraph graph, int maxDepth) {
    this.graph = graph;
    this.maxDepth = maxDepth;
    for (PlainGraph.Line line : graph.lines()) {
      linesTo.computeIfAbsent(line.to(), _ -> new ArrayList<>()).add(line);
    }
  }

  Set<String> structure() {
    Set<String> objections = new TreeSet<>();
    graph
        .nodes()
        .forEach(
            (name, node) -> {
              if (!List.of("file", "filter", "format", "quorum", "verify", "replication")
                  .contains(node.driver())) {
                objections.add("UnknownDriver " + name);
              } else if (breaksRoles(node) || breaksDriver(node)) {
                objections.add("BadShape " + name);
              }
            });
    for (PlainGraph.Line line : graph.lines()) {
      if (!graph.nodes().containsKey(line.to())) {
        Set<String> parents =
            new TreeSet<>(parents(line.to()).stream().map(PlainGraph.Line::id).toList());
        objections.add(
            graph.removed().contains(line.to())
                ? "NodeInUse " + line.to() + " " + parents
                : "NodeNotFound " + line.to());
      }
    }
    graph.frozen().values().stream()
        .filter(job -> !graph.users().containsKey(job))
        .forEach(job -> objections.add("UserNotFound " + job));
    return objections;
  }

  private static boolean breaksRoles(PlainGraph.Node node) {
    Set<String> names = new HashSet<>();
    int filtered = 0;
    int cow = 0;
    int primary = 0;
    boolean broken = false;
    for (PlainGraph.Child child : node.children()) {
      Set<Role> roles = child.roles();
      broken |= !names.add(child.name());
      filtered += roles.contains(Role.FILTERED) ? 1 : 0;
      cow += roles.contains(Role.COW) ? 1 : 0;
      primary += roles.contains(Role.PRIMARY) ? 1 : 0;
      boolean storage = roles.contains(Role.DATA) || roles.contains(Role.METADATA);
      broken |= roles.contains(Role.FILTERED) && (storage || roles.contains(Role.COW));
      broken |= roles.contains(Role.COW) && (storage || roles.contains(Role.PRIMARY));
    }
    return broken || filtered > 1 || cow > 1 || primary > 1;
  }

  private static boolean breaksDriver(PlainGraph.Node node) {
    boolean cow = node.children().stream().anyMatch(c -> c.roles().contains(Role.COW));
    return switch (node.driver()) {
      case "file" -> !node.children().isEmpty();
      case "verify" ->
          cow
              || node.children().stream().noneMatch(c -> c.name().equals("raw"))
              || node.children().stream().noneMatch(c -> c.name().equals("test"));
      case "filter", "replication" ->
          cow
              || node.children().stream()
                  .noneMatch(c -> c.roles().equals(EnumSet.of(Role.FILTERED, Role.PRIMARY)));
      case "format" ->
          node.children().stream().noneMatch(c -> c.name().equals("file"))
              || node.children().stream()
                  .anyMatch(c -> c.roles().contains(Role.COW) && !c.name().equals("backing"));
      default -> cow || node.children().isEmpty();
    };
  }

  /// Quorums below which a disk is twice, however many filters are above it.
  Set<String> twice() {
    Set<String> objections = new TreeSet<>();
    graph
        .nodes()
        .forEach(
            (name, node) -> {
              List<String> disks =
                  node.children().stream().map(child -> unfiltered(child.to())).toList();
              if (node.driver().equals("quorum") && Set.copyOf(disks).size() < disks.size()) {
                objections.add("BadShape " + name);
              }
            });
    return objections;
  }

  private String unfiltered(String node) {
    for (PlainGraph.Child child : graph.nodes().get(node).children()) {
      if (child.roles().contains(Role.FILTERED)) {
        return unfiltered(child.to());
      }
    }
    return node;
  }

  Set<String> cycles() {
    for (String node : graph.nodes().keySet()) {
      if (graph.nodes().get(node).children().stream()
          .anyMatch(c -> graph.reaches(c.to(), node, new HashSet<>()))) {
        return Set.of("WouldCycle");
      }
    }
    return Set.of();
  }

  Set<String> depths() {
    Set<String> objections = new TreeSet<>();
    for (String node : graph.nodes().keySet()) {
      if (depth(node) > maxDepth) {
        objections.add("TooDeep " + node);
      }
    }
    return objections;
  }

  private int depth(String node) {
    return 1
        + graph.nodes().get(node).children().stream().mapToInt(c -> depth(c.to())).max().orElse(0);
  }

  Set<String> permissions() {
    Set<String> objections = new TreeSet<>();
    for (Map.Entry<String, PlainGraph.Node> entry : graph.nodes().entrySet()) {
      List<PlainGraph.Line> parents = parents(entry.getKey());
      for (PlainGraph.Line requiring : parents) {
        int writes = taken(requiring) & (W | WU);
        if (entry.getValue().readOnly() && writes != 0) {
          objections.add("NodeReadOnly " + entry.getKey() + " " + requiring.id() + " " + writes);
        }
        for (PlainGraph.Line unsharing : parents) {
          int missing = taken(requiring) & ~shared(unsharing);
          if (!requiring.equals(unsharing) && missing != 0) {
            objections.add(
                "PermissionConflict "
                    + entry.getKey()
                    + " "
                    + requiring.id()
                    + " "
                    + unsharing.id()
                    + " "
                    + missing);
          }
        }
      }
    }
    return objections;
  }

  private int takenByParents(String node) {
    int all = 0;
    for (PlainGraph.Line line : parents(node)) {
      all |= taken(line);
    }
    return all;
  }

  private int sharedByParents(String node) {
    int all = ALL;
    for (PlainGraph.Line line : parents(node)) {
      all &= shared(line);
    }
    return all;
  }

  private List<PlainGraph.Line> parents(String node) {
    return linesTo.getOrDefault(node, List.of());
  }

  int taken(PlainGraph.Line line) {
    Integer known = taken.get(line);
    if (known == null) {
      known = takenByRule(line);
      taken.put(line, known);
    }
    return known;
  }

  int shared(PlainGraph.Line line) {
    Integer known = shared.get(line);
    if (known == null) {
      known = sharedByRule(line);
      shared.put(line, known);
    }
    return known;
  }

  private int takenByRule(PlainGraph.Line line) {
    if (line.ofUser()) {
      return graph.hold(line).taken();
    }
    PlainGraph.Node node = graph.nodes().get(line.from());
    int parents = takenByParents(line.from());
    Set<Role> roles = rolesOf(line);
    return switch (node.driver()) {
      case "filter", "quorum" -> parents;
      case "replication" -> CR | (node.readOnly() ? 0 : W);
      default ->
          roles.contains(Role.FILTERED)
              ? parents
              : roles.contains(Role.COW) ? parents & CR : takenFromStorage(node, roles, parents);
    };
  }

  private static int takenFromStorage(PlainGraph.Node node, Set<Role> roles, int parents) {
    int taken = roles.contains(Role.DATA) || roles.contains(Role.METADATA) ? parents : 0;
    if (roles.contains(Role.METADATA)) {
      taken |= CR | (node.readOnly() ? 0 : W | RS);
    }
    if (roles.contains(Role.DATA)) {
      taken |= (taken & WU) != 0 ? W : 0;
      taken |= (taken & W) != 0 ? RS : 0;
    }
    return taken;
  }

  private int sharedByRule(PlainGraph.Line line) {
    if (line.ofUser()) {
      return graph.hold(line).shared();
    }
    int parents = sharedByParents(line.from());
    Set<Role> roles = rolesOf(line);
    return switch (graph.nodes().get(line.from()).driver()) {
      case "filter" -> parents;
      case "replication" -> CR | W | WU;
      case "quorum" -> parents & (CR | WU);
      default ->
          roles.contains(Role.FILTERED)
              ? parents
              : roles.contains(Role.COW)
                  ? CR | WU | ((parents & W) != 0 ? W | RS : 0)
                  : roles.contains(Role.METADATA)
                      ? parents & ~(W | RS)
                      : roles.contains(Role.DATA) ? parents & ~RS : ALL;
    };
  }

  private Set<Role> rolesOf(PlainGraph.Line line) {
    return graph.nodes().get(line.from()).children().stream()
        .filter(c -> c.name().equals(line.name()))
        .findFirst()
        .orElseThrow()
        .roles();
  }
}
