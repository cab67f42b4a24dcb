package io.blockgraph.job.commit;

import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.copy.ChainCopier;
import io.blockgraph.job.copy.ChainLayers;
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.CopyTrouble;
import io.blockgraph.job.copy.LentAccess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A request to commit whose open ends are tied up.
///
/// @param request what was asked for
/// @param edits the changes of the graph
/// @param active the changes for a top that clients write
/// @param layers what is copied
/// @param sizeBytes the length of the top
record CommitPlan(
    CommitRequest request,
    CommitEdits edits,
    Optional<ActiveEdits> active,
    ChainLayers layers,
    long sizeBytes)
    implements ChainPlan {
  private NodeName top() {
    return edits.span().disk();
  }

  @Override
  public JobRecord.Title title() {
    return new JobRecord.Title(request.id(), CommitJobs.TYPE, request.ending());
  }

  @Override
  public NodeName filter() {
    return edits.filter();
  }

  @Override
  public CopyTrouble.Sides sides() {
    return new CopyTrouble.Sides(top(), request.onError(), edits.base(), request.onError());
  }

  @Override
  public long speed() {
    return request.speed();
  }

  @Override
  public ChainCopier copier(BlockGraph graph) {
    Topology now = graph.state().topology();
    NodeTraffic read = graph.traffic().at(top(), now);
    NodeTraffic written = graph.traffic().at(edits.base(), now);
    return new ChainCopier(
        layers,
        sizeBytes,
        new ChainCopier.Way(Zeroable.Mode.MAY_UNMAP, ChainCopier.OnFailure.AGAIN, read, written));
  }

  @Override
  public Change joining(Topology now) {
    return Change.of(
        "commit '%s' of '%s' into '%s' begins".formatted(request.id(), top(), edits.base()),
        active.map(more -> more.insert(now)).orElseGet(() -> edits.insert(now)));
  }

  @Override
  public Course course() {
    return active.isPresent() ? Course.FOLLOWS : Course.ENDS;
  }

  /// A base that is shorter than the top becomes as long: its disk shows zeroes there, as before.
  @Override
  public Result<Committed> prepare(BlockGraph graph) {
    NodeName base = edits.base();
    Change change =
        Change.of("commit '%s' lengthens '%s'".formatted(request.id(), base), List.of())
            .holding(Set.of(base))
            .whileHeld(
                (_, _, disks) -> {
                  if (disks.apply(base) instanceof Resizable disk
                      && disks.apply(base).sizeBytes() < sizeBytes) {
                    disk.resize(sizeBytes);
                  }
                  return Optional.empty();
                });
    return edits.growing() == CommitEdits.Growing.YES
        ? graph.commit(change)
        : ChainPlan.super.prepare(graph);
  }

  @Override
  public List<GraphEdit> leaving(Topology now) {
    return active.map(more -> more.remove(now)).orElseGet(() -> edits.remove(now));
  }

  @Override
  public Change completing(Topology now) {
    return Change.of(
        "commit '%s' leaves '%s' in the place of '%s'".formatted(request.id(), edits.base(), top()),
        active.map(more -> more.complete(now)).orElseGet(() -> edits.complete(now)));
  }

  @Override
  public LentAccess lent(Topology now, Exit exit) {
    return active.map(more -> more.given(now, exit == Exit.RESULT)).orElseGet(edits::lent);
  }

  @Override
  public List<ImageNodes.Relink> links(Topology now) {
    Optional<NodeName> base = Optional.of(edits.baseNow(now));
    return edits.overlays(now, filter()).stream()
        .map(node -> new ImageNodes.Relink(node, base, request.chain().backingFile()))
        .toList();
  }

  @Override
  public Options details() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("top", top().value());
    all.put("base", edits.base().value());
    all.put("active", active.isPresent());
    request.chain().backingFile().ifPresent(file -> all.put("backingFile", file));
    all.put("filterNodeName", filter().value());
    all.put("onError", request.onError().word());
    return new Options(all);
  }
}
