package io.blockgraph.demo;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the service answered.
///
/// @param json the body where it is JSON, else a missing node
/// @param bytes the body as it came
record Answer(int status, JsonNode json, byte[] bytes) {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  /// The members of a problem that say who stands in the way.
  private static final List<String> PROBLEM = List.of("code", "detail", "blockers", "correction");

  static Answer of(int status, String mediaType, byte[] bytes) {
    boolean isJson = mediaType.contains("json");
    return new Answer(status, isJson ? MAPPER.readTree(bytes) : MAPPER.missingNode(), bytes);
  }

  String text(String pointer) {
    return json.at(pointer).asString("");
  }

  long number(String pointer) {
    return json.at(pointer).asLong(-1);
  }

  /// The body on one line: of a long one the members that matter, and dots for the others.
  String brief(List<String> shown) {
    if (json.isMissingNode()) {
      return bytes.length + " bytes";
    }
    List<String> members = status >= 400 ? PROBLEM : shown;
    if (members.isEmpty() || !(json instanceof ObjectNode all)) {
      return json.toString();
    }
    ObjectNode part = MAPPER.createObjectNode();
    members.stream().filter(all::has).forEach(name -> part.set(name, all.get(name)));
    String text = part.toString();
    return part.size() == all.size() ? text : text.substring(0, text.length() - 1) + ", ...}";
  }
}
