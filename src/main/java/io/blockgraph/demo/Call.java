package io.blockgraph.demo;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A request.
///
/// @param path below `/api/v1`, with its query
/// @param body what is sent; empty for nothing
/// @param shown the members of the answer that matter to the story; none for all
record Call(String method, String path, byte[] body, List<String> shown) {

  static Call get(String path, String... shown) {
    return new Call("GET", path, new byte[0], List.of(shown));
  }

  static Call delete(String path, String... shown) {
    return new Call("DELETE", path, new byte[0], List.of(shown));
  }

  static Call post(String path, String json, String... shown) {
    return new Call("POST", path, json.getBytes(StandardCharsets.UTF_8), List.of(shown));
  }

  /// A durable write: answered when it is on the disk.
  static Call write(String node, long offset, byte[] data) {
    return new Call(
        "PUT",
        "/nodes/" + node + "/data?offset=" + offset + "&flush=true",
        data,
        List.of("node", "offset", "length"));
  }

  static Call read(String node, long offset, long length) {
    return get("/nodes/" + node + "/data?offset=" + offset + "&length=" + length);
  }

  boolean sendsBytes() {
    return method.equals("PUT");
  }

  /// The body as it is printed.
  String bodyForPeople() {
    if (body.length == 0) {
      return "";
    }
    return sendsBytes()
        ? "  (" + body.length + " bytes)"
        : "  " + new String(body, StandardCharsets.UTF_8);
  }
}
