package io.blockgraph.rest;

import io.blockgraph.block.Extent;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Images;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Options;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Image files, with and without a node over them.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "images", description = "Image files beneath the image roots")
final class ImageController {
  private final BlockGraph graph;
  private final Images images;
  private final StrictJson json;

  ImageController(BlockGraph graph, Images images, StrictJson json) {
    this.graph = graph;
    this.images = images;
    this.json = json;
  }

  /// What an image says of itself; nothing in it is followed.
  ///
  /// @param facts empty for one that is not made because it was a dry run
  @Schema(name = "Image")
  record ImageView(String filename, String driver, Map<String, Object> facts) {}

  /// The extents of an image; `end` is where they stop.
  @Schema(name = "ImageMap")
  record ImageMapView(String filename, List<DataController.ExtentView> extents, long end) {}

  /// What a check found.
  @Schema(name = "Check")
  record CheckView(
      boolean clean,
      long corruptions,
      long leaks,
      long checkErrors,
      List<String> findings,
      Map<String, Long> figures) {
    static CheckView of(ImageFormat.CheckReport report) {
      return new CheckView(
          report.isClean(),
          report.corruptions(),
          report.leaks(),
          report.checkErrors(),
          report.findings(),
          report.figures());
    }
  }

  @Operation(operationId = "createImage", summary = "Make an image in a new file")
  @PostMapping("/images")
  ResponseEntity<ImageView> create(@RequestBody byte[] body, Ask ask) {
    Images.Request request = request(json.read(body), graph);
    ImageView view =
        new ImageView(
            request.path(), request.driver().value(), Answers.of(images.create(request, ask)));
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(view)
        : ResponseEntity.status(HttpStatus.CREATED).body(view);
  }

  @Operation(operationId = "getImageInfo", summary = "What an image says of itself")
  @GetMapping("/images/info")
  ImageView info(@RequestParam String filename, @RequestParam String driver) {
    return new ImageView(
        filename, driver, Answers.of(images.info(filename, new DriverName(driver))));
  }

  @Operation(operationId = "checkImage", summary = "Check an image nobody writes to")
  @GetMapping("/images/check")
  CheckView check(@RequestParam String filename, @RequestParam String driver) {
    return CheckView.of(Answers.of(images.check(filename, new DriverName(driver))));
  }

  @Operation(
      operationId = "mapImage",
      summary = "Which ranges of an image hold data, without what it may be backed by")
  @GetMapping("/images/map")
  ImageMapView map(@RequestParam String filename, @RequestParam String driver) {
    List<Extent> extents =
        Answers.of(images.map(filename, new DriverName(driver), DataController.MOST_EXTENTS));
    long end = extents.isEmpty() ? 0 : extents.getLast().range().end();
    return new ImageMapView(
        filename, extents.stream().map(DataController.ExtentView::of).toList(), end);
  }

  @Operation(operationId = "checkNode", summary = "Check the image under a node in use")
  @GetMapping("/nodes/{node}/check")
  CheckView checkNode(@PathVariable String node) {
    return CheckView.of(Answers.of(images.check(Answers.node(node))));
  }

  /// The image that a body asks for.
  static Images.Request request(@Nullable Object body, BlockGraph graph) {
    DriverName driver = driverOf(body);
    Options options =
        Answers.of(RequestValidator.options(body, spec(graph, driver, Bodies.IMAGE), ""));
    Map<String, Object> rest = new LinkedHashMap<>(options.values());
    rest.remove("filename");
    rest.remove("driver");
    return new Images.Request(options.text("filename").orElseThrow(), driver, new Options(rest));
  }

  static DriverName driverOf(@Nullable Object given) {
    if (given instanceof Map<?, ?> members && members.get("driver") instanceof String driver) {
      return new DriverName(driver);
    }
    throw Answers.field("/driver", "'driver' names the format of the image and must be given");
  }

  /// What a body takes that asks for an image of this format.
  static OptionSpec spec(BlockGraph graph, DriverName name, OptionSpec body) {
    List<OptionSpec.Field> fields = new ArrayList<>(body.fields());
    if (driver(graph, name) instanceof ImageFormat format) {
      fields.addAll(format.createOptions().fields());
    }
    return new OptionSpec(fields);
  }

  static Driver driver(BlockGraph graph, DriverName name) {
    return graph
        .drivers()
        .find(name)
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.of(ProblemKind.UNKNOWN_DRIVER, "there is no driver '" + name + "'")
                        .with(List.of(new Problem.FieldError("/driver", "no such driver")))));
  }
}
