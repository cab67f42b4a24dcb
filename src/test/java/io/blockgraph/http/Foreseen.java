package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Asks for a change twice, first as a dry run, and expects the second answer to be as foreseen:
/// the same refusal in every word, or the very difference that the graph then shows. The dry run
/// must leave graph and files as they are; only what a job that copies writes to may grow
/// meanwhile.
final class Foreseen {
  private final Service service;

  Foreseen(Service service) {
    this.service = service;
  }

  /// A change and what it is asked by.
  ///
  /// @param body JSON, empty for none
  record Request(String method, String path, String body) {
    static Request post(String path, String body) {
      return new Request("POST", path, body);
    }

    static Request delete(String path) {
      return new Request("DELETE", path, "");
    }

    static Request patch(String path, String body) {
      return new Request("PATCH", path, body);
    }
  }

  /// Asks twice; answers with the second answer.
  Answer ask(Request request) {
    JsonNode before = service.get("/graph").expect(200).body();
    Set<String> copies = copies(before);
    Map<Path, String> files = files(before, copies);
    Answer planned = send(request, "?dryRun=true");
    JsonNode still = service.get("/graph").expect(200).body();
    assertThat(changed(steady(before, copies), steady(still, copies))).as("%s", request).isEmpty();
    assertThat(files(still, copies)).as("%s", request).isEqualTo(files);
    Answer done = send(request, "");
    String both = request + "\n" + planned.body() + "\n" + done.body();
    if (planned.status() == 200) {
      assertThat(done.status()).as(both).isBetween(200, 202);
      comparesWithTheGraphs(planned, before, both);
    } else {
      assertThat(done.status()).as(both).isEqualTo(planned.status());
      assertThat(done.body()).as(both).isEqualTo(planned.body());
      JsonNode after = service.get("/graph").expect(200).body();
      assertThat(changed(steady(before, copies), steady(after, copies))).as(both).isEmpty();
    }
    return done;
  }

  /// The nodes that jobs write copies to, and what these stand on.
  private static Set<String> copies(JsonNode graph) {
    Set<String> found = new TreeSet<>();
    boolean grew = true;
    while (grew) {
      grew = false;
      for (JsonNode edge : graph.path("edges")) {
        boolean target =
            edge.path("parentKind").asString().equals("job")
                && edge.path("name").asString().equals("target");
        if (target || found.contains(edge.path("parent").asString())) {
          grew |= found.add(edge.path("child").asString());
        }
      }
    }
    return found;
  }

  /// A graph without the lengths of what jobs write, and what they have yet to write: a target that
  /// got a backing disk has a job copy more.
  private static JsonNode steady(JsonNode graph, Set<String> copies) {
    JsonNode without = graph.deepCopy();
    for (JsonNode node : without.path("nodes")) {
      if (copies.contains(node.path("nodeName").asString())) {
        ((ObjectNode) node).remove("sizeBytes");
      }
      if (node.path("driver").asString().equals("mirror-top")) {
        ((ObjectNode) node.path("facts")).remove("dirtyBytes");
      }
    }
    return without;
  }

  /// Expects the same refusal twice.
  Answer refuses(int status, String code, Request request) {
    return Refusing.isProblem(ask(request), status, code);
  }

  /// Sends a request.
  Answer send(Request request, String query) {
    String path = request.path() + query;
    return switch (request.method()) {
      case "DELETE" -> service.delete(path);
      case "PATCH" -> service.patch(path, request.body());
      default -> service.post(path, request.body());
    };
  }

  private void comparesWithTheGraphs(Answer planned, JsonNode before, String both) {
    JsonNode diff = planned.body().has("diff") ? planned.body().path("diff") : planned.body();
    if (!diff.has("nodesAdded")) {
      return;
    }
    JsonNode after = service.get("/graph").expect(200).body();
    Map<String, JsonNode> old = edges(before);
    Map<String, JsonNode> now = edges(after);
    assertThat(names(diff, "nodesAdded"))
        .as(both)
        .containsExactlyInAnyOrderElementsOf(
            without(names(after, "nodes", "nodeName"), names(before, "nodes", "nodeName")));
    assertThat(names(diff, "nodesRemoved"))
        .as(both)
        .containsExactlyInAnyOrderElementsOf(
            without(names(before, "nodes", "nodeName"), names(after, "nodes", "nodeName")));
    assertThat(names(diff, "usersAdded"))
        .as(both)
        .containsExactlyInAnyOrderElementsOf(
            without(names(after, "users", "id"), names(before, "users", "id")));
    assertThat(names(diff, "usersRemoved"))
        .as(both)
        .containsExactlyInAnyOrderElementsOf(
            without(names(before, "users", "id"), names(after, "users", "id")));
    same(diff.path("edgesAdded"), of(now, id -> !old.containsKey(id)), both);
    same(diff.path("edgesRemoved"), of(old, id -> !now.containsKey(id)), both);
    same(
        diff.path("edgesChanged"),
        of(now, id -> old.containsKey(id) && !old.get(id).equals(now.get(id))),
        both);
  }

  /// What differs between two values, each with its place; short enough to be read.
  private static List<String> changed(JsonNode before, JsonNode after) {
    if (before.equals(after)) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    Set<String> names = new TreeSet<>(before.propertyNames());
    names.addAll(after.propertyNames());
    names.forEach(name -> found.addAll(under(name, before.path(name), after.path(name))));
    for (int i = 0; i < (before.isArray() ? Math.max(before.size(), after.size()) : 0); i++) {
      found.addAll(under("" + i, before.path(i), after.path(i)));
    }
    return found.isEmpty() ? List.of(": " + before + " became " + after) : found;
  }

  private static List<String> under(String name, JsonNode before, JsonNode after) {
    return changed(before, after).stream().map(change -> "/" + name + change).toList();
  }

  private static List<JsonNode> of(Map<String, JsonNode> edges, Predicate<String> which) {
    return edges.keySet().stream().filter(which).map(edges::get).toList();
  }

  private static void same(JsonNode told, List<JsonNode> expected, String both) {
    assertThat(told.valueStream()).as(both).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static Map<String, JsonNode> edges(JsonNode graph) {
    Map<String, JsonNode> edges = new TreeMap<>();
    graph.path("edges").forEach(edge -> edges.put(edge.path("id").asString(), edge));
    return edges;
  }

  private static List<String> names(JsonNode diff, String list) {
    return diff.path(list).valueStream().map(JsonNode::asString).toList();
  }

  private static List<String> names(JsonNode graph, String list, String name) {
    return graph.path(list).valueStream().map(item -> item.path(name).asString()).toList();
  }

  private static List<String> without(List<String> all, List<String> those) {
    return all.stream().filter(name -> !those.contains(name)).toList();
  }

  private Map<Path, String> files(JsonNode graph, Set<String> copies) {
    Set<String> written = new TreeSet<>();
    for (JsonNode node : graph.path("nodes")) {
      if (copies.contains(node.path("nodeName").asString())) {
        written.add(node.at("/options/filename").asString(""));
      }
    }
    Map<Path, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(service.images())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (written.contains(service.images().relativize(file).toString())) {
          continue;
        }
        found.put(file, Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
