package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Changes that insist on a revision, and changes that are only tried.
class ConditionalRequestsTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);
  private final List<String> nodes = new ArrayList<>();
  private final List<String> exports = new ArrayList<>();

  private long revision() {
    return service.get("/graph").body().path("revision").asLong();
  }

  private Answer addIfMatch(String tag, String name) {
    return service.send(
        service
            .request("/nodes")
            .header("If-Match", tag)
            .header("Content-Type", "application/json")
            .POST(Service.body("{'nodeName':'%s','driver':'null','size':512}".formatted(name))));
  }

  @Test
  void tellsTheRevisionAsTheTagOfEveryAnswerAboutTheGraph() {
    String node = service.qcow2(MIB);
    String tag = "\"" + revision() + "\"";
    for (String path :
        List.of("/graph", "/nodes", "/nodes/" + node, "/edges", "/nodes/" + node + "/snapshots")) {
      assertThat(service.get(path).expect(200).etag()).describedAs(path).isEqualTo(tag);
    }
  }

  @Test
  void changesTheGraphOnlyAtTheRevisionTheCallerHasSeen() {
    long seen = revision();
    Answer done = addIfMatch("\"" + seen + "\"", Service.fresh("null")).expect(201);
    assertThat(done.etag()).isEqualTo("\"" + (seen + 1) + "\"");
    Answer stale =
        refusing.of(
            412, "REVISION_MISMATCH", () -> addIfMatch("\"" + seen + "\"", Service.fresh("null")));
    assertThat(stale.text("detail")).contains("" + seen).contains("" + (seen + 1));
    addIfMatch("*", Service.fresh("null")).expect(201);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"17", "W/\"17\"", "\"a\"", "\"-1\"", "\"1\", \"2\"", "\"99999999999999999999\""})
  void refusesATagThatIsNoRevision(String tag) {
    refusing.of(400, "INVALID_PARAMETER", () -> addIfMatch(tag, Service.fresh("null")));
  }

  @Test
  void refusesADryRunThatIsNeitherTrueNorFalse() {
    refusing.of(
        400,
        "INVALID_PARAMETER",
        () -> service.post("/nodes?dryRun=yes", "{'nodeName':'x1','driver':'null'}"));
  }

  /// A change and what it is asked by.
  private record Step(String method, String path, String body) {}

  private Answer ask(Step step, String query) {
    String path = step.path() + query;
    return switch (step.method()) {
      case "DELETE" -> service.delete(path);
      case "PATCH" -> service.patch(path, step.body());
      default -> service.post(path, step.body());
    };
  }

  @Test
  void answersADryRunAsTheChangeThenGoesAndTouchesNothing() {
    long seed = Seeds.first();
    System.out.println("ConditionalRequestsTest: -Dseed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 3; i++) {
      nodes.add(service.qcow2(MIB));
    }
    for (int i = 0; i < 100; i++) {
      planThenDo(step(random));
    }
  }

  /// A graph without what the jobs of earlier steps change in the background: a copy makes the file
  /// of its target longer.
  private static String steady(String graph) {
    return graph.replaceAll("\"(sizeBytes|dirtyBytes)\":\\d+", "$1");
  }

  private void planThenDo(Step step) {
    String before = steady(service.graph());
    Answer planned = ask(step, "?dryRun=true");
    assertThat(steady(service.graph())).describedAs(step.toString()).isEqualTo(before);
    Answer done = ask(step, "");
    String both = step + "\n" + planned.body() + "\n" + done.body();
    if (done.status() == 202) {
      bench.settled(done.text("id"));
    }
    if (planned.status() == 200) {
      assertThat(done.status()).describedAs(both).isBetween(200, 202);
      assertThat(changes(done)).describedAs(both).isIn(changes(planned), "");
    } else {
      assertThat(done.status()).describedAs(both).isEqualTo(planned.status());
      assertThat(done.text("code")).describedAs(both).isEqualTo(planned.text("code"));
      assertThat(steady(service.graph())).describedAs(both).isEqualTo(before);
    }
  }

  /// What an answer tells of the change; empty where it shows the new thing instead.
  private static String changes(Answer answer) {
    JsonNode diff = answer.body().has("diff") ? answer.body().path("diff") : answer.body();
    if (!diff.has("nodesAdded")) {
      return "";
    }
    return List.of(
            "nodesAdded",
            "nodesRemoved",
            "nodesChanged",
            "usersAdded",
            "usersRemoved",
            "usersChanged",
            "edgesAdded",
            "edgesRemoved",
            "edgesChanged")
        .stream()
        .map(name -> name + diff.path(name))
        .toList()
        .toString();
  }

  private Step step(Random random) {
    String node = nodes.get(random.nextInt(nodes.size()));
    String other = nodes.get(random.nextInt(nodes.size()));
    return switch (random.nextInt(8)) {
      case 0 -> add(node);
      case 1 -> new Step("DELETE", "/nodes/" + node, "");
      case 2 -> new Step("PATCH", "/nodes/" + node, "{'readOnly':" + random.nextBoolean() + "}");
      case 3 ->
          new Step("POST", "/nodes/" + node + "/snapshots", "{'overlayNode':'" + other + "'}");
      case 4 -> resize(node, random);
      case 5 -> export(node, random);
      case 6 -> mirror(node, other);
      default -> newDisk(node);
    };
  }

  private Step add(String node) {
    String name = Service.fresh("cor");
    nodes.add(name);
    return new Step(
        "POST",
        "/nodes",
        "{'nodeName':'%s','driver':'copy-on-read','file':'%s'}".formatted(name, node));
  }

  private Step newDisk(String node) {
    String overlay = service.qcow2(MIB);
    nodes.add(overlay);
    return new Step("POST", "/nodes/" + node + "/snapshots", "{'overlayNode':'" + overlay + "'}");
  }

  private static Step resize(String node, Random random) {
    return new Step(
        "POST",
        "/nodes/" + node + "/resize",
        "{'size':%d,'allowShrink':%b}"
            .formatted((1 + random.nextInt(4)) * MIB, random.nextBoolean()));
  }

  private Step export(String node, Random random) {
    if (!exports.isEmpty() && random.nextBoolean()) {
      return new Step("DELETE", "/exports/" + exports.removeLast(), "");
    }
    String id = Service.fresh("export");
    exports.add(id);
    return new Step(
        "POST",
        "/exports",
        "{'id':'%s','type':'nbd','nodeName':'%s','writable':%b}"
            .formatted(id, node, random.nextBoolean()));
  }

  private Step mirror(String source, String target) {
    return new Step(
        "POST", "/mirror-jobs", MirrorBench.body(Service.fresh("job"), source, target, ""));
  }
}
