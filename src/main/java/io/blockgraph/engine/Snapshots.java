package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Ruling;
import io.blockgraph.graph.SnapshotRules;
import io.blockgraph.graph.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Takes external snapshots of any node, anywhere in the graph (BG-10 to BG-16). Any thread.
public final class Snapshots {
  private final BlockGraph graph;
  private final BackingLinks links;
  private final ImageNodes images;

  /// Snapshots on `graph`.
  public Snapshots(BlockGraph graph) {
    this.graph = graph;
    this.links = new BackingLinks(graph);
    this.images = new ImageNodes(graph);
  }

  /// What becomes the overlay.
  public sealed interface Overlay {
    /// A node that is there.
    record Existing(NodeName node) implements Overlay {}

    /// A new image in a new file, as long as the node.
    ///
    /// The image names the node's file as its backing file, for other programs, where the node is
    /// the whole of one file.
    record NewFile(NodeName name, String path, DriverName format) implements Overlay {}
  }

  /// Whether something unusual about the overlay is meant.
  public enum Tolerance {
    /// The overlay has the node's length and holds nothing.
    NONE,
    /// Its length may differ.
    SIZE,
    /// It may hold data.
    CONTENT,
    /// Both.
    BOTH;

    boolean size() {
      return this == SIZE || this == BOTH;
    }

    boolean content() {
      return this == CONTENT || this == BOTH;
    }
  }

  /// What becomes of the names by which images tell other programs what they are backed by.
  public enum Links {
    /// They stay: an image above the node goes on naming the node's file.
    KEPT,
    /// The images above name the overlay, and the overlay names the node.
    PERSISTED
  }

  /// A snapshot that is asked for.
  public record Request(NodeName node, Overlay overlay, Tolerance tolerance, Links links) {}

  /// A snapshot that was taken, or for a dry run could be.
  ///
  /// @param warnings what the caller may not have meant, in sentences
  public record Taken(NodeName overlay, Committed change, List<String> warnings) {}

  /// Takes the snapshot.
  public Result<Taken> take(Request request, Ask ask) {
    return Decisions.make(graph, ask, (now, exactly) -> take(request, now, exactly));
  }

  private Result<Taken> take(Request request, GraphState now, Ask ask) {
    if (now.topology().node(request.node()).isEmpty()) {
      return new Result.Rejected<>(
          new Rejection.RuleBroken(new Refusal.NodeNotFound(request.node())));
    }
    return switch (request.overlay()) {
      case Overlay.Existing(NodeName overlay) ->
          take(request, overlay, List.of(), List.of(), now, ask);
      case Overlay.NewFile file -> create(request, file, now, ask);
    };
  }

  private Result<Taken> create(Request request, Overlay.NewFile file, GraphState now, Ask ask) {
    ImageNodes.Image image = ImageNodes.Image.named(file.name(), file.path(), file.format());
    long size = graph.inspect(view -> view.disk(request.node()).sizeBytes());
    Options creation = images.naming(image, request.node(), new Options(Map.of("size", size)));
    return images
        .made(image, creation)
        .then(come -> take(request, file.name(), come.edits(), come.files(), now, ask));
  }

  private Result<Taken> take(
      Request request,
      NodeName overlay,
      List<GraphEdit> first,
      List<FileCreation> files,
      GraphState now,
      Ask ask) {
    Ruling<SnapshotRules.Snapshot> ruling =
        new SnapshotRules(graph.planner(), graph.drivers())
            .all(
                now.topology(), List.of(new SnapshotRules.Request(first, request.node(), overlay)));
    return switch (ruling) {
      case Ruling.Refused<SnapshotRules.Snapshot>(Refusal refusal) ->
          new Result.Rejected<>(new Rejection.RuleBroken(refusal));
      case Ruling.Allowed<SnapshotRules.Snapshot>(SnapshotRules.Snapshot snapshot) ->
          make(request, overlay, snapshot, files, ask);
    };
  }

  private Result<Taken> make(
      Request request,
      NodeName overlay,
      SnapshotRules.Snapshot snapshot,
      List<FileCreation> files,
      Ask ask) {
    List<String> warnings =
        snapshot.warnings().stream().map(SnapshotRules.Warning::sentence).toList();
    Change change =
        Change.of("snapshot of '" + request.node() + "' into '" + overlay + "'", snapshot.edits())
            .making(files)
            .whileHeld(
                (_, _, disks) ->
                    unfit(request, overlay, disks.apply(overlay), disks.apply(request.node())));
    if (ask.mode() == Ask.Mode.DRY_RUN && request.overlay() instanceof Overlay.Existing) {
      Optional<Rejection> unfit =
          graph.inspect(
              view -> unfit(request, overlay, view.disk(overlay), view.disk(request.node())));
      if (unfit.isPresent()) {
        return new Result.Rejected<>(unfit.get());
      }
    }
    List<NodeName> renamed =
        request.links() == Links.PERSISTED
            ? BackingLinks.toRename(snapshot.next(), overlay)
            : List.of();
    Optional<Rejection> fixed = unwritable(snapshot.next(), renamed);
    if (fixed.isPresent()) {
      return new Result.Rejected<>(fixed.get());
    }
    return Changes.make(graph, change, ask)
        .then(made -> new Result.Done<>(taken(overlay, made, warnings, renamed, ask)));
  }

  private Taken taken(
      NodeName overlay, Committed made, List<String> warnings, List<NodeName> renamed, Ask ask) {
    List<String> told = new ArrayList<>(warnings);
    if (ask.mode() == Ask.Mode.DO) {
      told.addAll(links.persist(renamed));
    }
    return new Taken(overlay, made, told);
  }

  private static Optional<Rejection> unwritable(Topology next, List<NodeName> renamed) {
    return renamed.stream()
        .filter(node -> next.node(node).orElseThrow().readOnly())
        .findFirst()
        .map(node -> new Rejection.NodeReadOnly(node, "persistBackingLinks"));
  }

  /// Readers must see through the overlay what they saw before.
  private static Optional<Rejection> unfit(
      Request request, NodeName overlay, BlockIo disk, BlockIo below) {
    if (disk.sizeBytes() != below.sizeBytes() && !request.tolerance().size()) {
      return Optional.of(
          new Rejection.SizeMismatch(overlay, disk.sizeBytes(), request.node(), below.sizeBytes()));
    }
    long own = request.tolerance().content() ? 0 : ownBytes(disk);
    return own > 0 ? Optional.of(new Rejection.OverlayNotEmpty(overlay, own)) : Optional.empty();
  }

  private static long ownBytes(BlockIo disk) {
    long own = 0;
    long at = 0;
    long size = disk.sizeBytes();
    while (at < size) {
      List<Extent> extents = Extents.of(disk, ByteRange.between(at, size));
      own += extents.stream().filter(e -> e.depth() == 0).mapToLong(e -> e.range().length()).sum();
      at = extents.getLast().range().end();
    }
    return own;
  }
}
