package io.blockgraph.http;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What openapi/blockgraph.yaml promises, held against what the service does: every answer has the
/// schema of its operation and status, every body the service takes has the schema of bodies.
/// [Service] asks it about each request of each test.
final class ApiContract {
  private static final String SCHEMAS = "#/components/schemas/";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final JsonNode document;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(Dialects.getDraft202012());
  private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

  private ApiContract(JsonNode document) {
    this.document = document;
  }

  /// The one in the tree.
  static ApiContract committed() {
    try {
      var yaml = new YAMLMapper().readTree(Path.of("openapi/blockgraph.yaml").toFile());
      return new ApiContract(JSON.readTree(yaml.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is wrong with an answer.
  List<String> faultsOfAnswer(String method, String path, int status, JsonNode body) {
    JsonNode responses = operation(method, path).path("responses");
    JsonNode response = responses.path(String.valueOf(status));
    if (response.isMissingNode() && status / 100 == 2) {
      response = responses.path("2XX");
    }
    if (response.isMissingNode() && status / 100 > 2) {
      return faults("Problem", body);
    }
    if (response.isMissingNode()) {
      return List.of("status " + status + " is not documented");
    }
    String type = status / 100 == 2 ? "application/json" : "application/problem+json";
    return faults(resolved(response).path("content").path(type), body);
  }

  /// What is wrong with a body that the service has taken; nothing, where it reads none.
  List<String> faultsOfBody(String method, String path, String json) {
    JsonNode content = operation(method, path).path("requestBody").path("content");
    return content.isMissingNode()
        ? List.of()
        : faults(content.path("application/json"), JSON.readTree(json));
  }

  private List<String> faults(JsonNode media, JsonNode value) {
    String reference = media.path("schema").path("$ref").asString("");
    return reference.startsWith(SCHEMAS)
        ? faults(reference.substring(SCHEMAS.length()), value)
        : List.of("there is no schema for " + value);
  }

  /// What is wrong with a value that should have a schema of the document.
  List<String> faults(String schema, JsonNode value) {
    return schemas.computeIfAbsent(schema, this::compiled).validate(value).stream()
        .map(Error::toString)
        .toList();
  }

  private Schema compiled(String name) {
    ObjectNode schema = JSON.createObjectNode();
    schema.put("$ref", SCHEMAS + name);
    schema.set("components", document.get("components"));
    return registry.getSchema(schema);
  }

  /// The examples of bodies by the name of their schema.
  Map<String, JsonNode> examples() {
    Map<String, JsonNode> examples = new ConcurrentHashMap<>();
    for (JsonNode path : document.get("paths")) {
      for (JsonNode operation : path) {
        JsonNode media = operation.at("/requestBody/content/application~1json");
        if (!media.isMissingNode()) {
          String reference = media.path("schema").path("$ref").asString();
          examples.put(reference.substring(SCHEMAS.length()), media.path("example"));
        }
      }
    }
    return examples;
  }

  private JsonNode operation(String method, String path) {
    return template(path)
        .map(found -> document.get("paths").get(found).path(method.toLowerCase(Locale.ROOT)))
        .filter(found -> !found.isMissingNode())
        .orElseGet(JSON::createObjectNode);
  }

  /// The documented path that fits; one without variables before one with.
  private Optional<String> template(String path) {
    List<String> fitting =
        document.get("paths").propertyNames().stream()
            .filter(template -> path.matches(template.replaceAll("\\{[a-zA-Z]+}", "[^/]+")))
            .toList();
    return fitting.contains(path) ? Optional.of(path) : fitting.stream().findFirst();
  }

  private JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asString("");
    return reference.isEmpty() ? node : document.at(reference.substring(1));
  }
}
