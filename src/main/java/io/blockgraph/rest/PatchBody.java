package io.blockgraph.rest;

import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.NodePatch;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A merge patch (RFC 7396) of a node: what is named changes, null means "as if not given".
final class PatchBody {
  private PatchBody() {}

  static NodePatch read(@Nullable Object body, NodeSpec node, OptionSpec options) {
    if (!(body instanceof Map<?, ?> members)) {
      throw new ProblemException(ProblemKind.INVALID_REQUEST, "a patch is an object");
    }
    Map<String, Object> given = new LinkedHashMap<>();
    Map<String, Optional<Object>> changes = new LinkedHashMap<>();
    Map<ChildName, NodePatch.NewChild> children = new LinkedHashMap<>();
    for (var member : members.entrySet()) {
      String name = String.valueOf(member.getKey());
      Optional<OptionSpec.Type.Child> child = childNamed(options, name);
      if (child.isPresent()) {
        children.put(
            new ChildName(child.get().childName()), child(name, child.get(), member.getValue()));
      } else if (member.getValue() == null && isOption(options, name)) {
        changes.put(name, Optional.empty());
      } else {
        given.put(name, member.getValue());
      }
    }
    Options checked = Answers.of(RequestValidator.options(given, patchable(options), ""));
    checked.values().forEach((name, value) -> changes.put(name, Optional.of(value)));
    Optional<NodeSpec.Access> access =
        Optional.ofNullable(changes.remove("readOnly"))
            .flatMap(value -> value)
            .map(
                ro ->
                    Boolean.TRUE.equals(ro)
                        ? NodeSpec.Access.READ_ONLY
                        : NodeSpec.Access.READ_WRITE);
    return new NodePatch(access.filter(a -> a != node.access()), changes, children);
  }

  private static NodePatch.NewChild child(
      String name, OptionSpec.Type.Child type, @Nullable Object value) {
    if (value == null && type.nullability() == Nullability.NULLABLE) {
      return new NodePatch.NewChild.None();
    }
    if (value instanceof String text && NodeName.isWellFormed(text)) {
      return new NodePatch.NewChild.To(new NodeName(text));
    }
    throw new ProblemException(
        Problem.of(ProblemKind.INVALID_REQUEST, "'" + name + "' takes the name of a node")
            .with(List.of(new Problem.FieldError("/" + name, "takes the name of a node"))));
  }

  private static Optional<OptionSpec.Type.Child> childNamed(OptionSpec options, String name) {
    return options.fields().stream()
        .filter(field -> field.name().equals(name))
        .map(Field::type)
        .filter(OptionSpec.Type.Child.class::isInstance)
        .map(OptionSpec.Type.Child.class::cast)
        .findFirst();
  }

  private static boolean isOption(OptionSpec options, String name) {
    return options.fields().stream().anyMatch(field -> field.name().equals(name));
  }

  /// The same options with none required, and whether the node may be written.
  private static OptionSpec patchable(OptionSpec options) {
    List<Field> fields = new ArrayList<>();
    fields.add(
        Bodies.optional(
            "readOnly", new OptionSpec.Type.Flag(false), "Whether writes are refused."));
    for (Field field : options.fields()) {
      fields.add(new Field(field.name(), field.type(), Need.OPTIONAL, field.doc()));
    }
    return new OptionSpec(fields);
  }
}
