package io.blockgraph.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How to put an overlay on a node, wherever the node stands in the graph, or why not (requirements BG-10 to BG-16).
///
///     parents --> node        becomes        parents --> overlay --backing--> node (read-only)
///
/// The node may be a root, the child of a filter or a quorum, the file of a format, or in the middle of a chain: every
/// parent moves but the overlay itself and jobs' own holds. A node that a backup copies goes on being copied ([OverlayPlace]). What has to do with lengths and contents is not decided here.
public final class SnapshotRules {
  /// A wish.
  ///
  /// @param first edits that come before, in the same plan: those that add the overlay if the graph
  ///   does not have it yet
  /// @param node the node to keep as it is
  /// @param overlay the node that takes its place
  public record Request(List<GraphEdit> first, NodeName node, NodeName overlay) {
    /// Copies `first`.
    public Request {
      first = List.copyOf(first);
    }

    /// A snapshot onto an overlay that is in the graph already.
    public Request(NodeName node, NodeName overlay) {
      this(List.of(), node, overlay);
    }
  }

  /// A snapshot, or several, that can be taken.
  ///
  /// @param edits everything to do, for one plan
  /// @param next the graph after it
  /// @param warnings what the caller may not have meant
  public record Snapshot(List<GraphEdit> edits, Topology next, List<Warning> warnings) {
    /// Copies `edits` and `warnings`.
    public Snapshot {
      edits = List.copyOf(edits);
      warnings = List.copyOf(warnings);
    }
  }

  /// What is allowed but worth telling.
  public sealed interface Warning {
    /// The edge holds metadata of a format, which from now on is in the overlay.
    record MetadataInOverlay(Edge edge, NodeName overlay) implements Warning {
      @Override
      public String sentence() {
        return "the metadata that "
            + edge.parent().described()
            + " keeps in its file is now written to overlay '"
            + overlay
            + "'";
      }
    }

    /// The edge writes to the overlay, though it does not read it.
    record OverlayHasWriter(NodeName overlay, Edge edge) implements Warning {
      @Override
      public String sentence() {
        return "overlay '"
            + overlay
            + "' is not read but may be written already: "
            + edge.described()
            + " takes "
            + edge.grant().taken();
      }
    }

    /// In plain words.
    String sentence();
  }

  private static final Permissions READING = Permissions.of(Permission.CONSISTENT_READ);

  private final Planner planner;
  private final RuleBook rules;

  /// Decides by `rules`; `planner` has the same.
  public SnapshotRules(Planner planner, RuleBook rules) {
    this.planner = planner;
    this.rules = rules;
  }

  /// All of the snapshots in their order, or none of them.
  public Ruling<Snapshot> all(Topology graph, List<Request> requests) {
    Snapshot sum = new Snapshot(List.of(), graph, List.of());
    for (Request request : requests) {
      Ruling<Snapshot> one = one(sum.next(), request);
      if (!(one instanceof Ruling.Allowed<Snapshot>(Snapshot more))) {
        return one;
      }
      sum =
          new Snapshot(
              joined(sum.edits(), more.edits()),
              more.next(),
              joined(sum.warnings(), more.warnings()));
    }
    return together(graph, sum);
  }

  /// The graph after all edits as one plan, which is how they will be done.
  private Ruling<Snapshot> together(Topology graph, Snapshot sum) {
    return switch (planner.plan(graph, sum.edits())) {
      case Outcome.Refused(Refusal refusal) -> new Ruling.Refused<>(refusal);
      case Outcome.Planned(Topology next) ->
          new Ruling.Allowed<>(new Snapshot(sum.edits(), next, sum.warnings()));
    };
  }

  /// One snapshot. Checks, in this order: the node is there, and no job owns it or its job admits
  /// overlays; the overlay is there; it is another node; nobody reads it; it is no filter, has no
  /// backing disk, can have one; its own storage is not the node; then what the planner checks.
  public Ruling<Snapshot> one(Topology graph, Request request) {
    return switch (OverlayPlace.of(request.overlay(), request.node(), graph, rules)) {
      case Ruling.Refused<OverlayPlace>(Refusal refusal) -> new Ruling.Refused<>(refusal);
      case Ruling.Allowed<OverlayPlace>(OverlayPlace place) -> one(graph, request, place);
    };
  }

  private Ruling<Snapshot> one(Topology graph, Request request, OverlayPlace place) {
    return switch (planner.plan(graph, request.first())) {
      case Outcome.Refused(Refusal refusal) -> new Ruling.Refused<>(refusal);
      case Outcome.Planned(Topology ready) ->
          objection(ready, request)
              .<Ruling<Snapshot>>map(Ruling.Refused::new)
              .orElseGet(() -> new Insertion(graph, ready, request, place).plan());
    };
  }

  private Optional<Refusal> objection(Topology graph, Request request) {
    NodeName overlay = request.overlay();
    if (graph.node(overlay).isEmpty()) {
      return Optional.of(new Refusal.NodeNotFound(overlay));
    }
    if (overlay.equals(request.node())) {
      Parent parent = new Parent.OfNode(overlay);
      Edge edge =
          new Edge(parent, ChildName.BACKING, overlay, Roles.BACKING, Grant.IDLE, Optional.empty());
      return Optional.of(new Refusal.WouldCycle(List.of(edge)));
    }
    return reader(graph, overlay)
        .or(() -> unfit(graph.node(overlay).orElseThrow()))
        .or(() -> sharedStorage(graph, request));
  }

  private static Optional<Refusal> reader(Topology graph, NodeName overlay) {
    return graph.parentsOf(overlay).stream()
        .filter(edge -> edge.grant().taken().has(Permission.CONSISTENT_READ))
        .findFirst()
        .map(edge -> new Refusal.OverlayInUse(overlay, edge));
  }

  private Optional<Refusal> unfit(NodeSpec overlay) {
    DriverRules driver = rules.rulesOf(overlay.driver()).orElseThrow();
    if (driver.isFilter()) {
      return Optional.of(new Refusal.OverlayIsFilter(overlay.name(), overlay.driver()));
    }
    Optional<ChildSpec> backing =
        overlay.children().stream().filter(c -> c.roles().has(Role.COW)).findFirst();
    if (backing.isPresent()) {
      return Optional.of(new Refusal.OverlayHasBacking(overlay.name(), backing.get().node()));
    }
    return driver.supportsBacking()
        ? Optional.empty()
        : Optional.of(new Refusal.BackingUnsupported(overlay.name(), overlay.driver()));
  }

  /// A node whose data come, through filters and backing disks, from what the overlay writes its
  /// own metadata to would show these metadata as data.
  private Optional<Refusal> sharedStorage(Topology graph, Request request) {
    Set<NodeName> storage = storageOf(graph, request.overlay());
    return new Walks(graph, rules)
        .chainWithFilters(request.node()).stream()
            .filter(storage::contains)
            .findFirst()
            .map(shared -> new Refusal.OverlaySharesStorage(request.overlay(), shared));
  }

  /// Where a node's own bytes are: what it reaches without backing disks; not the node itself.
  private static Set<NodeName> storageOf(Topology graph, NodeName node) {
    Set<NodeName> storage = new HashSet<>();
    Deque<NodeName> open = new ArrayDeque<>(List.of(node));
    while (!open.isEmpty()) {
      for (Edge edge : graph.childrenOf(open.remove())) {
        if (!edge.roles().has(Role.COW) && storage.add(edge.child())) {
          open.add(edge.child());
        }
      }
    }
    return storage;
  }

  /// How an overlay comes to a place. One thread.
  private final class Insertion {
    private final Topology graph;

    /// With the overlay, which is at its place not yet.
    private final Topology ready;

    private final Request request;
    private final OverlayPlace place;

    Insertion(Topology graph, Topology ready, Request request, OverlayPlace place) {
      this.graph = graph;
      this.ready = ready;
      this.request = request;
      this.place = place;
    }

    /// The node becomes read-only if it can: not when somebody who stays with it writes to it, and
    /// not when it writes by itself.
    Ruling<Snapshot> plan() {
      List<GraphEdit> bare = joined(request.first(), insertion());
      List<GraphEdit> full =
          writesByItself(place.kept()) ? bare : joined(bare, place.protection(ready));
      Outcome outcome = planner.plan(graph, full);
      List<GraphEdit> edits = full;
      if (outcome instanceof Outcome.Refused(Refusal.NodeReadOnly(NodeName at, _, _))
          && at.equals(place.kept())) {
        outcome = planner.plan(graph, bare);
        edits = bare;
      }
      return switch (outcome) {
        case Outcome.Refused(Refusal refusal) -> new Ruling.Refused<>(refusal);
        case Outcome.Planned(Topology next) ->
            new Ruling.Allowed<>(new Snapshot(edits, next, warnings()));
      };
    }

    private List<GraphEdit> insertion() {
      ChildSpec backing = new ChildSpec(ChildName.BACKING, Roles.BACKING, place.top());
      return joined(List.of(new GraphEdit.AttachChild(request.overlay(), backing)), place.moves());
    }

    /// Whether a filter writes to its child though nobody asks it to, as copy-on-read does.
    private boolean writesByItself(NodeName node) {
      NodeSpec spec = ready.node(node).orElseThrow();
      DriverRules driver = rules.rulesOf(spec.driver()).orElseThrow();
      return driver.isFilter()
          && spec.children().stream()
              .map(child -> driver.childGrant(spec, child, Grant.IDLE).taken())
              .anyMatch(taken -> taken.has(Permission.WRITE_UNCHANGED));
    }

    private List<Warning> warnings() {
      List<Warning> warnings = new ArrayList<>();
      for (Edge edge : ready.parentsOf(place.top())) {
        if (edge.roles().has(Role.METADATA)) {
          warnings.add(new Warning.MetadataInOverlay(edge, request.overlay()));
        }
      }
      for (Edge edge : ready.parentsOf(request.overlay())) {
        if (!edge.grant().taken().minus(READING).isEmpty()) {
          warnings.add(new Warning.OverlayHasWriter(request.overlay(), edge));
        }
      }
      return warnings;
    }
  }

  private static <T> List<T> joined(List<T> first, List<T> then) {
    List<T> all = new ArrayList<>(first);
    all.addAll(then);
    return List.copyOf(all);
  }
}
