package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
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
import java.util.OptionalLong;

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
    /// The node that it is, or will be.
    NodeName node();

    /// A node that is there.
    record Existing(NodeName node) implements Overlay {}

    /// A new image in a new file, as long as the node.
    ///
    /// The image names the node's file as its backing file, for other programs, where the node is
    /// the whole of one file.
    record NewFile(NodeName node, String path, DriverName format) implements Overlay {}
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
    return graph
        .make(taking(request), ask)
        .then(made -> new Result.Done<>(taken(request, made, ask)));
  }

  private Taken taken(Request request, Operation.Made made, Ask ask) {
    List<String> told = new ArrayList<>(made.change().told().warnings());
    NodeName overlay = request.overlay().node();
    if (ask.mode() == Ask.Mode.DO) {
      told.addAll(links.persist(renamed(request, made.committed().after().topology())));
    }
    return new Taken(overlay, made.committed(), told);
  }

  private static List<NodeName> renamed(Request request, Topology after) {
    return request.links() == Links.PERSISTED
        ? BackingLinks.toRename(after, request.overlay().node())
        : List.of();
  }

  /// Taking the snapshot, as an operation; what [Links#PERSISTED] asks for comes after it.
  public Operation taking(Request request) {
    return new Taking(request);
  }

  private final class Taking implements Operation {
    private final Request request;

    Taking(Request request) {
      this.request = request;
    }

    @Override
    public Result<Change> on(BlockGraph.View view) {
      return change(request, view);
    }

    @Override
    public Result<Claim> claim() {
      return new Result.Done<>(
          new Claim() {
            @Override
            public List<String> made(Committed whole) {
              return links.persist(renamed(request, whole.after().topology()));
            }
          });
    }
  }

  private Result<Change> change(Request request, BlockGraph.View view) {
    Topology topology = view.state().topology();
    if (topology.node(request.node()).isEmpty()) {
      return new Result.Rejected<>(
          new Rejection.RuleBroken(new Refusal.NodeNotFound(request.node())));
    }
    Result<Change> change =
        switch (request.overlay()) {
          case Overlay.Existing _ -> take(request, List.of(), topology);
          case Overlay.NewFile file -> create(request, file, view);
        };
    return change.then(
        c -> new Result.Done<>(c.expecting(OptionalLong.of(view.state().revision()))));
  }

  private Result<Change> create(Request request, Overlay.NewFile file, BlockGraph.View view) {
    Topology topology = view.state().topology();
    ImageNodes.Image image = ImageNodes.Image.named(file.node(), file.path(), file.format());
    return described(request, image, view)
        .then(options -> images.made(image, options, topology))
        .then(
            come ->
                take(request, come.edits(), topology)
                    .then(change -> new Result.Done<>(change.making(come.files()))));
  }

  /// The new image is as long as the node, and says what backs it.
  private Result<Options> described(Request request, ImageNodes.Image image, BlockGraph.View view) {
    try {
      Options size = new Options(Map.of("size", view.disk(request.node()).sizeBytes()));
      return new Result.Done<>(images.naming(image, request.node(), size, view.state().topology()));
    } catch (BlockException e) {
      return new Result.Rejected<>(new Rejection.WorldBroke(Optional.empty(), e));
    }
  }

  private Result<Change> take(Request request, List<GraphEdit> first, Topology topology) {
    NodeName overlay = request.overlay().node();
    Ruling<SnapshotRules.Snapshot> ruling =
        new SnapshotRules(graph.planner(), graph.drivers())
            .all(topology, List.of(new SnapshotRules.Request(first, request.node(), overlay)));
    return switch (ruling) {
      case Ruling.Refused<SnapshotRules.Snapshot>(Refusal refusal) ->
          new Result.Rejected<>(new Rejection.RuleBroken(refusal));
      case Ruling.Allowed<SnapshotRules.Snapshot>(SnapshotRules.Snapshot snapshot) ->
          unwritable(snapshot.next(), renamed(request, snapshot.next()))
              .<Result<Change>>map(Result.Rejected::new)
              .orElseGet(() -> new Result.Done<>(change(request, snapshot)));
    };
  }

  private static Change change(Request request, SnapshotRules.Snapshot snapshot) {
    NodeName node = request.node();
    NodeName overlay = request.overlay().node();
    List<String> warnings =
        snapshot.warnings().stream().map(SnapshotRules.Warning::sentence).toList();
    return Change.of("snapshot of '" + node + "' into '" + overlay + "'", snapshot.edits())
        .warning(warnings)
        .checking(
            (_, _, disks) -> unfit(request, overlay, disks.apply(overlay), disks.apply(node)));
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
