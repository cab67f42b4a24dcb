package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Handover;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Nodes that are handed over to another service and taken back.
@RestController
@RequestMapping("/api/v1/nodes/{node}/active")
@Tag(name = "nodes")
final class HandoverController {
  private final Handover handover;
  private final StrictJson json;

  HandoverController(Handover handover, StrictJson json) {
    this.handover = handover;
    this.json = json;
  }

  /// What a node is now, or would be.
  ///
  /// @param turned the nodes that became active or inactive, or could not be opened and are open
  @Schema(name = "Active")
  record ActiveView(String node, boolean active, List<String> turned, boolean dryRun, long revision)
      implements Revisioned {}

  @Operation(operationId = "setActive", summary = "Hand a node over, or take it back")
  @PutMapping
  ActiveView set(@PathVariable String node, @RequestBody byte[] body, Ask ask) {
    Handover.Request request = request(node, json.read(body));
    Handover.Turned turned = Answers.of(handover.set(request, ask));
    return new ActiveView(
        node,
        request.wanted() == Handover.Wanted.ACTIVE,
        turned.turned().stream().map(NodeName::value).toList(),
        ask.mode() == Ask.Mode.DRY_RUN,
        turned.change().after().revision());
  }

  /// What a body asks for.
  static Handover.Request request(String node, @Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, Bodies.ACTIVE, ""));
    return new Handover.Request(
        Answers.node(node),
        options.flag("active", true) ? Handover.Wanted.ACTIVE : Handover.Wanted.INACTIVE,
        options.flag("acceptFailingRequests", false)
            ? Handover.Requests.MAY_FAIL
            : Handover.Requests.MUST_NOT_FAIL);
  }
}
