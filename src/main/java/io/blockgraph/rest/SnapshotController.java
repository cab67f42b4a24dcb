package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.Snapshots.Links;
import io.blockgraph.engine.Snapshots.Overlay;
import io.blockgraph.engine.Snapshots.Tolerance;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Walks;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// External snapshots of any node.
@RestController
@RequestMapping("/api/v1/nodes/{node}/snapshots")
@Tag(name = "snapshots", description = "External snapshots of any node, anywhere in a chain")
final class SnapshotController {
  private final BlockGraph graph;
  private final Snapshots snapshots;
  private final StrictJson json;

  SnapshotController(BlockGraph graph, Snapshots snapshots, StrictJson json) {
    this.graph = graph;
    this.snapshots = snapshots;
    this.json = json;
  }

  /// A snapshot that was taken, or could be.
  ///
  /// @param overlay the node that takes the writes
  /// @param warnings what the caller may not have meant
  /// @param diff what changed, or would change
  @Schema(name = "Snapshot")
  record SnapshotView(String node, String overlay, List<String> warnings, DiffView diff)
      implements WithDiff {}

  /// The chain of a node: itself first, then what each is backed by.
  @Schema(name = "Chain")
  record ChainView(String node, List<LayerView> layers, long revision) implements Revisioned {}

  /// One layer of a chain.
  @Schema(name = "Layer")
  record LayerView(String node, String driver, boolean readOnly) {}

  @Operation(operationId = "takeSnapshot", summary = "Put an overlay on a node")
  @PostMapping
  ResponseEntity<SnapshotView> take(@PathVariable String node, @RequestBody byte[] body, Ask ask) {
    Snapshots.Request request = request(node, json.read(body));
    Snapshots.Taken taken = Answers.of(snapshots.take(request, ask));
    boolean planned = ask.mode() == Ask.Mode.DRY_RUN;
    DiffView diff = planned ? DiffView.planned(taken.change()) : DiffView.made(taken.change());
    var view = new SnapshotView(node, taken.overlay().value(), taken.warnings(), diff);
    return planned
        ? ResponseEntity.ok(view)
        : ResponseEntity.created(URI.create("/api/v1/nodes/" + taken.overlay())).body(view);
  }

  @Operation(operationId = "getChain", summary = "The backing chain of a node")
  @GetMapping
  ChainView chain(@PathVariable String node) {
    var state = graph.state();
    NodeName name = Answers.node(node);
    if (state.topology().node(name).isEmpty()) {
      throw NodeController.notFound(name);
    }
    List<LayerView> layers =
        new Walks(state.topology(), graph.drivers())
            .backingChain(name).stream()
                .map(layer -> state.topology().node(layer).orElseThrow())
                .map(
                    spec ->
                        new LayerView(spec.name().value(), spec.driver().value(), spec.readOnly()))
                .toList();
    return new ChainView(node, layers, state.revision());
  }

  /// The snapshot that a body asks for.
  static Snapshots.Request request(String node, @Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, Bodies.SNAPSHOT, ""));
    return new Snapshots.Request(
        Answers.node(node), overlay(options), tolerance(options), links(options));
  }

  private static Overlay overlay(Options options) {
    Optional<String> node = options.text("overlayNode");
    Optional<String> file = options.text("overlayFile");
    if (node.isPresent() == file.isPresent()) {
      throw Answers.field("", "give either overlayNode (a node that is there) or overlayFile");
    }
    if (node.isPresent()) {
      return new Overlay.Existing(Answers.nodeField("/overlayNode", node.get()));
    }
    String name =
        options
            .text("overlayName")
            .orElseThrow(() -> Answers.field("/overlayName", "overlayFile needs an overlayName"));
    return new Overlay.NewFile(
        Answers.nodeField("/overlayName", name),
        file.orElseThrow(),
        new DriverName(options.text("format").orElse("qcow2")));
  }

  private static Links links(Options options) {
    return options.flag("persistBackingLinks", false) ? Links.PERSISTED : Links.KEPT;
  }

  private static Tolerance tolerance(Options options) {
    boolean size = options.flag("allowSizeChange", false);
    boolean content = options.flag("acceptContentChange", false);
    if (size) {
      return content ? Tolerance.BOTH : Tolerance.SIZE;
    }
    return content ? Tolerance.CONTENT : Tolerance.NONE;
  }
}
