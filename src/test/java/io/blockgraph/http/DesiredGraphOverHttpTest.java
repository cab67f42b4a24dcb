package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A wanted graph, and the requests that lead there as one change.
class DesiredGraphOverHttpTest {
  private static Service service;
  private static Refusing refusing;

  @BeforeAll
  static void start(@TempDir Path data) {
    service = Service.on(data);
    refusing = new Refusing(service);
    for (String disk : List.of("a", "b", "c")) {
      service
          .post(
              "/images", "{'driver':'qcow2','filename':'%s.qcow2','size':1048576}".formatted(disk))
          .expect(201);
    }
  }

  @AfterAll
  static void end() {
    service.close();
  }

  private static Answer put(String query, String json) {
    return service.send(
        service
            .request("/graph" + query)
            .header("Content-Type", "application/json")
            .method("PUT", HttpRequest.BodyPublishers.ofString(json.replace('\'', '"'))));
  }

  private static String disk(String name) {
    return "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
        .formatted(name);
  }

  private static String graph(List<String> nodes, List<String> exports) {
    return "{'nodes':[%s],'exports':[%s]}"
        .formatted(String.join(",", nodes), String.join(",", exports));
  }

  private static String filter(String name, String below) {
    return "{'nodeName':'%s','driver':'copy-on-read','file':'%s'}".formatted(name, below);
  }

  private static String export(String id, String node) {
    return "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(id, node);
  }

  private static JsonNode desired() {
    return service.get("/graph/desired").expect(200).body();
  }

  private static long revision() {
    return service.get("/graph").expect(200).body().path("revision").asLong();
  }

  private static List<String> requests(Answer answer) {
    return answer
        .expect(200)
        .body()
        .path("steps")
        .valueStream()
        .map(step -> step.path("method").asString() + " " + step.path("path").asString())
        .toList();
  }

  /// A graph of three disks, some of them there, with filters over them and exports.
  private static String random(Random random) {
    List<String> nodes = new ArrayList<>();
    List<String> exports = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      String top = name;
      if (random.nextInt(3) == 0) {
        continue;
      }
      nodes.add(disk(name));
      for (int i = 0; i < 2; i++) {
        if (random.nextBoolean()) {
          nodes.addFirst(filter(name + "-f" + i, top));
          top = name + "-f" + i;
        }
      }
      if (random.nextBoolean()) {
        exports.add(export(name + "-x", top));
      }
    }
    return graph(nodes, exports);
  }

  @Test
  void comesToAnyGraphAndBackAndFindsNothingToDoThere() {
    long seed = Seeds.first();
    System.out.println("DesiredGraphOverHttpTest: -Dseed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      String wanted = random(random);
      long before = revision();
      JsonNode dry = put("?prune=true&dryRun=true", wanted).expect(200).body();
      assertThat(revision()).isEqualTo(before);
      Answer done = put("?prune=true", wanted).expect(200);
      assertThat(done.body().path("steps")).as("-Dseed=%d", seed).isEqualTo(dry.path("steps"));
      assertThat(revision()).isEqualTo(before + (done.body().path("steps").isEmpty() ? 0 : 1));
      assertThat(requests(put("?prune=true", wanted))).as("-Dseed=%d", seed).isEmpty();
      assertThat(requests(put("?prune=true", desired().toString()))).isEmpty();
    }
  }

  @Test
  void putsAFilterUnderAnExportAndTakesItOutAgain() {
    put("?prune=true", graph(List.of(disk("a")), List.of(export("a-x", "a")))).expect(200);
    String with =
        graph(
            List.of(filter("upper", "lower"), filter("lower", "a"), disk("a")),
            List.of(export("a-x", "upper")));
    assertThat(requests(put("", with)))
        .containsExactly("POST /nodes/a/filters", "POST /nodes/lower/filters");
    assertThat(service.get("/edges/a-x:root").text("child")).isEqualTo("upper");
    String without = graph(List.of(disk("a")), List.of(export("a-x", "a")));
    Answer kept = refusing.of(400, "INVALID_REQUEST", () -> put("", without));
    assertThat(Refusing.pointers(kept)).containsExactly("/exports/0/nodeName");
    assertThat(
            requests(
                put("?prune=true", graph(List.of(filter("upper", "a"), disk("a")), List.of()))))
        .containsExactly("DELETE /exports/a-x", "DELETE /nodes/a/filters/lower");
  }

  @Test
  void changesOptionsAndLeavesAloneWhatIsNotMentioned() {
    put("?prune=true", graph(List.of(disk("b"), disk("c")), List.of())).expect(200);
    String readOnly =
        "{'nodes':[{'nodeName':'b','driver':'qcow2','readOnly':true,'file':{'driver':'file','readOnly':true}}]}";
    assertThat(requests(put("", readOnly))).containsExactly("POST /nodes/reopen");
    assertThat(service.get("/nodes/b").body().path("readOnly").asBoolean()).isTrue();
    service.get("/nodes/c").expect(200);
  }

  @Test
  void pointsIntoTheWantedGraph() {
    put("?prune=true", graph(List.of(disk("a")), List.of())).expect(200);
    Answer other =
        refusing.of(
            400,
            "INVALID_REQUEST",
            () -> put("", "{'nodes':[{'nodeName':'a','driver':'raw','file':'b'}]}"));
    assertThat(Refusing.pointers(other)).containsExactly("/nodes/0/driver");
    Answer unknown =
        refusing.of(
            404, "NODE_NOT_FOUND", () -> put("", graph(List.of(filter("f", "none")), List.of())));
    assertThat(Refusing.pointers(unknown)).containsExactly("/nodes/0");
    Answer wrong =
        refusing.of(
            400,
            "INVALID_REQUEST",
            () ->
                put("", graph(List.of(), List.of("{'id':'x','type':'nbd','nodeName':'a','w':1}"))));
    assertThat(Refusing.pointers(wrong)).containsExactly("/exports/0/w");
    refusing.of(400, "INVALID_REQUEST", () -> put("", "{}"));
    refusing.of(400, "INVALID_REQUEST", () -> put("", "{'nodes':[{'driver':'raw'}]}"));
  }

  private static Answer plan(String desired, String more) {
    return service.post("/graph/plan", "{'desired':" + desired + more + "}");
  }

  @Test
  void aPlanShowsTheStepsAndWhatEachWouldChangeAndTouchesNothing() {
    put("?prune=true", graph(List.of(disk("a")), List.of())).expect(200);
    String wanted = graph(List.of(filter("planned", "c"), disk("c")), List.of());
    String before = service.graph();
    JsonNode plan = plan(wanted, ",'prune':true").expect(200).body();
    assertThat(service.graph()).isEqualTo(before);
    assertThat(plan.path("wouldSucceed").asBoolean()).as(plan.toString()).isTrue();
    JsonNode made = put("?prune=true", wanted).expect(200).body();
    assertThat(plan.path("steps").size()).isEqualTo(made.path("steps").size()).isGreaterThan(2);
    assertThat(plan.path("actions").size()).isEqualTo(plan.path("steps").size());
    assertThat(plan.path("diff").path("addedNodes"))
        .isEqualTo(made.path("diff").path("addedNodes"));
    assertThat(plan.path("steps").path(1).path("pointers").toString()).contains("/desired/nodes/");
    assertThat(plan(wanted, ",'prune':true").body().path("steps").size()).isZero();
  }

  @Test
  void aPlanTellsWhichPlacesOfAWantedGraphCannotBe() {
    String wanted = graph(List.of(filter("lost", "nobody"), disk("b")), List.of());
    JsonNode plan = plan(wanted, "").expect(200).body();
    assertThat(plan.path("wouldSucceed").asBoolean()).isFalse();
    List<String> pointers = new ArrayList<>();
    for (JsonNode action : plan.path("actions")) {
      for (JsonNode error : action.path("problem").path("errors")) {
        pointers.add(error.path("pointer").asString());
      }
    }
    assertThat(pointers).containsExactly("/desired/nodes/0");
    Answer wrong = plan("{'nodes':7}", "").expect(400);
    assertThat(Refusing.pointers(wrong)).containsExactly("/desired/nodes");
    assertThat(Refusing.pointers(plan("{'nodes':[]}", ",'prune':1").expect(400)))
        .containsExactly("/prune");
    assertThat(Refusing.pointers(plan("{'nodes':[]}", ",'actions':[]").expect(400)))
        .containsExactly("/actions");
  }
}
