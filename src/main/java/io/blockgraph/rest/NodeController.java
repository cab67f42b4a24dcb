package io.blockgraph.rest;

import io.blockgraph.driver.NodeRequest;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Nodes;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.List;
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

/// Nodes: add, look at, change, remove.
@RestController
@RequestMapping("/api/v1/nodes")
@Tag(name = "nodes", description = "Disks as nodes: files, formats, filters, quorums")
final class NodeController {
  private final BlockGraph graph;
  private final Nodes nodes;
  private final RequestValidator validator;
  private final StrictJson json;

  NodeController(BlockGraph graph, Nodes nodes, RequestValidator validator, StrictJson json) {
    this.graph = graph;
    this.nodes = nodes;
    this.validator = validator;
    this.json = json;
  }

  /// Nodes at one revision.
  @Schema(name = "Nodes")
  record NodesView(long revision, List<NodeView> nodes) implements Revisioned {}

  @Operation(operationId = "listNodes", summary = "Nodes, in the order they were added")
  @GetMapping
  NodesView list(
      @RequestParam(required = false) @Nullable String driver,
      @RequestParam(defaultValue = "false") boolean implicit) {
    return graph.inspect(
        view ->
            new NodesView(
                view.state().revision(),
                view.state().topology().nodes().stream()
                    .filter(spec -> driver == null || spec.driver().value().equals(driver))
                    .filter(spec -> implicit || spec.origin() != NodeSpec.Origin.IMPLICIT)
                    .map(spec -> NodeView.of(spec, options(graph, spec), view))
                    .toList()));
  }

  @Operation(operationId = "getNode", summary = "One node")
  @GetMapping("/{node}")
  NodeView get(@PathVariable String node) {
    return show(Answers.node(node));
  }

  @Operation(operationId = "addNode", summary = "Add a node, with others inline below it")
  @PostMapping
  ResponseEntity<?> add(@RequestBody byte[] body, Ask ask) {
    NodeRequest request = Answers.of(validator.node(json.read(body)));
    Committed change = Answers.of(nodes.add(request, ask));
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      return ResponseEntity.ok(DiffView.planned(change));
    }
    NodeName name = request.name().orElseThrow();
    return ResponseEntity.created(URI.create("/api/v1/nodes/" + name)).body(show(name));
  }

  @Operation(operationId = "changeNode", summary = "Change a node while it is in use")
  @PatchMapping("/{node}")
  ResponseEntity<?> change(@PathVariable String node, @RequestBody byte[] body, Ask ask) {
    NodeName name = Answers.node(node);
    NodeSpec spec = spec(name);
    var patch = PatchBody.read(json.read(body), spec, options(graph, spec));
    Committed change = Answers.of(nodes.change(name, patch, ask));
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(DiffView.planned(change))
        : ResponseEntity.ok(show(name));
  }

  @Operation(operationId = "removeNode", summary = "Remove a node that nobody uses")
  @DeleteMapping("/{node}")
  DiffView remove(@PathVariable String node, Ask ask) {
    Committed change = Answers.of(nodes.remove(Answers.node(node), ask));
    return ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : DiffView.made(change);
  }

  private NodeView show(NodeName name) {
    return graph.inspect(
        view -> {
          NodeSpec spec = view.state().topology().node(name).orElseThrow(() -> notFound(name));
          return NodeView.of(spec, options(graph, spec), view);
        });
  }

  private NodeSpec spec(NodeName name) {
    return graph.state().topology().node(name).orElseThrow(() -> notFound(name));
  }

  static ProblemException notFound(NodeName name) {
    return new ProblemException(RefusalProblems.of(new Refusal.NodeNotFound(name)));
  }

  static OptionSpec options(BlockGraph graph, NodeSpec spec) {
    return graph
        .drivers()
        .find(spec.driver())
        .map(driver -> driver.options())
        .orElse(new OptionSpec(List.of()));
  }
}
