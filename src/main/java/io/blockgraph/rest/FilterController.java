package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Filters;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Filters above any node, put in and taken out while it is in use.
@RestController
@RequestMapping("/api/v1/nodes/{node}/filters")
@Tag(name = "filters", description = "Filters above any node, put in and taken out while in use")
final class FilterController {
  private final BlockGraph graph;
  private final Filters filters;
  private final FilterBody body;
  private final StrictJson json;

  FilterController(BlockGraph graph, Filters filters, RequestValidator validator, StrictJson json) {
    this.graph = graph;
    this.filters = filters;
    this.body = new FilterBody(graph.drivers(), validator);
    this.json = json;
  }

  /// A filter that came or went, or could.
  ///
  /// @param node the node it shows
  /// @param filter the filter
  /// @param diff what changed, or would change: `edgesChanged` are those that lead elsewhere now
  @Schema(name = "FilterChange")
  record FilterChangeView(String node, String filter, DiffView diff) implements WithDiff {}

  @Operation(operationId = "insertFilter", summary = "Put a filter between a node and its users")
  @PostMapping
  ResponseEntity<FilterChangeView> insert(
      @PathVariable String node, @RequestBody byte[] request, Ask ask) {
    NodeName name = Answers.node(node);
    NodeSpec below =
        graph.state().topology().node(name).orElseThrow(() -> NodeController.notFound(name));
    Filters.Request wanted = body.read(json.read(request), below);
    FilterChangeView view =
        view(name, wanted.filter().name().orElseThrow(), filters.insert(wanted, ask), ask);
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(view)
        : ResponseEntity.created(URI.create("/api/v1/nodes/" + view.filter())).body(view);
  }

  @Operation(operationId = "removeFilter", summary = "Take a filter out from above a node")
  @DeleteMapping("/{filter}")
  FilterChangeView remove(@PathVariable String node, @PathVariable String filter, Ask ask) {
    NodeName below = Answers.node(node);
    NodeName name = Answers.node(filter);
    return view(below, name, filters.remove(below, name, ask), ask);
  }

  private static FilterChangeView view(
      NodeName node, NodeName filter, Result<Committed> result, Ask ask) {
    Committed change = Answers.of(result);
    DiffView diff =
        ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : DiffView.made(change);
    return new FilterChangeView(node.value(), filter.value(), diff);
  }
}
