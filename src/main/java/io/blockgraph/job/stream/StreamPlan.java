package io.blockgraph.job.stream;

import io.blockgraph.block.Zeroable;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.copy.ChainCopier;
import io.blockgraph.job.copy.ChainLayers;
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.CopyTrouble;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.LentAccess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request to stream whose open ends are tied up.
///
/// @param request what was asked for
/// @param edits the changes of the graph
/// @param layers what is copied
/// @param sizeBytes the length of the disk
record StreamPlan(StreamRequest request, StreamEdits edits, ChainLayers layers, long sizeBytes)
    implements ChainPlan {
  /// What the job was made for is not there any more.
  private static final String CHAIN_CHANGED = "CHAIN_CHANGED";

  private NodeName disk() {
    return edits.span().disk();
  }

  @Override
  public JobRecord.Title title() {
    return new JobRecord.Title(request.id(), StreamJobs.TYPE, request.ending());
  }

  @Override
  public NodeName filter() {
    return edits.filter();
  }

  @Override
  public CopyTrouble.Sides sides() {
    return new CopyTrouble.Sides(disk(), request.onError(), disk(), request.onError());
  }

  @Override
  public long speed() {
    return request.speed();
  }

  /// Zeroes have to be the disk's own, or what backs it in the end would show.
  @Override
  public ChainCopier copier(BlockGraph graph) {
    NodeTraffic traffic = graph.traffic().at(disk(), graph.state().topology());
    ChainCopier.OnFailure onFailure =
        request.onError() == ErrorPolicy.IGNORE
            ? ChainCopier.OnFailure.LEFT_OUT
            : ChainCopier.OnFailure.AGAIN;
    return new ChainCopier(
        layers, sizeBytes, new ChainCopier.Way(Zeroable.Mode.OPAQUE, onFailure, traffic, traffic));
  }

  @Override
  public Change joining(Topology now) {
    return Change.of(
        "stream '" + request.id() + "' into '" + disk() + "' begins", edits.insert(now));
  }

  @Override
  public List<GraphEdit> leaving(Topology now) {
    return edits.remove(now);
  }

  @Override
  public Change completing(Topology now) {
    String over =
        edits
            .base(now)
            .map(base -> "'" + disk() + "' over '" + base + "'")
            .orElse("'" + disk() + "' without a backing disk");
    return Change.of("stream '" + request.id() + "' leaves " + over, edits.complete(now));
  }

  /// Over nothing zeroes were not copied: over a disk they would not hide what it holds.
  @Override
  public Optional<JobError> outdated(Topology now) {
    return edits
        .base(now)
        .filter(_ -> layers.under() == ChainLayers.Under.NOTHING)
        .map(
            base ->
                JobError.of(
                    CHAIN_CHANGED,
                    "node '%s' backs node '%s' since the job began, and would show where the job copied no zeroes; start it again"
                        .formatted(base, edits.span().bottom())));
  }

  @Override
  public LentAccess lent(Topology now, Exit exit) {
    return edits.lent(now);
  }

  @Override
  public List<ImageNodes.Relink> links(Topology now) {
    return List.of(new ImageNodes.Relink(disk(), edits.base(now), request.chain().backingFile()));
  }

  @Override
  public Options details() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("node", disk().value());
    switch (request.chain().end()) {
      case StreamRequest.End.Whole() -> {}
      case StreamRequest.End.Above(NodeName base) -> all.put("base", base.value());
      case StreamRequest.End.DownTo(NodeName bottom) -> all.put("bottom", bottom.value());
    }
    request.chain().backingFile().ifPresent(file -> all.put("backingFile", file));
    all.put("filterNodeName", filter().value());
    all.put("onError", request.onError().word());
    return new Options(all);
  }
}
