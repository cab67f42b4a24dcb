package io.blockgraph.rest;

import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.driver.OptionSpec.Nullability;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Option specifications as JSON schemas: what the validator takes is what the API document says.
final class OptionSchemas {
  private static final String NAME_PATTERN = "^[A-Za-z][A-Za-z0-9._-]{0,63}$";

  /// Whether the schema tells the value that holds when a field is not given. A generated client
  /// sends such values, so a change, where "not given" means "as it is", must not have them.
  enum Defaults {
    TOLD,
    LEFT_OUT
  }

  private OptionSchemas() {}

  /// An object with these fields and no others.
  static Schema<?> object(OptionSpec spec, Defaults defaults) {
    Schema<?> object = typed("object");
    Map<String, Schema<?>> properties = new LinkedHashMap<>();
    for (Field field : spec.fields()) {
      properties.put(field.name(), field(field, defaults));
    }
    properties.forEach(object::addProperty);
    required(spec).forEach(object::addRequiredItem);
    object.setAdditionalProperties(false);
    return object;
  }

  /// The names of the fields that must be given.
  static List<String> required(OptionSpec spec) {
    return spec.fields().stream()
        .filter(field -> field.need() == Need.REQUIRED)
        .map(Field::name)
        .toList();
  }

  /// One field with its description.
  static Schema<?> field(Field field, Defaults defaults) {
    boolean told = defaults == Defaults.TOLD && field.need() == Need.OPTIONAL;
    return value(field.type(), told ? Defaults.TOLD : Defaults.LEFT_OUT).description(field.doc());
  }

  private static Schema<?> value(OptionSpec.Type type, Defaults defaults) {
    return switch (type) {
      case OptionSpec.Type.Text(int maxLength) -> typed("string").minLength(1).maxLength(maxLength);
      case OptionSpec.Type.Int(long min, long max, Optional<Long> otherwise) ->
          withDefault(whole(min, max), otherwise, defaults);
      case OptionSpec.Type.Size(long min, long max, Optional<Long> otherwise) ->
          withDefault(whole(min, max), otherwise, defaults);
      case OptionSpec.Type.Flag(boolean otherwise) ->
          withDefault(typed("boolean"), Optional.of(otherwise), defaults);
      case OptionSpec.Type.Choice(List<String> words, String otherwise) ->
          withDefault(oneOfWords(words), Optional.of(otherwise), defaults);
      case OptionSpec.Type.Child(_, _, Nullability nullability) -> child(nullability);
      case OptionSpec.Type.ChildList(_, int atLeast) ->
          typed("array").items(reference("ChildRequest")).minItems(atLeast);
      case OptionSpec.Type.Words(List<String> words) -> typed("array").items(oneOfWords(words));
      case OptionSpec.Type.Structure(OptionSpec fields) -> object(fields, Defaults.TOLD);
      case OptionSpec.Type.Objects(OptionSpec item) ->
          typed("array").items(object(item, Defaults.TOLD));
    };
  }

  private static Schema<?> child(Nullability nullability) {
    return switch (nullability) {
      case NOT_NULL -> new JsonSchema().oneOf(List.of(reference("ChildRequest")));
      case NULLABLE -> new JsonSchema().oneOf(List.of(reference("ChildRequest"), typed("null")));
    };
  }

  private static Schema<?> withDefault(Schema<?> schema, Optional<?> otherwise, Defaults defaults) {
    if (defaults == Defaults.TOLD) {
      otherwise.ifPresent(schema::setDefault);
    }
    return schema;
  }

  private static Schema<?> whole(long min, long max) {
    return typed("integer")
        .format("int64")
        .minimum(BigDecimal.valueOf(min))
        .maximum(BigDecimal.valueOf(max));
  }

  private static Schema<?> oneOfWords(List<String> words) {
    Schema<Object> schema = typed("string");
    words.forEach(schema::addEnumItemObject);
    return schema;
  }

  /// The name of a node, a job or an export.
  static Schema<?> name(String description) {
    return typed("string").pattern(NAME_PATTERN).description(description);
  }

  static Schema<?> reference(String schema) {
    return new JsonSchema().$ref("#/components/schemas/" + schema);
  }

  static Schema<Object> typed(String type) {
    Schema<Object> schema = new JsonSchema();
    schema.addType(type);
    return schema;
  }
}
