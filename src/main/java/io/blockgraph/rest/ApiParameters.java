package io.blockgraph.rest;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The parameters of operations in the API document: described, and with those that every change
/// takes.
final class ApiParameters {
  private static final Map<String, String> DESCRIPTIONS =
      Map.ofEntries(
          Map.entry("revision", "A revision of the graph."),
          Map.entry("other", "Another revision of the graph."),
          Map.entry("before", "Only those before this revision."),
          Map.entry("limit", "So many at most, up to 1000."),
          Map.entry("prune", "Whether nodes and exports that are not mentioned go."),
          Map.entry("node", "The name of a node."),
          Map.entry("filter", "The name of a filter."),
          Map.entry("child", "The name of a child within its parent, as in children.0."),
          Map.entry("bitmap", "The name of a bitmap of the node."),
          Map.entry("job", "The id of a job."),
          Map.entry(
              "snapshot", "The name of an internal snapshot, or its id where none has that name."),
          Map.entry("export", "The id of an export."),
          Map.entry("secret", "The id of a secret."),
          Map.entry("mode", "hard sends clients away; safe refuses while there are any."),
          Map.entry("group", "The id of a throttle group."),
          Map.entry("id", "The id of an edge."),
          Map.entry("source", "The node that would be copied."),
          Map.entry("target", "The node that would be the copy; else a new disk is thought of."),
          Map.entry("otherParents", "When a quorum's child may be replaced though others use it."),
          Map.entry("driver", "The name of a driver."),
          Map.entry("implicit", "Whether nodes that jobs made for themselves are shown as well."),
          Map.entry("offset", "The first byte."),
          Map.entry("length", "How many bytes."),
          Map.entry("flush", "Whether the data is made durable before the answer."),
          Map.entry("root", "The node, or user of the graph, where the path starts."),
          Map.entry("path", "Names of children, from one to the next; segments end with a slash."),
          Map.entry("filename", "A file beneath an image root."),
          Map.entry("type", "Only jobs of this kind."),
          Map.entry("status", "Only jobs that stand so."),
          Map.entry("wait", "How many seconds the answer may be put off, 0 to 60."),
          Map.entry("Last-Event-ID", "The id of the last event that was seen."));

  private ApiParameters() {}

  /// Describes the parameters of an operation, and adds `If-Match` and `dryRun` where it is asked.
  static void complete(Operation operation, boolean isAsked) {
    List<Parameter> parameters = new ArrayList<>();
    if (operation.getParameters() != null) {
      operation.getParameters().stream()
          .filter(parameter -> !parameter.getName().equals("ask"))
          .forEach(parameters::add);
    }
    parameters.forEach(ApiParameters::describe);
    if (isAsked) {
      parameters.add(reference("DryRun"));
      parameters.add(reference("IfMatch"));
      parameters.add(reference("IdempotencyKey"));
    }
    operation.setParameters(parameters.isEmpty() ? null : parameters);
  }

  private static void describe(Parameter parameter) {
    String description = DESCRIPTIONS.get(parameter.getName());
    if (description == null) {
      throw new IllegalStateException(
          "the API document has no description of parameter '" + parameter.getName() + "'");
    }
    parameter.setDescription(description);
    if (List.of("offset", "length").contains(parameter.getName())) {
      parameter.getSchema().setMinimum(BigDecimal.ZERO);
    }
  }

  /// The parameters operations refer to, by name.
  static Map<String, Parameter> shared() {
    Schema<?> flag = OptionSchemas.typed("boolean");
    flag.setDefault(false);
    return Map.of(
        "DryRun",
        new Parameter()
            .name(AskResolver.DRY_RUN)
            .in("query")
            .description("Say what the change would come to, and do nothing.")
            .schema(flag),
        "IfMatch",
        new Parameter()
            .name("If-Match")
            .in("header")
            .description("The revision the change is meant for, as an ETag told it.")
            .schema(OptionSchemas.typed("string").pattern("^(\\*|\"[0-9]{1,18}\")$"))
            .example("\"17\""),
        "IdempotencyKey",
        new Parameter()
            .name(IdempotentRequests.HEADER)
            .in("header")
            .description(
                "A name for this request, new for each: asked again with it within a day, the"
                    + " request is not done twice and answered the same.")
            .schema(OptionSchemas.typed("string").minLength(1).maxLength(255))
            .example("8e03978e-40d5-43dd-bc93-6894a57f9324"));
  }

  private static Parameter reference(String name) {
    return new Parameter().$ref("#/components/parameters/" + name);
  }
}
