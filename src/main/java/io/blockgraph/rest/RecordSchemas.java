package io.blockgraph.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Answers as JSON schemas: records, with the records inside of them, each under its name.
///
/// A component is always there, and null where it is nullable; of a record that leaves out what is
/// empty, only what cannot be empty is always there. Answers may get more members in time, so they
/// are not closed.
final class RecordSchemas {
  private final Map<String, Schema<?>> byName = new TreeMap<>();

  /// All schemas so far.
  Map<String, Schema<?>> all() {
    return byName;
  }

  /// A reference to the schema of a record, which is added unless it is there.
  Schema<?> reference(Class<?> type) {
    String name = nameOf(type);
    if (!byName.containsKey(name)) {
      Schema<?> schema = OptionSchemas.typed("object");
      byName.put(name, schema);
      for (RecordComponent component : type.getRecordComponents()) {
        schema.addProperty(component.getName(), component(type, component));
        if (isAlwaysThere(type, component)) {
          schema.addRequiredItem(component.getName());
        }
      }
    }
    return OptionSchemas.reference(name);
  }

  /// A reference to a schema that fits either of two records: the members of both, of which only
  /// those are always there that both have. Not `oneOf`: where nothing in the answer says which it
  /// is, generated clients fail to read a union.
  Schema<?> either(Class<?> one, Class<?> other, String suffix) {
    String name = nameOf(one) + suffix;
    Schema<?> first = named(one);
    Schema<?> second = named(other);
    Schema<?> either = OptionSchemas.typed("object");
    first.getProperties().forEach(either::addProperty);
    second.getProperties().forEach(either::addProperty);
    first.getRequired().stream()
        .filter(second.getRequired()::contains)
        .forEach(either::addRequiredItem);
    byName.put(name, either);
    return OptionSchemas.reference(name);
  }

  private Schema<?> named(Class<?> type) {
    reference(type);
    return Objects.requireNonNull(byName.get(nameOf(type)));
  }

  private static String nameOf(Class<?> type) {
    var named = type.getAnnotation(io.swagger.v3.oas.annotations.media.Schema.class);
    return named == null || named.name().isEmpty() ? type.getSimpleName() : named.name();
  }

  private Schema<?> component(Class<?> type, RecordComponent component) {
    Schema<?> schema = value(component.getGenericType());
    if (!isNullable(component) || leavesOutWhatIsEmpty(type)) {
      return schema;
    }
    if (schema.get$ref() != null) {
      return new io.swagger.v3.oas.models.media.JsonSchema()
          .oneOf(List.of(schema, OptionSchemas.typed("null")));
    }
    schema.addType("null");
    return schema;
  }

  private static boolean isAlwaysThere(Class<?> type, RecordComponent component) {
    boolean mayBeEmpty =
        isNullable(component)
            || component.getType() == List.class
            || component.getType() == Map.class;
    return !(leavesOutWhatIsEmpty(type) && mayBeEmpty);
  }

  private static boolean leavesOutWhatIsEmpty(AnnotatedElement type) {
    JsonInclude include = type.getAnnotation(JsonInclude.class);
    return include != null && include.value() == JsonInclude.Include.NON_EMPTY;
  }

  private static boolean isNullable(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private Schema<?> value(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? OptionSchemas.typed("array").items(value(arguments[0]))
          : map(arguments[1]);
    }
    return type instanceof Class<?> plain && plain.isRecord() ? reference(plain) : scalar(type);
  }

  private Schema<?> map(Type values) {
    Schema<?> map = OptionSchemas.typed("object");
    map.setAdditionalProperties(values == Object.class ? Boolean.TRUE : value(values));
    return map;
  }

  private static Schema<?> scalar(Type type) {
    if (type == String.class) {
      return OptionSchemas.typed("string");
    }
    if (type == boolean.class || type == Boolean.class) {
      return OptionSchemas.typed("boolean");
    }
    if (type == int.class || type == Integer.class) {
      return OptionSchemas.typed("integer").format("int32");
    }
    if (type == long.class || type == Long.class) {
      return OptionSchemas.typed("integer").format("int64");
    }
    if (type == Instant.class) {
      return OptionSchemas.typed("string").format("date-time");
    }
    if (type == URI.class) {
      return OptionSchemas.typed("string").format("uri");
    }
    throw new IllegalStateException("no schema for " + type + " in an answer");
  }
}
