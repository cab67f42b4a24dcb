package io.blockgraph.differential;

import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What `qemu-img info` tells of an image, but for where something is stored and how long it took
/// to find that out.
final class ImageFacts {
  private ImageFacts() {}

  static String of(Path image) {
    JsonNode info = QemuImg.run("info", "-U", "--output=json", image.toString()).ok().json();
    long size = info.path("virtual-size").asLong();
    Map<String, Object> facts = new TreeMap<>();
    facts.put("format", info.path("format").asString());
    facts.put("size", size);
    facts.put("reserved", size > 0 && info.path("actual-size").asLong() >= size);
    facts.put("cluster", info.path("cluster-size").asLong());
    facts.put("backing", info.path("backing-filename").asString(""));
    facts.put("backing format", info.path("backing-filename-format").asString(""));
    JsonNode data = info.at("/format-specific/data");
    for (JsonNode slot : data.path("slots")) {
      facts.merge("slots", slot.path("active").asBoolean() ? "+" : "-", (a, b) -> a + "" + b);
    }
    data.properties().stream()
        .filter(fact -> fact.getValue().isValueNode())
        .filter(fact -> !fact.getKey().matches("uuid|.*(iters|offset)"))
        .forEach(fact -> facts.put(fact.getKey(), fact.getValue().asString()));
    return facts.toString();
  }
}
