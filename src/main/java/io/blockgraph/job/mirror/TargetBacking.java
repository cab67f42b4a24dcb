package io.blockgraph.job.mirror;

import io.blockgraph.graph.AccessEdits;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.LoopRules.BackingAfter;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.copy.BackingEdits;
import io.blockgraph.job.copy.TargetFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What backs a mirror's target when the job has come to its end.
///
/// A target that the graph had before keeps what it has by then. One that came with the job gets
/// what its copy lacks: nothing for a whole copy, what backs the source for a copy of the top, the
/// source itself for a copy of later writes. Pure.
///
/// @param disks what is copied where
/// @param sync what of the source is copied
record TargetBacking(MirrorRequest.Disks disks, SyncMode sync) {
  /// What it will be if the job ends with the graph as it is.
  BackingAfter after(Topology graph, RuleBook rules) {
    if (disks.file().isEmpty()) {
      return new BackingAfter.Unchanged();
    }
    Optional<NodeName> backing = backing(graph, rules);
    return backing.isPresent() ? new BackingAfter.Of(backing.get()) : new BackingAfter.None();
  }

  /// The node that will back a target that comes with the job; empty for any other.
  Optional<NodeName> backing(Topology graph, RuleBook rules) {
    if (disks.file().isEmpty() || !TargetFiles.canBeBacked(disks.file().get().format(), rules)) {
      return Optional.empty();
    }
    return switch (sync) {
      case FULL -> Optional.empty();
      case TOP -> new Walks(graph, rules).backing(disks.source());
      case NONE -> Optional.of(disks.source());
    };
  }

  /// Makes a target that came with the job one like any other, over what is to back it. A source
  /// that becomes its backing disk is read-only from then on, as after a snapshot.
  List<GraphEdit> edits(Topology now, RuleBook rules) {
    Optional<NodeSpec> target = now.node(disks.target());
    if (disks.file().isEmpty() || target.isEmpty()) {
      return List.of();
    }
    Optional<NodeName> backing = backing(now, rules);
    List<GraphEdit> edits = new ArrayList<>(BackingEdits.of(target.get(), backing));
    edits.add(new GraphEdit.Keep(disks.target()));
    backing
        .filter(disks.source()::equals)
        .flatMap(now::node)
        .filter(source -> TargetFiles.canBeBacked(source.driver(), rules))
        .map(source -> AccessEdits.of(now, source.name(), NodeSpec.Access.READ_ONLY))
        .ifPresent(edits::addAll);
    return edits;
  }
}
