package io.blockgraph.driver;

import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A node's specification as plain values, the way a caller would have written it: the inverse of
/// [RequestValidator].
public final class NodeDescription {
  private NodeDescription() {}

  /// The specification with its options as they were given and its children by name.
  ///
  /// @param node a node whose options keep `spec`
  /// @param spec what the node's driver takes
  public static Map<String, @Nullable Object> of(NodeSpec node, OptionSpec spec) {
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    plain.put("nodeName", node.name().value());
    plain.put("driver", node.driver().value());
    plain.put("readOnly", node.readOnly());
    for (Field field : spec.fields()) {
      Optional<Object> value = value(node, field);
      if (value.isPresent() || saysNone(node, field)) {
        plain.put(field.name(), value.orElse(null));
      }
    }
    return plain;
  }

  /// Whether `null` was given for a child that is still not there; see [NodeRequest#options].
  private static boolean saysNone(NodeSpec node, Field field) {
    return !FieldCheck.isOption(field) && node.options().values().containsKey(field.name());
  }

  private static Optional<Object> value(NodeSpec node, Field field) {
    return switch (field.type()) {
      case OptionSpec.Type.Child child ->
          node.child(new ChildName(child.childName())).map(ChildSpec::node).map(NodeName::value);
      case OptionSpec.Type.ChildList _ -> Optional.of(list(node));
      case OptionSpec.Type.Text _,
          OptionSpec.Type.Int _,
          OptionSpec.Type.Size _,
          OptionSpec.Type.Flag _,
          OptionSpec.Type.Choice _,
          OptionSpec.Type.Words _,
          OptionSpec.Type.Structure _,
          OptionSpec.Type.Objects _ ->
          Optional.ofNullable(node.options().values().get(field.name()));
    };
  }

  private static List<String> list(NodeSpec node) {
    return node.children().stream()
        .filter(child -> child.name().value().startsWith("children."))
        .map(child -> child.node().value())
        .toList();
  }
}
