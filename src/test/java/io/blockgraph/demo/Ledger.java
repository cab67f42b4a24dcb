package io.blockgraph.demo;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the service has promised: nodes that were answered to be there, images that were answered
/// to be made, bytes that were answered to be flushed. What was asked and not yet answered may be
/// either way and is not in it. One thread.
final class Ledger implements Witness {
  private static final int BLOCK = 64 * Stage.KIB;
  private static final Pattern DATA = Pattern.compile("/nodes/([^/]+)/data\\?offset=(\\d+).*");
  private static final Pattern NODE = Pattern.compile("/nodes/([^/?]+)");

  private final Set<String> nodes = new HashSet<>();
  private final Set<String> images = new HashSet<>();
  private final Map<String, Map<Long, byte[]>> flushed = new HashMap<>();

  Set<String> nodes() {
    return nodes;
  }

  Set<String> images() {
    return images;
  }

  /// The flushed blocks of a node, by their offset.
  Map<Long, byte[]> flushed(String node) {
    return flushed.getOrDefault(node, Map.of());
  }

  @Override
  public void asked(Call call) {
    Matcher data = DATA.matcher(call.path());
    Matcher node = NODE.matcher(call.path());
    if (call.method().equals("PUT") && data.matches()) {
      long offset = Long.parseLong(data.group(2));
      blocks(data.group(1))
          .keySet()
          .removeIf(at -> at < offset + call.body().length && at + BLOCK > offset);
    }
    if (call.method().equals("DELETE") && node.matches()) {
      nodes.remove(node.group(1));
      flushed.remove(node.group(1));
    }
  }

  @Override
  public void answered(Call call, int status) {
    Matcher data = DATA.matcher(call.path());
    if (status == 200 && call.method().equals("PUT") && data.matches()) {
      long offset = Long.parseLong(data.group(2));
      for (int at = 0; at < call.body().length; at += BLOCK) {
        byte[] block = Arrays.copyOfRange(call.body(), at, at + BLOCK);
        blocks(data.group(1)).put(offset + at, block);
      }
    }
    if (status == 201 && call.method().equals("POST")) {
      made(call.path(), JsonMapper.shared().readTree(call.body()));
    }
  }

  private void made(String path, JsonNode body) {
    if (path.equals("/images")) {
      images.add(body.path("filename").asString());
    } else if (path.equals("/nodes")) {
      nodes.add(body.path("nodeName").asString());
    } else if (path.endsWith("/snapshots")) {
      nodes.add(body.path("overlayName").asString());
      images.add(body.path("overlayFile").asString());
    }
  }

  private Map<Long, byte[]> blocks(String node) {
    return flushed.computeIfAbsent(node, _ -> new TreeMap<>());
  }
}
