package io.blockgraph.job.backup;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The filters between the source of a backup and a target that stands over it ([BackupGap]), as
/// edits: one for each overlay on the way whose backing disk shows the source. Pure.
///
/// ```
/// target ─backing─> mid ─backing─> gap ─file─> source
/// ```
///
/// @param job the job
/// @param all the gaps; none for most backups
record Gaps(JobId job, List<Gap> all) {
  /// One of them.
  ///
  /// @param link the edge of the overlay that leads to it
  /// @param name its name
  record Gap(Edge link, NodeName name) {
    private NodeName overlay() {
      return ((Parent.OfNode) link.parent()).node();
    }

    private EdgeId file() {
      return EdgeId.of(new Parent.OfNode(name), ChildName.FILE);
    }
  }

  Gaps {
    all = List.copyOf(all);
  }

  /// The gaps it takes to write `target` while `source` is written by its clients.
  static Gaps between(JobId job, NodeName target, NodeName source, Walks walks, Topology now) {
    List<Gap> gaps = new ArrayList<>();
    for (Edge edge : links(target, source, walks, now).toList()) {
      String stem = job.value().substring(0, Math.min(job.value().length(), 50));
      String name = gaps.isEmpty() ? ".gap" : ".gap-" + gaps.size();
      gaps.add(new Gap(edge, new NodeName(now.freeName(stem + name))));
    }
    return new Gaps(job, gaps);
  }

  /// The edges of overlays that a gap comes into.
  static Stream<Edge> links(NodeName target, NodeName source, Walks walks, Topology now) {
    return walks.subtree(target).stream()
        .flatMap(node -> now.childrenOf(node).stream())
        .filter(edge -> edge.roles().has(Role.COW))
        .filter(edge -> showsWithoutOverlay(edge.child(), source, now));
  }

  private static boolean showsWithoutOverlay(NodeName node, NodeName source, Topology now) {
    return node.equals(source)
        || now.childrenOf(node).stream()
            .filter(edge -> !edge.roles().has(Role.COW))
            .anyMatch(edge -> showsWithoutOverlay(edge.child(), source, now));
  }

  /// Puts them in.
  List<GraphEdit> insert() {
    List<GraphEdit> edits = new ArrayList<>();
    for (Gap gap : all) {
      edits.add(
          new GraphEdit.AddNode(
              new NodeSpec(
                  gap.name(),
                  BackupGap.NAME,
                  NodeSpec.Access.READ_ONLY,
                  NodeSpec.Origin.IMPLICIT,
                  Options.NONE.with(BackupTop.JOB, job.value()),
                  List.of(new ChildSpec(ChildName.FILE, Roles.FILTER, gap.link().child())))));
      edits.add(new GraphEdit.ReplaceChild(gap.overlay(), gap.link().name(), gap.name()));
    }
    return edits;
  }

  /// The job's holds on them.
  List<User.UserEdge> holds(Grant idle) {
    List<User.UserEdge> edges = new ArrayList<>();
    for (Gap gap : all) {
      ChildName name = new ChildName("gap." + edges.size());
      edges.add(new User.UserEdge(name, gap.name(), idle, User.OnSwap.STAY));
    }
    return edges;
  }

  /// Nobody takes a gap off its overlay, or the source off it.
  List<GraphEdit> freeze() {
    List<GraphEdit> edits = new ArrayList<>();
    for (Gap gap : all) {
      edits.add(new GraphEdit.Freeze(gap.link().id(), job.user()));
      edits.add(new GraphEdit.Freeze(gap.file(), job.user()));
    }
    return edits;
  }

  /// Takes them out: the overlays stand on what they stood on.
  List<GraphEdit> remove(Topology now) {
    List<GraphEdit> edits = new ArrayList<>();
    for (Gap gap : all) {
      Optional<ChildSpec> shown = now.node(gap.name()).flatMap(it -> it.child(ChildName.FILE));
      shown.ifPresent(
          below -> edits.add(new GraphEdit.MoveParents(gap.name(), below.node(), Set.of())));
      edits.add(new GraphEdit.RemoveNode(gap.name()));
    }
    return edits;
  }
}
