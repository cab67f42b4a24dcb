package io.blockgraph.rest;

import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.ImageSnapshots;
import io.blockgraph.engine.ImageSnapshots.Verb;
import io.blockgraph.graph.NodeName;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/// Snapshots that an image keeps in itself.
@RestController
@RequestMapping("/api/v1/nodes/{node}/internal-snapshots")
@Tag(name = "internal snapshots", description = "Snapshots that a qcow2 image keeps in itself")
final class InternalSnapshotController {
  private final ImageSnapshots snapshots;
  private final StrictJson json;

  InternalSnapshotController(ImageSnapshots snapshots, StrictJson json) {
    this.snapshots = snapshots;
    this.json = json;
  }

  /// A snapshot as the image lists it.
  ///
  /// @param id what the image calls it; unique
  /// @param takenAt when, in UTC
  /// @param diskSize the length of the disk then, in bytes, where the image tells
  /// @param vmStateSize the bytes of machine state stored along with it
  /// @param vmClockNs how long the machine had run
  /// @param shownBy the nodes that show it
  @Schema(name = "InternalSnapshot")
  record KeptView(
      String id,
      String name,
      String takenAt,
      @Nullable Long diskSize,
      long vmStateSize,
      long vmClockNs,
      List<String> shownBy) {
    static KeptView of(InternalSnapshot snapshot, List<NodeName> shownBy) {
      OptionalLong disk = snapshot.diskBytes();
      return new KeptView(
          snapshot.id(),
          snapshot.name(),
          snapshot.takenAt().toString(),
          disk.isPresent() ? disk.getAsLong() : null,
          snapshot.vm().bytes(),
          snapshot.vm().clock().toNanos(),
          shownBy.stream().map(NodeName::value).toList());
    }
  }

  /// The snapshots of an image, in its order.
  @Schema(name = "InternalSnapshots")
  record KeptListView(String node, List<KeptView> snapshots, long revision) implements Revisioned {}

  /// A change of snapshots that was made, or could be.
  ///
  /// @param snapshot which one; null for one that would be taken
  @Schema(name = "InternalSnapshotChange")
  record ChangeView(String node, @Nullable KeptView snapshot, boolean dryRun, long revision)
      implements Revisioned {}

  @Operation(operationId = "listInternalSnapshots", summary = "The snapshots an image keeps")
  @GetMapping
  KeptListView list(@PathVariable String node) {
    return listed(node);
  }

  @Operation(operationId = "getInternalSnapshot", summary = "One snapshot of an image")
  @GetMapping("/{snapshot}")
  KeptView get(@PathVariable String node, @PathVariable String snapshot) {
    List<KeptView> all = listed(node).snapshots();
    return all.stream()
        .filter(kept -> kept.name().equals(snapshot))
        .findFirst()
        .or(() -> all.stream().filter(kept -> kept.id().equals(snapshot)).findFirst())
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemKind.SNAPSHOT_NOT_FOUND,
                    "the image of node '" + node + "' keeps no internal snapshot of this name"));
  }

  private KeptListView listed(String node) {
    ImageSnapshots.Listed listed = Answers.of(snapshots.list(Answers.node(node)));
    List<KeptView> views = new ArrayList<>();
    for (int i = 0; i < listed.snapshots().size(); i++) {
      views.add(KeptView.of(listed.snapshots().get(i), listed.shownBy().get(i)));
    }
    return new KeptListView(node, List.copyOf(views), listed.revision());
  }

  @Operation(operationId = "takeInternalSnapshot", summary = "Keep the disk as it is in its image")
  @PostMapping
  ResponseEntity<ChangeView> take(@PathVariable String node, @RequestBody byte[] body, Ask ask) {
    ImageSnapshots.Request request = request(node, json.read(body));
    ChangeView view = change(request, ask);
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(view)
        : ResponseEntity.created(place(request)).body(view);
  }

  @Operation(operationId = "applyInternalSnapshot", summary = "Let the disk hold what it held then")
  @PostMapping("/{snapshot}/apply")
  ChangeView apply(@PathVariable String node, @PathVariable String snapshot, Ask ask) {
    return change(new ImageSnapshots.Request(Answers.node(node), Verb.APPLY, snapshot), ask);
  }

  @Operation(operationId = "deleteInternalSnapshot", summary = "Delete a snapshot of an image")
  @DeleteMapping("/{snapshot}")
  ChangeView delete(@PathVariable String node, @PathVariable String snapshot, Ask ask) {
    return change(new ImageSnapshots.Request(Answers.node(node), Verb.DELETE, snapshot), ask);
  }

  private static URI place(ImageSnapshots.Request request) {
    return URI.create(
        "/api/v1/nodes/"
            + request.node()
            + "/internal-snapshots/"
            + UriUtils.encodePathSegment(request.snapshot(), StandardCharsets.UTF_8));
  }

  private ChangeView change(ImageSnapshots.Request request, Ask ask) {
    ImageSnapshots.Changed changed = Answers.of(snapshots.change(request, ask));
    return new ChangeView(
        request.node().value(),
        changed.snapshot().map(s -> KeptView.of(s, List.of())).orElse(null),
        ask.mode() == Ask.Mode.DRY_RUN,
        changed.state().revision());
  }

  /// The snapshot that a body asks to take.
  static ImageSnapshots.Request request(String node, @Nullable Object body) {
    String name =
        Answers.of(RequestValidator.options(body, Bodies.INTERNAL_SNAPSHOT, ""))
            .text("name")
            .orElseThrow();
    if (name.isEmpty()) {
      throw Answers.field("/name", "a snapshot has a name of at least one character");
    }
    return new ImageSnapshots.Request(Answers.node(node), Verb.TAKE, name);
  }
}
