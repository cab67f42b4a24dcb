package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.ListedChildren;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Parent;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Children of nodes, added, swapped and taken out while they are in use.
@RestController
@RequestMapping("/api/v1/nodes/{node}/children")
@Tag(name = "children", description = "Children of nodes, while they are in use")
final class ChildController {
  private final ListedChildren children;
  private final StrictJson json;

  ChildController(ListedChildren children, StrictJson json) {
    this.children = children;
    this.json = json;
  }

  /// A child that came or went, or could.
  ///
  /// @param node whose child it is
  /// @param child its name there, `children.3`
  /// @param childNode the node it leads to
  /// @param warnings what the caller may not have meant
  /// @param diff what changed, or would change
  @Schema(name = "ChildChange")
  record ChildChangeView(
      String node, String child, String childNode, List<String> warnings, DiffView diff)
      implements WithDiff {}

  @Operation(operationId = "addChild", summary = "Give a quorum one more child")
  @PostMapping
  ResponseEntity<ChildChangeView> add(
      @PathVariable String node, @RequestBody byte[] body, Ask ask) {
    Addition addition = addition(json.read(body));
    NodeName parent = Answers.node(node);
    ListedChildren.Changed changed =
        Answers.of(children.add(parent, addition.child(), addition.duplicates(), ask));
    ChildChangeView view = view(node, changed, ask);
    EdgeId edge = EdgeId.of(new Parent.OfNode(parent), changed.child());
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(view)
        : ResponseEntity.created(URI.create("/api/v1/edges/" + edge)).body(view);
  }

  @Operation(
      operationId = "replaceChild",
      summary = "Let a child lead to another node, or give a node a backing disk")
  @PutMapping("/{child}")
  ChildChangeView replace(
      @PathVariable String node, @PathVariable String child, @RequestBody byte[] body, Ask ask) {
    NodeName other = replacement(json.read(body));
    return view(node, Answers.of(children.replace(Answers.node(node), child, other, ask)), ask);
  }

  static NodeName replacement(@Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, Bodies.CHILD_REPLACEMENT, ""));
    return Answers.nodeField("/node", options.text("node").orElseThrow());
  }

  @Operation(
      operationId = "removeChild",
      summary = "Take a child out of a quorum, or its backing disk from a node")
  @DeleteMapping("/{child}")
  ChildChangeView remove(@PathVariable String node, @PathVariable String child, Ask ask) {
    return view(node, Answers.of(children.remove(Answers.node(node), child, ask)), ask);
  }

  /// A child that a body asks for.
  record Addition(NodeName child, ListedChildren.Duplicates duplicates) {}

  static Addition addition(@Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, Bodies.CHILD, ""));
    return new Addition(
        Answers.nodeField("/node", options.text("node").orElseThrow()),
        options.flag("allowDuplicate", false)
            ? ListedChildren.Duplicates.ALLOWED
            : ListedChildren.Duplicates.REFUSED);
  }

  private static ChildChangeView view(String node, ListedChildren.Changed changed, Ask ask) {
    DiffView diff =
        ask.mode() == Ask.Mode.DRY_RUN
            ? DiffView.planned(changed.change())
            : DiffView.made(changed.change());
    return new ChildChangeView(
        node, changed.child().value(), changed.node().value(), changed.warnings(), diff);
  }
}
