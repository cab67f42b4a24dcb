package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Asks for a change twice, first as a dry run, and expects the second answer to be as foreseen:
/// the same refusal in every word, or the very difference that the graph then shows. The dry run
/// must leave graph and files as they are.
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
    Map<Path, String> files = files();
    Answer planned = send(request, "?dryRun=true");
    assertThat(service.get("/graph").body()).as("%s", request).isEqualTo(before);
    assertThat(files()).as("%s", request).isEqualTo(files);
    Answer done = send(request, "");
    String both = request + "\n" + planned.body() + "\n" + done.body();
    if (planned.status() == 200) {
      assertThat(done.status()).as(both).isBetween(200, 202);
      comparesWithTheGraphs(planned, before, both);
    } else {
      assertThat(done.status()).as(both).isEqualTo(planned.status());
      assertThat(done.body()).as(both).isEqualTo(planned.body());
      assertThat(service.get("/graph").body()).as(both).isEqualTo(before);
    }
    return done;
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

  private Map<Path, String> files() {
    Map<Path, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(service.images())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(file, Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
