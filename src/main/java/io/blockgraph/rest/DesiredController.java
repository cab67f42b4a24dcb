package io.blockgraph.rest;

import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The graph as it is wanted: what requests lead there, and all of them as one transaction.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "plans", description = "Several requests at once: tried, or done as one change")
final class DesiredController {
  private final BlockGraph graph;
  private final PastGraphs past;
  private final DesiredParts desired;
  private final StrictJson json;

  DesiredController(BlockGraph graph, PastGraphs past, DesiredParts desired, StrictJson json) {
    this.graph = graph;
    this.past = past;
    this.desired = desired;
    this.json = json;
  }

  /// A graph as it can be wanted.
  ///
  /// @param nodes as requests would make them, without those of jobs
  /// @param throttleGroups as requests would make them
  /// @param exports as requests would make them
  @Schema(name = "DesiredGraph")
  record DesiredView(
      List<Map<String, @Nullable Object>> nodes,
      List<Map<String, @Nullable Object>> throttleGroups,
      List<Map<String, @Nullable Object>> exports) {}

  /// One request on the way to a wanted graph.
  ///
  /// @param pointers the places of the wanted graph that ask for it; none when it is that something
  ///   is not mentioned
  @Schema(name = "DesiredStep")
  record StepView(
      List<String> pointers, String method, String path, Map<String, @Nullable Object> body) {
    static StepView of(DesiredGraph.Step step) {
      ActionList.Item item = step.item();
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      if (item.body() instanceof Map<?, ?> given) {
        given.forEach((name, value) -> body.put(String.valueOf(name), value));
      }
      return new StepView(step.pointers(), item.method(), item.path(), body);
    }
  }

  /// What it took, or would take, to come to a wanted graph.
  ///
  /// @param steps the requests, in their order; `POST /transactions` takes them as its `actions`
  /// @param warnings what the caller may not have meant
  /// @param diff what changed, or would change
  @Schema(name = "DesiredChange")
  record ChangeView(List<StepView> steps, List<String> warnings, DiffView diff)
      implements WithDiff {
    static ChangeView of(DesiredParts.Way way, Ask ask) {
      return new ChangeView(
          way.steps().stream().map(StepView::of).toList(),
          way.warnings(),
          ask.mode() == Ask.Mode.DRY_RUN
              ? DiffView.planned(way.whole())
              : DiffView.made(way.whole()));
    }
  }

  @Operation(
      operationId = "getDesiredGraph",
      summary = "The graph as PUT /graph takes it, now or at a revision")
  @GetMapping("/graph/desired")
  DesiredView desired(@RequestParam(required = false) @Nullable Long revision) {
    var state = revision == null ? graph.state() : past.at(revision);
    GraphBody body = new GraphBody(state.topology(), graph.drivers());
    return new DesiredView(body.nodes(), body.groups(), body.exports());
  }

  @Operation(
      operationId = "putGraph",
      summary = "Make the graph what it is wanted to be, as one change: all or nothing")
  @PutMapping("/graph")
  ChangeView put(
      @RequestBody byte[] body, @RequestParam(defaultValue = "false") boolean prune, Ask ask) {
    return ChangeView.of(desired.make(DesiredBody.read(json.read(body), rest(prune)), ask), ask);
  }

  static DesiredBody.Rest rest(boolean prune) {
    return prune ? DesiredBody.Rest.GOES : DesiredBody.Rest.STAYS;
  }
}
