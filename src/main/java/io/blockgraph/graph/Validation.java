package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// One validation of a whole draft: shape, order, depth, permissions. Lives for one call of the
/// planner.
///
/// Nodes are numbered in the order they came. Edges are numbered too (*slots*): the children of
/// node 0, of node 1, and so on, then the users' edges. All loops run over these numbers, which
/// makes the answers repeatable and the cost linear.
final class Validation {
  private final Draft draft;
  private final Terms terms;
  private final List<NodeSpec> nodes;
  private final List<DriverRules> rulesOfNode = new ArrayList<>();
  private final Map<NodeName, Integer> numbers;

  Validation(Draft draft, Terms terms) {
    this.draft = draft;
    this.terms = terms;
    this.nodes = draft.nodes();
    this.numbers = HashMap.newHashMap(nodes.size());
    for (int i = 0; i < nodes.size(); i++) {
      numbers.put(nodes.get(i).name(), i);
    }
  }

  Outcome run() {
    Optional<Refusal> refusal = shapes().or(this::userEdges).or(this::freezes);
    if (refusal.isPresent()) {
      return new Outcome.Refused(refusal.get());
    }
    Optional<Refusal> inactive = Activity.objection(nodes, this::spec);
    if (inactive.isPresent()) {
      return new Outcome.Refused(inactive.get());
    }
    Wiring wiring = new Wiring(nodes, draft.users(), numbers);
    Ordering ordering = Ordering.of(wiring);
    if (ordering.isCyclic()) {
      return new Outcome.Refused(new Refusal.WouldCycle(sketches(wiring, ordering.cycle())));
    }
    int[] heights = ordering.heights();
    int tooDeep = Ordering.firstHigherThan(terms.maxDepth(), heights);
    if (tooDeep >= 0) {
      return new Outcome.Refused(new Refusal.TooDeep(nodes.get(tooDeep).name(), terms.maxDepth()));
    }
    Optional<Refusal> twice = duplicates();
    if (twice.isPresent()) {
      return new Outcome.Refused(twice.get());
    }
    Granting granting = new Granting(wiring, rulesOfNode, draft);
    return granting
        .topDown(ordering.topDown())
        .<Outcome>map(Outcome.Refused::new)
        .orElseGet(() -> new Outcome.Planned(draft.with(granting.edges(), byName(heights), terms)));
  }

  private Map<NodeName, Integer> byName(int[] heights) {
    Map<NodeName, Integer> byName = new HashMap<>();
    for (int node = 0; node < heights.length; node++) {
      if (heights[node] > 1) {
        byName.put(nodes.get(node).name(), heights[node]);
      }
    }
    return byName;
  }

  private Optional<Refusal> shapes() {
    Map<DriverName, DriverRules> known = new HashMap<>();
    for (NodeSpec node : nodes) {
      DriverRules own =
          known.computeIfAbsent(node.driver(), name -> terms.rules().rulesOf(name).orElse(null));
      if (own == null) {
        return Optional.of(new Refusal.UnknownDriver(node.name(), node.driver()));
      }
      rulesOfNode.add(own);
      Optional<Refusal> refusal =
          NodeShape.objection(node, own)
              .<Refusal>map(reason -> new Refusal.BadShape(node.name(), reason))
              .or(() -> missingChild(node));
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> missingChild(NodeSpec node) {
    for (ChildSpec child : node.children()) {
      if (!numbers.containsKey(child.node())) {
        return Optional.of(draft.missing(child.node()));
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> duplicates() {
    for (int i = 0; i < nodes.size(); i++) {
      Optional<Refusal> twice = DisksTwice.objection(nodes.get(i), rulesOfNode.get(i), this::spec);
      if (twice.isPresent()) {
        return twice;
      }
    }
    return Optional.empty();
  }

  private NodeSpec spec(NodeName node) {
    return nodes.get(Objects.requireNonNull(numbers.get(node)));
  }

  private Optional<Refusal> userEdges() {
    for (User user : draft.users()) {
      for (User.UserEdge edge : user.edges()) {
        if (!numbers.containsKey(edge.node())) {
          return Optional.of(draft.missing(edge.node()));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> freezes() {
    return draft.ice().stranger(draft::hasUser).map(Refusal.UserNotFound::new);
  }

  private List<Edge> sketches(Wiring wiring, int[] slots) {
    return Arrays.stream(slots)
        .mapToObj(
            slot -> draft.sketch(new Parent.OfNode(wiring.upper(slot).name()), wiring.child(slot)))
        .toList();
  }
}
