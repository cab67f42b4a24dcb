package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Revisions of the graph: who made them when, the graph as it was, and the way back.
class HistoryOverHttpTest {
  private static final String NULL_DISK = "{'nodeName':'%s','driver':'null','size':65536}";

  private static Service service;
  private static Refusing refusing;

  @BeforeAll
  static void start(@TempDir Path data) {
    service = Service.on(data);
    refusing = new Refusing(service);
  }

  @AfterAll
  static void end() {
    service.close();
  }

  private static JsonNode graph(String query) {
    return service.get("/graph" + query).expect(200).body();
  }

  private static long revision() {
    return graph("").path("revision").asLong();
  }

  private static String disk(String name) {
    String node = Service.fresh(name);
    service.added(NULL_DISK.formatted(node));
    return node;
  }

  private static Answer revert(long revision, String query) {
    return service.post("/graph/revisions/" + revision + "/revert" + query, "");
  }

  /// The graph without what is only known of the live one, in an order of its own.
  static JsonNode lasting(JsonNode graph) {
    ObjectNode copy = (ObjectNode) graph.deepCopy();
    List<JsonNode> edges = new ArrayList<>();
    copy.path("edges").forEach(edges::add);
    copy.putArray("edges").addAll(sorted(edges));
    for (JsonNode node : copy.path("nodes")) {
      ObjectNode one = (ObjectNode) node;
      one.remove(List.of("state", "reason", "sizeBytes", "facts", "revision"));
      one.putArray("parents").addAll(sorted(node.path("parents").valueStream().toList()));
    }
    return copy;
  }

  private static List<JsonNode> sorted(List<JsonNode> edges) {
    TreeMap<String, JsonNode> byId = new TreeMap<>();
    edges.forEach(edge -> byId.put(edge.path("id").asString(), edge));
    return List.copyOf(byId.values());
  }

  /// The same without the revision and without the order in which nodes came.
  private static JsonNode content(JsonNode graph) {
    ObjectNode copy = (ObjectNode) lasting(graph);
    copy.remove("revision");
    TreeMap<String, JsonNode> nodes = new TreeMap<>();
    copy.path("nodes").forEach(node -> nodes.put(node.path("nodeName").asString(), node));
    copy.putArray("nodes").addAll(nodes.values());
    copy.putArray("users").addAll(sorted(copy.path("users").valueStream().toList()));
    return copy;
  }

  @Test
  void saysWhoMadeWhichRevisionWhen() {
    String node = Service.fresh("who");
    service
        .send(
            service
                .request("/nodes")
                .header("Content-Type", "application/json")
                .header("From", "anna@example.org")
                .POST(Service.body(NULL_DISK.formatted(node))))
        .expect(201);
    JsonNode newest =
        service.get("/graph/revisions?limit=1").expect(200).body().path("revisions").path(0);
    assertThat(newest.path("revision").asLong()).isEqualTo(revision());
    assertThat(newest.path("who").asString()).isEqualTo("client anna@example.org");
    assertThat(newest.path("what").asString()).isEqualTo("add node '" + node + "'");
    assertThat(newest.path("at").asString()).startsWith("20");
    JsonNode detail = service.get("/graph/revisions/" + revision()).expect(200).body();
    assertThat(detail.path("difference").path("nodesAdded")).hasSize(1);
  }

  @Test
  void listsRevisionsPageByPageWithoutAGap() {
    disk("page");
    disk("page");
    List<Long> seen = new ArrayList<>();
    String before = "";
    while (!before.equals("null")) {
      JsonNode page =
          service
              .get("/graph/revisions?limit=2" + (before.isEmpty() ? "" : "&before=" + before))
              .expect(200)
              .body();
      page.path("revisions").forEach(one -> seen.add(one.path("revision").asLong()));
      before = page.path("before").isNull() ? "null" : page.path("before").asString();
    }
    assertThat(seen).hasSize((int) revision()).doesNotHaveDuplicates();
    assertThat(seen.getFirst()).isEqualTo(revision());
    assertThat(seen.getLast()).isEqualTo(1);
  }

  @Test
  void tellsWhatDiffersBetweenTwoRevisions() {
    String node = disk("diff");
    long before = revision();
    service.patch("/nodes/" + node, "{'readOnly':true}").expect(200);
    String other = disk("diff");
    JsonNode diff =
        service.get("/graph/revisions/" + before + "/diff/" + revision()).expect(200).body();
    assertThat(diff.path("nodesAdded").path(0).asString()).isEqualTo(other);
    JsonNode change = diff.path("nodesChanged").path(0);
    assertThat(change.path("nodeName").asString()).isEqualTo(node);
    assertThat(change.path("before").path("readOnly").asBoolean()).isFalse();
    assertThat(change.path("after").path("readOnly").asBoolean()).isTrue();
    JsonNode back =
        service.get("/graph/revisions/" + revision() + "/diff/" + before).expect(200).body();
    assertThat(back.path("nodesRemoved")).isEqualTo(diff.path("nodesAdded"));
  }

  @Test
  void refusesRevisionsThatAreNotThere() {
    for (String path :
        List.of(
            "/graph?revision=999999",
            "/graph/revisions/999999",
            "/graph/revisions/x",
            "/graph/revisions/1/diff/999999")) {
      assertThat(service.get(path).expect(404).text("code")).isEqualTo("REVISION_NOT_FOUND");
    }
    refusing.of(404, "REVISION_NOT_FOUND", () -> revert(999_999, ""));
    refusing.of(400, "INVALID_PARAMETER", () -> service.get("/graph/revisions?limit=0"));
  }

  @Test
  void revertsAsOneChangeThatCanBeTriedOutAndRevertedItself() {
    String kept = disk("kept");
    String gone = disk("gone");
    long wanted = revision();
    JsonNode was = content(graph(""));
    service.delete("/nodes/" + gone).expect(200);
    service.patch("/nodes/" + kept, "{'readOnly':true}").expect(200);
    String extra = disk("extra");
    long before = revision();
    JsonNode now = content(graph(""));
    JsonNode dry = revert(wanted, "?dryRun=true").expect(200).body();
    assertThat(revision()).isEqualTo(before);
    JsonNode done = revert(wanted, "").expect(200).body();
    assertThat(done.path("steps")).isEqualTo(dry.path("steps"));
    assertThat(done.path("warnings")).isEmpty();
    assertThat(content(graph(""))).isEqualTo(was);
    assertThat(revision()).isEqualTo(before + 1);
    service.get("/nodes/" + extra).expect(404);
    revert(before, "").expect(200);
    assertThat(content(graph(""))).isEqualTo(now);
    assertThat(revert(before, "").expect(200).body().path("steps")).isEmpty();
    assertThat(revision()).isEqualTo(before + 2);
  }

  @Test
  void namesTheJobsThatItDoesNotBeginAgain() {
    String source = disk("from");
    String target = disk("to");
    String job = Service.fresh("job");
    service
        .post(
            "/mirror-jobs",
            "{'jobId':'%s','source':'%s','target':'%s','sync':'full','speed':1}"
                .formatted(job, source, target))
        .expect(202);
    long copying = revision();
    service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'force'}").expect(200);
    service.delete("/jobs/" + job).expect(200);
    service.delete("/nodes/" + target).expect(200);

    JsonNode done = revert(copying, "").expect(200).body();
    assertThat(done.path("warnings")).hasSize(1);
    assertThat(done.path("warnings").get(0).asString())
        .contains("job '" + job + "'", "revision " + copying, "not begun again");
    service.get("/nodes/" + target).expect(200);
    service.get("/jobs/" + job).expect(404);
  }

  @Test
  void comparesTheRevisionBeforeItReverts() {
    disk("match");
    long wanted = revision();
    disk("match");
    Answer late =
        refusing.of(
            412,
            "REVISION_MISMATCH",
            () ->
                service.send(
                    service
                        .request("/graph/revisions/" + wanted + "/revert")
                        .header("If-Match", "\"" + wanted + "\"")
                        .POST(Service.body(""))));
    assertThat(late.text("detail")).contains(String.valueOf(wanted));
  }

  @Test
  void saysOfEveryElementWhyItCannotComeBack() throws Exception {
    for (String name : List.of("lost-a", "lost-b")) {
      service
          .post("/images", "{'driver':'qcow2','filename':'%s.qcow2','size':65536}".formatted(name))
          .expect(201);
      service.added(
          "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
              .formatted(name));
    }
    long wanted = revision();
    List<String> names =
        service
            .get("/graph/desired?revision=" + wanted)
            .expect(200)
            .body()
            .path("nodes")
            .valueStream()
            .map(node -> node.path("nodeName").asString())
            .toList();
    for (String name : List.of("lost-a", "lost-b")) {
      service.delete("/nodes/" + name).expect(200);
      java.nio.file.Files.delete(service.image(name + ".qcow2"));
    }
    Answer refused = refusing.of(404, "IMAGE_NOT_FOUND", () -> revert(wanted, ""));
    assertThat(Refusing.pointers(refused))
        .containsExactly("/nodes/" + names.indexOf("lost-a"), "/nodes/" + names.indexOf("lost-b"));
  }

  @Test
  void showsTheGraphAsItWasAtEveryRevisionAndComesBackToIt() {
    long seed = Seeds.first();
    System.out.println("HistoryOverHttpTest: -Dseed=" + seed);
    RandomGraphs graphs = new RandomGraphs(service, new Random(seed));
    List<JsonNode> seen = new ArrayList<>();
    long first = revision();
    for (int i = 0; i < 60; i++) {
      graphs.change();
      if (revision() > first + seen.size()) {
        seen.add(graph(""));
      }
    }
    for (JsonNode then : seen) {
      long revision = then.path("revision").asLong();
      assertThat(lasting(graph("?revision=" + revision)))
          .as("-Dseed=%d revision %d", seed, revision)
          .isEqualTo(lasting(then));
    }
    Random random = new Random(seed);
    int reverted = 0;
    for (int i = 0; i < 30; i++) {
      reverted += comesBack(seen.get(random.nextInt(seen.size())), seed);
    }
    assertThat(reverted).as("-Dseed=%d", seed).isPositive();
  }

  /// Back to just that graph, unless an export is in the way: then nothing changes.
  private static int comesBack(JsonNode then, long seed) {
    long wanted = then.path("revision").asLong();
    JsonNode before = graph("");
    Answer answer = revert(wanted, "");
    if (answer.status() == 400) {
      assertThat(Refusing.pointers(answer)).allMatch(pointer -> pointer.startsWith("/exports/"));
      assertThat(graph("")).as("-Dseed=%d to %d", seed, wanted).isEqualTo(before);
      return 0;
    }
    assertThat(answer.expect(200).body().path("warnings"))
        .as("-Dseed=%d to %d", seed, wanted)
        .isEmpty();
    assertThat(content(graph(""))).as("-Dseed=%d to %d", seed, wanted).isEqualTo(content(then));
    return 1;
  }
}
