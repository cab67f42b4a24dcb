package io.blockgraph.rest;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.BitmapUsers;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/// Dirty bitmaps of any node: which parts were written since some moment.
@RestController
@RequestMapping("/api/v1/nodes/{node}/bitmaps")
@Tag(name = "bitmaps", description = "Which parts of a node were written since some moment")
final class BitmapController {
  private static final int MOST_EXTENTS = 10_000;

  private final BlockGraph graph;
  private final Bitmaps bitmaps;
  private final StrictJson json;

  BitmapController(BlockGraph graph, Bitmaps bitmaps, StrictJson json) {
    this.graph = graph;
    this.bitmaps = bitmaps;
    this.json = json;
  }

  /// A bitmap.
  ///
  /// @param granularity how many bytes of the disk one bit stands for
  /// @param recording whether writes are marked
  /// @param busy whether somebody has it, so that it cannot be changed
  /// @param usedBy who has it
  /// @param persistent whether it lives in the image; else it ends with the node or the service
  /// @param inconsistent whether it may lack writes; it can only be removed then
  /// @param dirtyBytes how many bytes of the disk are in dirty parts
  /// @param sizeBytes the length of the disk
  @Schema(name = "Bitmap")
  record BitmapView(
      String node,
      String name,
      long granularity,
      boolean recording,
      boolean busy,
      List<String> usedBy,
      boolean persistent,
      boolean inconsistent,
      long dirtyBytes,
      long sizeBytes,
      long revision)
      implements Revisioned {

    static BitmapView of(NodeName node, DirtyBitmap bitmap, BlockGraph.View view) {
      var shown = new BitmapEdit.Source(node, bitmap.name());
      List<String> users =
          Stream.concat(
                  bitmap.loan().map(DirtyBitmap.Loan::user).stream(),
                  BitmapUsers.of(shown, view.state().topology()).stream())
              .map(UserId::value)
              .toList();
      return new BitmapView(
          node.value(),
          bitmap.name().value(),
          bitmap.bits().granularityBytes(),
          bitmap.isRecording(),
          !users.isEmpty(),
          users,
          bitmap.isPersistent(),
          bitmap.isInconsistent(),
          bitmap.bits().dirtyBytes(),
          bitmap.bits().sizeBytes(),
          view.state().revision());
    }
  }

  /// The bitmaps of a node.
  @Schema(name = "Bitmaps")
  record BitmapsView(String node, List<BitmapView> bitmaps, long revision) implements Revisioned {}

  /// What of a disk is dirty.
  ///
  /// @param extents adjacent, from `offset` on
  /// @param end how far they reach; ask again from there when it is not as far as was asked
  @Schema(name = "BitmapExtents")
  record BitmapExtentsView(
      String node, String name, List<DirtyExtentView> extents, long end, long revision)
      implements Revisioned {}

  /// A range that is dirty, or is not.
  @Schema(name = "DirtyExtent")
  record DirtyExtentView(long offset, long length, boolean dirty) {}

  @Operation(operationId = "listBitmaps", summary = "The dirty bitmaps of a node")
  @GetMapping
  BitmapsView list(@PathVariable String node) {
    NodeName name = Answers.node(node);
    return graph.inspect(
        view -> {
          requireNode(view, name);
          return new BitmapsView(
              node,
              view.bitmaps(name).all().stream()
                  .map(bitmap -> BitmapView.of(name, bitmap, view))
                  .toList(),
              view.state().revision());
        });
  }

  @Operation(operationId = "getBitmap", summary = "One dirty bitmap")
  @GetMapping("/{bitmap}")
  BitmapView get(@PathVariable String node, @PathVariable String bitmap) {
    return show(Answers.node(node), BitmapBodies.named(bitmap));
  }

  @Operation(operationId = "getBitmapExtents", summary = "Which ranges of the node are dirty")
  @GetMapping("/{bitmap}/extents")
  BitmapExtentsView extents(
      @PathVariable String node,
      @PathVariable String bitmap,
      @RequestParam(defaultValue = "0") long offset,
      @RequestParam(required = false) @Nullable Long length) {
    NodeName name = Answers.node(node);
    BitmapName wanted = BitmapBodies.named(bitmap);
    return graph.inspect(
        view -> {
          DirtyBitmap found = find(view, name, wanted);
          long size = found.bits().sizeBytes();
          ByteRange range = range(offset, length, size);
          var pieces = found.bits().pieces(range, MOST_EXTENTS);
          return new BitmapExtentsView(
              node,
              bitmap,
              pieces.stream().map(BitmapController::view).toList(),
              pieces.isEmpty() ? range.offset() : pieces.getLast().range().end(),
              view.state().revision());
        });
  }

  private static ByteRange range(long offset, @Nullable Long length, long size) {
    long most = length == null ? Math.max(0, size - offset) : length;
    if (offset < 0 || most < 0) {
      throw Answers.parameter(
          "offset", "there is no range with offset " + offset + " and length " + most);
    }
    return new ByteRange(offset, most).within(size);
  }

  private static DirtyExtentView view(DirtyBits.Piece piece) {
    return new DirtyExtentView(
        piece.range().offset(), piece.range().length(), piece.state() == DirtyBits.State.DIRTY);
  }

  @Operation(operationId = "addBitmap", summary = "Begin to remember what is written to a node")
  @PostMapping
  ResponseEntity<?> add(@PathVariable String node, @RequestBody byte[] body, Ask ask) {
    BitmapEdit.Add add = BitmapBodies.add(Answers.node(node), json.read(body));
    Committed change = Answers.of(bitmaps.make(add, ask));
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      return ResponseEntity.ok(DiffView.planned(change));
    }
    String name = UriUtils.encodePathSegment(add.bitmap().value(), StandardCharsets.UTF_8);
    return ResponseEntity.created(java.net.URI.create("/api/v1/nodes/" + node + "/bitmaps/" + name))
        .body(show(add.node(), add.bitmap()));
  }

  @Operation(operationId = "changeBitmap", summary = "Enable or disable a bitmap")
  @PatchMapping("/{bitmap}")
  ResponseEntity<?> change(
      @PathVariable String node, @PathVariable String bitmap, @RequestBody byte[] body, Ask ask) {
    return answer(
        BitmapBodies.change(Answers.node(node), BitmapBodies.named(bitmap), json.read(body)), ask);
  }

  @Operation(operationId = "clearBitmap", summary = "Forget what was written so far")
  @PostMapping("/{bitmap}/clear")
  ResponseEntity<?> clear(@PathVariable String node, @PathVariable String bitmap, Ask ask) {
    return answer(new BitmapEdit.Clear(Answers.node(node), BitmapBodies.named(bitmap)), ask);
  }

  @Operation(operationId = "mergeBitmap", summary = "Make dirty what is dirty in other bitmaps")
  @PostMapping("/{bitmap}/merge")
  ResponseEntity<?> merge(
      @PathVariable String node, @PathVariable String bitmap, @RequestBody byte[] body, Ask ask) {
    return answer(
        BitmapBodies.merge(Answers.node(node), BitmapBodies.named(bitmap), json.read(body)), ask);
  }

  @Operation(operationId = "removeBitmap", summary = "Remove a bitmap that nobody has")
  @DeleteMapping("/{bitmap}")
  DiffView remove(@PathVariable String node, @PathVariable String bitmap, Ask ask) {
    Committed change =
        Answers.of(
            bitmaps.make(
                new BitmapEdit.Remove(Answers.node(node), BitmapBodies.named(bitmap)), ask));
    return ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : DiffView.made(change);
  }

  private ResponseEntity<?> answer(BitmapEdit edit, Ask ask) {
    Committed change = Answers.of(bitmaps.make(edit, ask));
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(DiffView.planned(change))
        : ResponseEntity.ok(show(edit.node(), edit.bitmap()));
  }

  private BitmapView show(NodeName node, BitmapName bitmap) {
    return graph.inspect(view -> BitmapView.of(node, find(view, node, bitmap), view));
  }

  private static DirtyBitmap find(BlockGraph.View view, NodeName node, BitmapName bitmap) {
    requireNode(view, node);
    return view.bitmaps(node)
        .find(bitmap)
        .orElseThrow(
            () ->
                new ProblemException(BitmapProblems.of(new BitmapRefusal.NotFound(node, bitmap))));
  }

  private static void requireNode(BlockGraph.View view, NodeName node) {
    if (view.state().topology().node(node).isEmpty()) {
      throw NodeController.notFound(node);
    }
  }
}
