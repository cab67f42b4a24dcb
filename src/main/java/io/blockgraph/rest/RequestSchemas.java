package io.blockgraph.rest;

import io.blockgraph.driver.AmendableFormat;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.Grouping;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.rest.OptionSchemas.Defaults;
import io.swagger.v3.oas.models.media.Discriminator;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The schemas of request bodies, made of the specifications that also validate them.
///
/// A node is one of the drivers' own requests, told apart by `driver`. Each of these is complete in
/// itself: one that refers back to the union (as `allOf`) is a circle that client generators cannot
/// resolve.
final class RequestSchemas {
  private static final String NODE_NAME =
      "The name of the node. It must be given, but for a node inline below another.";
  private static final String READ_ONLY =
      "Whether writes are refused. An inline node is as its parent is; a backing disk is"
          + " read-only.";

  private static final String ACTIVE =
      "Whether the node is open from the beginning. An inactive one locks nothing and answers"
          + " nothing until it is made active; an inline node is as its parent is.";

  private final List<Driver> drivers;

  RequestSchemas(DriverRegistry registry) {
    this.drivers = registry.all().stream().filter(Driver::isOffered).toList();
  }

  /// All of them by name.
  Map<String, Schema<?>> all() {
    Map<String, Schema<?>> schemas = new TreeMap<>();
    schemas.put("ActiveRequest", OptionSchemas.object(Bodies.ACTIVE, Defaults.TOLD));
    schemas.put("ResizeRequest", OptionSchemas.object(Bodies.RESIZE, Defaults.TOLD));
    schemas.put("SnapshotRequest", OptionSchemas.object(Bodies.SNAPSHOT, Defaults.TOLD));
    schemas.put(
        "InternalSnapshotRequest", OptionSchemas.object(Bodies.INTERNAL_SNAPSHOT, Defaults.TOLD));
    schemas.put("ChildAddition", OptionSchemas.object(Bodies.CHILD, Defaults.TOLD));
    schemas.put("BitmapRequest", OptionSchemas.object(BitmapBodies.ADD, Defaults.TOLD));
    schemas.put("BitmapChange", OptionSchemas.object(BitmapBodies.CHANGE, Defaults.LEFT_OUT));
    schemas.put("BitmapMerge", OptionSchemas.object(BitmapBodies.MERGE, Defaults.TOLD));
    schemas.put("RangeRequest", OptionSchemas.object(Bodies.RANGE, Defaults.TOLD));
    schemas.put("ZeroRequest", OptionSchemas.object(Bodies.ZERO, Defaults.TOLD));
    schemas.put("MirrorRequest", OptionSchemas.object(Bodies.MIRROR, Defaults.TOLD));
    schemas.put("BackupRequest", OptionSchemas.object(BackupBody.SPEC, Defaults.TOLD));
    schemas.put("StreamRequest", OptionSchemas.object(ChainBodies.STREAM, Defaults.TOLD));
    schemas.put("CommitRequest", OptionSchemas.object(ChainBodies.COMMIT, Defaults.TOLD));
    schemas.put("CheckpointRequest", OptionSchemas.object(Bodies.CHECKPOINT, Defaults.TOLD));
    schemas.put("CancelRequest", OptionSchemas.object(Bodies.CANCEL, Defaults.TOLD));
    schemas.put("SecretRequest", OptionSchemas.object(SecretController.ADD, Defaults.TOLD));
    schemas.put("ExportRequest", OptionSchemas.object(Bodies.EXPORT, Defaults.TOLD));
    schemas.put(
        "WriteThresholdRequest", OptionSchemas.object(Bodies.WRITE_THRESHOLD, Defaults.TOLD));
    limits().ifPresent(limits -> groups(limits, schemas));
    schemas.put("ChildReplacement", OptionSchemas.object(Bodies.CHILD_REPLACEMENT, Defaults.TOLD));
    schemas.put("BackingFileRequest", OptionSchemas.object(Bodies.BACKING_FILE, Defaults.TOLD));
    schemas.put("ReopenRequest", reopening());
    schemas.put("HistogramsRequest", histograms());
    schemas.put("JobChange", OptionSchemas.object(Bodies.JOB_CHANGE, Defaults.LEFT_OUT));
    schemas.put("ActionList", actionList());
    schemas.put("DesiredRequest", desiredGraph());
    schemas.put("PlanRequest", plan());
    schemas.put("NodeChange", nodeChange());
    schemas.put("ChildRequest", child());
    union(schemas, "NodeRequest", drivers, RequestSchemas::node);
    union(
        schemas,
        "FilterRequest",
        drivers.stream().filter(driver -> driver.rules().isFilter()).toList(),
        RequestSchemas::filter);
    union(
        schemas,
        "ImageRequest",
        drivers.stream().filter(ImageFormat.class::isInstance).toList(),
        RequestSchemas::image);
    union(
        schemas,
        "CreateRequest",
        drivers.stream().filter(ImageFormat.class::isInstance).toList(),
        RequestSchemas::create);
    union(
        schemas,
        "AmendRequest",
        drivers.stream().filter(AmendableFormat.class::isInstance).toList(),
        RequestSchemas::amendment);
    return schemas;
  }

  private interface Branch {
    Schema<?> of(Driver driver);
  }

  private static void union(
      Map<String, Schema<?>> schemas, String suffix, List<Driver> drivers, Branch branch) {
    Discriminator discriminator = new Discriminator().propertyName("driver");
    Schema<?> union = new JsonSchema().discriminator(discriminator);
    for (Driver driver : drivers) {
      String name = name(driver, suffix);
      schemas.put(name, branch.of(driver));
      union.addOneOfItem(OptionSchemas.reference(name));
      discriminator.mapping(driver.name().value(), "#/components/schemas/" + name);
    }
    schemas.put(suffix, drivers.isEmpty() ? OptionSchemas.typed("object") : union);
  }

  private static Schema<?> node(Driver driver) {
    Map<String, Schema<?>> common = new LinkedHashMap<>();
    common.put("driver", only(driver));
    common.put("nodeName", OptionSchemas.name(NODE_NAME));
    common.put("readOnly", OptionSchemas.typed("boolean").description(READ_ONLY));
    common.put(NodeSpec.ACTIVE, OptionSchemas.typed("boolean").description(ACTIVE));
    return branch(common, List.of("driver"), driver.options());
  }

  /// A node of a filter without the child it shows.
  private static Schema<?> filter(Driver driver) {
    Map<String, Schema<?>> common = new LinkedHashMap<>();
    common.put("driver", only(driver));
    common.put("nodeName", OptionSchemas.name("The name of the filter."));
    common.put(
        "readOnly",
        OptionSchemas.typed("boolean")
            .description("Whether writes are refused; as the node it shows."));
    common.put(FilterBody.EDGES, edges());
    String shown = FilterBody.filtered(driver).orElseThrow();
    List<Field> others =
        driver.options().fields().stream().filter(field -> !field.name().equals(shown)).toList();
    return branch(common, List.of("driver", "nodeName"), new OptionSpec(others));
  }

  private static Schema<?> edges() {
    Schema<?> edges = OptionSchemas.typed("array");
    edges.setItems(OptionSchemas.typed("string"));
    edges.setMinItems(1);
    edges.setDescription(
        "The edges that shall lead to the filter, as in export-a:root; all that can when not"
            + " given.");
    return edges;
  }

  private static Schema<?> image(Driver driver) {
    return image(driver, Bodies.IMAGE, creation(driver));
  }

  private static Schema<?> create(Driver driver) {
    return image(driver, Bodies.CREATE_JOB, creation(driver));
  }

  private static Schema<?> amendment(Driver driver) {
    OptionSpec options =
        driver instanceof AmendableFormat format
            ? format.amendOptions()
            : new OptionSpec(List.of());
    return image(driver, AmendJobController.BODY, options);
  }

  private static OptionSpec creation(Driver driver) {
    return driver instanceof ImageFormat format
        ? format.createOptions()
        : new OptionSpec(List.of());
  }

  private static Schema<?> image(Driver driver, OptionSpec body, OptionSpec options) {
    Map<String, Schema<?>> common = new LinkedHashMap<>();
    common.put("driver", only(driver));
    for (Field field : body.fields()) {
      common.putIfAbsent(field.name(), OptionSchemas.field(field, Defaults.TOLD));
    }
    return branch(common, OptionSchemas.required(body), options);
  }

  private static Schema<?> branch(
      Map<String, Schema<?>> common, List<String> required, OptionSpec options) {
    Schema<?> own = OptionSchemas.object(options, Defaults.TOLD);
    Schema<?> branch = OptionSchemas.typed("object");
    common.forEach(branch::addProperty);
    options.fields().forEach(f -> branch.addProperty(f.name(), own.getProperties().get(f.name())));
    List<String> all = new ArrayList<>(required);
    all.addAll(OptionSchemas.required(options));
    all.forEach(branch::addRequiredItem);
    branch.setAdditionalProperties(false);
    return branch;
  }

  private static Schema<?> only(Driver driver) {
    Schema<Object> word = OptionSchemas.typed("string");
    word.addEnumItemObject(driver.name().value());
    return word;
  }

  /// Lists the drivers' requests and not their union: generated clients cannot tell a member of a
  /// union within a union.
  private Schema<?> child() {
    Schema<?> child =
        new JsonSchema()
            .description("A child: the name of a node that is there, or a node inline.")
            .addOneOfItem(OptionSchemas.name("The name of a node."));
    drivers.forEach(d -> child.addOneOfItem(OptionSchemas.reference(name(d, "NodeRequest"))));
    return child;
  }

  private static Schema<?> desiredGraph() {
    Schema<?> desired = OptionSchemas.typed("object");
    desired.addProperty(
        "nodes",
        OptionSchemas.typed("array")
            .items(OptionSchemas.typed("object"))
            .description("Nodes, each as POST /nodes takes it, with its name."));
    desired.addProperty(
        "throttleGroups",
        OptionSchemas.typed("array")
            .items(OptionSchemas.typed("object"))
            .description("Throttle groups, each as POST /throttle-groups takes it."));
    desired.addProperty(
        "exports",
        OptionSchemas.typed("array")
            .items(OptionSchemas.typed("object"))
            .description("Exports, each as POST /exports takes it."));
    desired.minProperties(1).setAdditionalProperties(false);
    return desired;
  }

  /// One object and not one of two: generated clients cannot tell two objects apart.
  private static Schema<?> plan() {
    Schema<?> plan = actionList();
    plan.setRequired(null);
    plan.addProperty(PlanBody.DESIRED, OptionSchemas.reference("DesiredRequest"));
    plan.addProperty(
        PlanBody.PRUNE,
        OptionSchemas.typed("boolean")
            .description("Whether what a wanted graph does not mention would go."));
    return plan.minProperties(1).description("Either 'actions', or 'desired' and perhaps 'prune'.");
  }

  private static Schema<?> actionList() {
    Schema<Object> method = OptionSchemas.typed("string");
    ActionList.METHODS.forEach(method::addEnumItemObject);
    Schema<?> action = OptionSchemas.typed("object");
    action.addProperty("method", method.description("The method of the request."));
    action.addProperty(
        "path",
        OptionSchemas.typed("string").description("Its path below /api/v1: /nodes/disk/snapshots"));
    action.addProperty("body", OptionSchemas.typed("object").description("Its body."));
    action.addRequiredItem("method");
    action.addRequiredItem("path");
    action.setAdditionalProperties(false);
    Schema<?> actions = OptionSchemas.typed("array").items(action);
    actions.minItems(1).maxItems(ActionList.MOST);
    Schema<?> list = OptionSchemas.typed("object");
    list.addProperty("actions", actions.description("The requests, in their order."));
    list.addRequiredItem("actions");
    Schema<Object> completion = new Schema<>();
    completion.addType("string");
    completion.setDescription("How jobs that a transaction starts end: each by itself, or as one.");
    completion.setEnum(List.of("individual", "grouped"));
    list.addProperty("completionMode", completion);
    list.setAdditionalProperties(false);
    return list;
  }

  private Optional<OptionSpec> limits() {
    return drivers.stream()
        .filter(Grouping.class::isInstance)
        .map(driver -> ((Grouping) driver).groupOptions())
        .findFirst();
  }

  private static void groups(OptionSpec limits, Map<String, Schema<?>> schemas) {
    schemas.put(
        "ThrottleGroupRequest",
        OptionSchemas.object(ThrottleGroupController.request(limits), Defaults.TOLD));
    Schema<?> change = OptionSchemas.typed("object");
    limits.fields().forEach(field -> change.addProperty(field.name(), change(field)));
    change.setAdditionalProperties(false);
    schemas.put("ThrottleGroupChange", change);
  }

  private static Schema<?> histograms() {
    Schema<?> all = OptionSchemas.typed("object");
    for (String kind : HistogramBody.members()) {
      Schema<Object> boundary = OptionSchemas.typed("integer");
      boundary.setFormat("int64");
      boundary.setMinimum(BigDecimal.ONE);
      boundary.setMaximum(BigDecimal.valueOf(HistogramBody.MOST_NANOS));
      Schema<?> bounds = OptionSchemas.typed("array").items(boundary);
      bounds.minItems(1).maxItems(HistogramBody.MOST);
      all.addProperty(
          kind,
          bounds.description(
              "Growing upper bounds of bins, in nanoseconds; the usual ones when not given."));
    }
    all.setAdditionalProperties(false);
    return all;
  }

  /// A merge patch: the fields of all drivers, none required, null for "as if not given". Which of
  /// them a node takes depends on its driver; the service says so.
  private Schema<?> nodeChange() {
    Schema<?> change = OptionSchemas.typed("object");
    change.addProperty(
        "readOnly", OptionSchemas.typed("boolean").description("Whether writes are refused."));
    Map<String, Field> fields = new TreeMap<>();
    drivers.stream()
        .flatMap(driver -> driver.options().fields().stream())
        .filter(field -> !(field.type() instanceof OptionSpec.Type.ChildList))
        .forEach(field -> fields.putIfAbsent(field.name(), field));
    fields.values().forEach(field -> change.addProperty(field.name(), change(field)));
    change.setAdditionalProperties(false);
    return change;
  }

  private Schema<?> reopening() {
    Schema<?> node = nodeChange();
    node.addProperty("nodeName", OptionSchemas.name("The node to change."));
    node.addRequiredItem("nodeName");
    Schema<?> nodes = OptionSchemas.typed("array").items(node);
    nodes.minItems(1).maxItems(ReopenController.MOST);
    Schema<?> all = OptionSchemas.typed("object");
    all.addProperty("nodes", nodes.description("The nodes, each once."));
    all.addRequiredItem("nodes");
    all.setAdditionalProperties(false);
    return all;
  }

  private static Schema<?> change(Field field) {
    Schema<?> schema =
        field.type() instanceof OptionSpec.Type.Child
            ? OptionSchemas.name(field.doc())
            : OptionSchemas.field(field, Defaults.LEFT_OUT);
    if (schema.getEnum() != null) {
      schema.getEnum().add(null);
    }
    schema.addType("null");
    return schema;
  }

  /// `copy-on-read` as `CopyOnReadNodeRequest`.
  private static String name(Driver driver, String suffix) {
    return Arrays.stream(driver.name().value().split("-"))
            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
            .collect(Collectors.joining())
        + suffix;
  }
}
