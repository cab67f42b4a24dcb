package io.blockgraph.job.mirror;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import java.util.LinkedHashMap;
import java.util.Map;

/// A request whose open ends are tied up: names made up, defaults filled in, lengths known.
///
/// @param request what was asked for
/// @param edits the changes of the graph
/// @param sync what is copied: TOP of a source without a backing disk has become FULL
/// @param sizeBytes the length of both disks
/// @param granularityBytes how finely writes are remembered
/// @param bufferBytes how much memory copying may use
record MirrorPlan(
    MirrorRequest request,
    MirrorEdits edits,
    SyncMode sync,
    long sizeBytes,
    long granularityBytes,
    long bufferBytes) {
  NodeName source() {
    return request.disks().source();
  }

  NodeName target() {
    return request.disks().target();
  }

  /// What there is to tell of the job that does not change while it runs.
  Options details() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("source", source().value());
    all.put("target", target().value());
    request.disks().replacing().replaces().ifPresent(node -> all.put("replaces", node.value()));
    all.put("filterNodeName", edits.filter().value());
    all.put("sync", sync.word());
    all.put("granularity", granularityBytes);
    all.put("bufSize", bufferBytes);
    all.put("onSourceError", request.errors().source().word());
    all.put("onTargetError", request.errors().target().word());
    all.put("unmap", request.copying().zeroes().unmap() == MirrorRequest.Unmap.YES);
    all.put("verify", request.copying().verify() == MirrorRequest.Verify.YES);
    return new Options(all);
  }
}
