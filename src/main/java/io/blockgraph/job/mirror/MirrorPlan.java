package io.blockgraph.job.mirror;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.copy.TargetFacts;
import io.blockgraph.job.copy.TargetFile;
import io.blockgraph.job.copy.TargetFiles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A request whose open ends are tied up: names made up, defaults filled in, lengths known.
///
/// @param request what was asked for
/// @param edits the changes of the graph
/// @param sync what is copied: TOP of a source without a backing disk has become FULL
/// @param measures lengths
/// @param target what the target's images say
/// @param owner the disk whose own content the top is: the source, or what a filter shows
record MirrorPlan(
    MirrorRequest request,
    MirrorEdits edits,
    SyncMode sync,
    Measures measures,
    TargetFacts target,
    NodeName owner) {
  /// Lengths in bytes.
  ///
  /// @param sizeBytes the length of both disks
  /// @param granularityBytes how finely writes are remembered
  /// @param bufferBytes how much memory copying may use
  record Measures(long sizeBytes, long granularityBytes, long bufferBytes) {}

  /// What will back the target.
  TargetBacking backing() {
    return new TargetBacking(request.disks(), sync);
  }

  /// The target that comes along with the job; empty when it is in the graph.
  Optional<TargetFiles.Wish> wish(Topology graph, RuleBook rules) {
    return request
        .disks()
        .file()
        .map(
            file ->
                new TargetFiles.Wish(
                    targetNode(), file, measures.sizeBytes(), backing().backing(graph, rules)));
  }

  NodeName source() {
    return request.disks().source();
  }

  NodeName targetNode() {
    return request.disks().target();
  }

  /// What the filter and the job share, with nothing to copy yet.
  Tracker tracker() {
    MirrorRequest.Copying copying = request.copying();
    Optional<DirtyBitmap> unverified =
        copying.verify() == MirrorRequest.Verify.YES ? Optional.of(bitmap()) : Optional.empty();
    unverified.ifPresent(all -> all.set(new ByteRange(0, measures.sizeBytes)));
    return new Tracker(bitmap(), unverified, clusters(), copying.mode());
  }

  private DirtyBitmap bitmap() {
    return new DirtyBitmap(measures.sizeBytes, measures.granularityBytes);
  }

  private TargetClusters clusters() {
    boolean whole = sync == SyncMode.FULL;
    return new TargetClusters(
        measures.sizeBytes,
        whole ? 1 : target.clusterBytes().orElse(1L),
        whole && !target.namesBacking() ? Zeroable.Mode.MAY_UNMAP : Zeroable.Mode.OPAQUE);
  }

  private static Map<String, Object> described(TargetFile file) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("filename", file.filename());
    all.put("format", file.format().value());
    all.put("mode", file.mode().word());
    return all;
  }

  /// What there is to tell of the job that does not change while it runs.
  Options details() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("source", source().value());
    all.put("target", targetNode().value());
    request.disks().file().ifPresent(file -> all.put("targetFile", described(file)));
    request.disks().replacing().replaces().ifPresent(node -> all.put("replaces", node.value()));
    all.put("filterNodeName", edits.filter().value());
    all.put("sync", sync.word());
    all.put("granularity", measures.granularityBytes);
    all.put("bufSize", measures.bufferBytes);
    all.put("onSourceError", request.errors().source().word());
    all.put("onTargetError", request.errors().target().word());
    all.put("unmap", request.copying().zeroes().unmap() == MirrorRequest.Unmap.YES);
    all.put("verify", request.copying().verify() == MirrorRequest.Verify.YES);
    return new Options(all);
  }
}
