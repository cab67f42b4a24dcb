package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Resizes;
import io.blockgraph.graph.Options;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Changes of length of any node.
@RestController
@RequestMapping("/api/v1/nodes/{node}/resize")
@Tag(name = "resize", description = "The length of any node, as long as RESIZE can be taken")
final class ResizeController {
  private final Resizes resizes;
  private final StrictJson json;

  ResizeController(Resizes resizes, StrictJson json) {
    this.resizes = resizes;
    this.json = json;
  }

  /// A change of length.
  ///
  /// @param from the length before, in bytes
  /// @param size the length asked for
  /// @param effectiveSize the length after, rounded to what the format can store
  @Schema(name = "Resize")
  record ResizeView(
      String node, long from, long size, long effectiveSize, boolean dryRun, long revision)
      implements Revisioned {}

  @Operation(operationId = "resizeNode", summary = "Change the length of a node")
  @PostMapping
  ResizeView resize(@PathVariable String node, @RequestBody byte[] body, Ask ask) {
    Resizes.Request request = request(node, json.read(body));
    Resizes.Resized done = Answers.of(resizes.resize(request, ask));
    return new ResizeView(
        node,
        done.fromBytes(),
        request.sizeBytes(),
        done.effectiveBytes(),
        ask.mode() == Ask.Mode.DRY_RUN,
        done.state().revision());
  }

  /// The resize that a body asks for.
  static Resizes.Request request(String node, @Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, Bodies.RESIZE, ""));
    long size = options.number("size").orElseThrow();
    if (size % 512 != 0) {
      throw new ProblemException(
          Problem.of(
                  ProblemKind.INVALID_SIZE,
                  "a length is a multiple of 512 bytes; " + size + " is not")
              .about(node));
    }
    var shrink =
        options.flag("allowShrink", false) ? Resizes.Shrink.ALLOWED : Resizes.Shrink.REFUSED;
    return new Resizes.Request(Answers.node(node), size, shrink);
  }
}
