package io.blockgraph.job.backup;

import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.copy.ChainLimits;
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.CopyTop;
import io.blockgraph.job.copy.CopyTrouble;
import io.blockgraph.job.copy.JobCopier;
import io.blockgraph.job.copy.LentAccess;
import io.blockgraph.job.copy.TargetFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request to back up a disk whose open ends are tied up.
///
/// @param request what was asked for
/// @param edits the changes of the graph
/// @param sync what is copied: TOP of a source without a backing disk has become FULL
/// @param terms how old bytes are kept
/// @param target what there is to know of the target
/// @param bitmap the bitmap it takes for its time
record BackupPlan(
    BackupRequest request,
    BackupEdits edits,
    BackupSync sync,
    CopyBeforeWrite.Terms terms,
    Target target,
    Optional<LentBitmap> bitmap)
    implements ChainPlan {

  /// What there is to know of the target.
  ///
  /// @param sizeBytes the length of both disks
  /// @param overSource whether it shows the source where it holds nothing
  /// @param coming what it takes to have it in the graph
  record Target(long sizeBytes, boolean overSource, ImageNodes.Coming coming) {}

  NodeName source() {
    return request.disks().source();
  }

  NodeName targetNode() {
    return request.disks().target();
  }

  /// Whether what was copied is discarded in the source.
  boolean discardsSource() {
    return edits.freed().isPresent();
  }

  /// How much there is to deal with, once the job has joined the graph.
  long wantedBytes() {
    return bitmap.map(LentBitmap::wantedBytes).orElse(target.sizeBytes());
  }

  private boolean isCompressed() {
    return request.pace().storing() == BackupRequest.Storing.COMPRESSED;
  }

  @Override
  public JobRecord.Title title() {
    return new JobRecord.Title(request.id(), BackupJobs.TYPE, request.ending());
  }

  @Override
  public NodeName filter() {
    return edits.filter();
  }

  @Override
  public CopyTrouble.Sides sides() {
    BackupRequest.Errors errors = request.errors();
    return new CopyTrouble.Sides(source(), errors.source(), targetNode(), errors.target());
  }

  @Override
  public long speed() {
    return request.pace().speed();
  }

  @Override
  public JobCopier copier(BlockGraph graph) {
    Topology now = graph.state().topology();
    BackupCopier.Counted counted =
        new BackupCopier.Counted(
            graph.traffic().at(source(), now), graph.traffic().at(targetNode(), now));
    boolean bare = terms.zeroes() == Zeroable.Mode.MAY_UNMAP;
    return new BackupCopier(
        this, counted, bare ? new BareTarget(targetNode(), graph) : BareTarget.NOT_NEEDED);
  }

  @Override
  public ChainLimits limits(ChainLimits usual) {
    return new ChainLimits(request.pace().workers(), usual.chunkBytes());
  }

  @Override
  public Change joining(Topology now) {
    List<GraphEdit> all = new ArrayList<>(target.coming().edits());
    all.addAll(
        edits.insert(
            now,
            BackupTop.options(request.id().value(), terms, target.overSource())
                .with(BackupTop.COMPRESS, isCompressed())));
    return Change.of("backup '" + request.id() + "' of '" + source() + "' begins", all)
        .making(target.coming().files())
        .editing(bitmap.map(it -> it.lend(request.id().user())).stream().toList())
        .whileHeld(
            (_, _, after) -> {
              bitmap.ifPresent(it -> it.joined(((BackupTopDisk) after.apply(filter())).moment()));
              return Optional.empty();
            });
  }

  @Override
  public List<BitmapEdit> givenBack(Exit exit) {
    return bitmap.map(it -> it.givenBack(exit)).stream().toList();
  }

  @Override
  public void ending(CopyTop top) {
    bitmap.ifPresent(it -> it.ending(top));
  }

  @Override
  public List<GraphEdit> leaving(Topology now) {
    return edits.remove(now);
  }

  @Override
  public Change completing(Topology now) {
    return Change.of(
        "backup '" + request.id() + "' of '" + source() + "' ends with its copy",
        edits.remove(now));
  }

  @Override
  public LentAccess lent(Topology now, Exit exit) {
    return new LentAccess(List.of());
  }

  /// Copying what clients overwrite has no end of its own.
  @Override
  public Course course() {
    return sync == BackupSync.NONE ? Course.FOLLOWS : Course.ENDS;
  }

  @Override
  public List<ImageNodes.Relink> links(Topology now) {
    return List.of();
  }

  private static Map<String, Object> described(TargetFile file) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("filename", file.filename());
    all.put("format", file.format().value());
    all.put("mode", file.mode().word());
    return all;
  }

  @Override
  public Options details() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("source", source().value());
    all.put("target", targetNode().value());
    request.disks().file().ifPresent(file -> all.put("targetFile", described(file)));
    all.put("filterNodeName", filter().value());
    all.put("sync", sync.word());
    request
        .disks()
        .bitmap()
        .ifPresent(
            bitmap -> {
              all.put("bitmap", bitmap.name().value());
              all.put("bitmapMode", bitmap.mode().word());
            });
    all.put("discardSource", discardsSource());
    all.put("clusterSize", terms.clusterBytes());
    all.put("compress", isCompressed());
    all.put("workers", request.pace().workers());
    all.put("onSourceError", request.errors().source().word());
    all.put("onTargetError", request.errors().target().word());
    all.put(
        "onCbwError",
        terms.onError() == CopyBeforeWrite.OnError.BREAK_SNAPSHOT
            ? "break-snapshot"
            : "break-guest-write");
    all.put("cbwTimeout", terms.timeoutMs() / 1000);
    return new Options(all);
  }
}
