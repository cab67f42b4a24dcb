package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which nodes a mirror could replace, asked before there is one.
class ReplaceableOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final Refusing refusing = new Refusing(service);

  private final String left = service.qcow2(MIB);
  private final String right = service.qcow2(MIB);
  private final String quorum = bench.quorum(left, right);
  private final String filter = bench.filter(quorum);

  private Answer ask(String node, String more) {
    return service.get("/nodes/" + node + "/replaceable?source=" + filter + more);
  }

  private String reader(String node) {
    String id = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(id, node))
        .expect(201);
    return id;
  }

  @Test
  void tellsTheWayFromTheSourceDownAndWhyItGoesOn() {
    JsonNode verdict = ask(right, "").expect(200).body();
    assertThat(verdict.path("replaceable").asBoolean()).isTrue();
    assertThat(verdict.path("problem").isNull()).isTrue();
    List<String> way =
        verdict
            .path("way")
            .valueStream()
            .map(step -> step.path("edge").asString() + " " + step.path("why").asString())
            .toList();
    assertThat(way).containsExactly(filter + ":file filter", quorum + ":children.1 own-child");
    assertThat(verdict.at("/way/1/sentence").asString()).contains(quorum, right, "nobody else");
    assertThat(ask(filter, "").body().path("way")).isEmpty();
  }

  @Test
  void tellsTheProblemOfAMirrorWithBothEdgesAndWhatToDo() {
    String export = reader(left);
    JsonNode verdict = ask(left, "").expect(200).body();
    assertThat(verdict.path("replaceable").asBoolean()).isFalse();
    JsonNode problem = verdict.path("problem");
    assertThat(problem.path("code").asString()).isEqualTo("REPLACE_WOULD_CHANGE_DATA");
    assertThat(problem.at("/blockers/0/requiredBy/id").asString()).isEqualTo(export);
    assertThat(problem.at("/blockers/0/unsharedBy/id").asString()).isEqualTo(quorum);
    assertThat(problem.path("correction").asString()).contains(export);
    service.delete("/exports/" + export).expect(200);
    assertThat(ask(left, "").body().path("replaceable").asBoolean()).isTrue();
  }

  @Test
  void saysOfEachNodeWhatAMirrorThenIsAnswered() {
    reader(left);
    String target = service.qcow2(MIB);
    String longer = service.qcow2(2 * MIB);
    String busy = service.qcow2(MIB);
    bench.ready(busy, service.qcow2(MIB), "");
    List<String> nodes = List.of(left, left + ".file", right, quorum, filter, target, longer, busy);
    for (String source : List.of(filter, quorum, left, left + ".file", busy)) {
      for (String node : nodes) {
        agrees(source, node, target);
      }
    }
  }

  private void agrees(String source, String node, String target) {
    JsonNode verdict =
        service
            .get("/nodes/%s/replaceable?source=%s&target=%s".formatted(node, source, target))
            .expect(200)
            .body();
    String body = MirrorBench.body("new-job", source, target, "'replaces':'" + node + "'");
    Answer mirror = service.post("/mirror-jobs?dryRun=true", body);
    String both = source + " " + node + "\n" + verdict + "\n" + mirror.body();
    assertThat(verdict.path("replaceable").asBoolean()).as(both).isEqualTo(mirror.status() == 200);
    if (mirror.status() != 200) {
      assertThat(verdict.path("problem")).as(both).isEqualTo(mirror.body());
    }
    JsonNode withNewDisk =
        service.get("/nodes/%s/replaceable?source=%s".formatted(node, source)).body();
    boolean asLong = !source.endsWith(".file");
    if (asLong && !node.equals(target)) {
      assertThat(unadvised(withNewDisk).replace("new-disk", target))
          .as(both)
          .isEqualTo(
              unadvised(verdict).replace("\"target\":\"" + target + "\"", "\"target\":null"));
    }
  }

  /// Of a disk that is not there, no request can be tried out.
  private static String unadvised(JsonNode verdict) {
    JsonNode copy = verdict.deepCopy();
    if (copy.path("problem") instanceof ObjectNode problem) {
      assertThat(problem.path("correction").asString()).as("%s", verdict).isNotBlank();
      problem.remove(List.of("correction", "steps"));
    }
    return copy.toString();
  }

  @Test
  void givesTheVerdictOfEveryNodeAtOnce() {
    reader(left);
    JsonNode all = service.get("/graph/replaceable?source=" + quorum).expect(200).body();
    assertThat(all.path("nodes")).hasSize(service.get("/graph").body().path("nodes").size());
    for (String node : List.of(left, right, quorum, filter)) {
      JsonNode one = service.get("/nodes/%s/replaceable?source=%s".formatted(node, quorum)).body();
      assertThat(all.path("nodes").valueStream()).as(node).contains(one);
    }
  }

  @Test
  void allowsNoOtherParentWhenThatIsAsked() {
    service.added(
        "{'nodeName':'%s','driver':'raw','file':'%s'}".formatted(Service.fresh("raw"), right));
    assertThat(ask(right, "").body().path("replaceable").asBoolean()).isTrue();
    JsonNode strict = ask(right, "&otherParents=none-allowed").expect(200).body();
    assertThat(strict.at("/problem/code").asString()).isEqualTo("REPLACE_WOULD_CHANGE_DATA");
  }

  @Test
  void refusesQuestionsAboutWhatIsNotThere() {
    refusing.of(404, "NODE_NOT_FOUND", () -> ask("nobody", ""));
    refusing.of(404, "NODE_NOT_FOUND", () -> ask(left, "&target=nobody"));
    refusing.of(
        404, "NODE_NOT_FOUND", () -> service.get("/nodes/" + left + "/replaceable?source=nobody"));
    refusing.of(404, "NODE_NOT_FOUND", () -> service.get("/graph/replaceable?source=nobody"));
    refusing.of(400, "INVALID_PARAMETER", () -> service.get("/graph/replaceable"));
    refusing.of(400, "INVALID_PARAMETER", () -> ask(left, "&otherParents=some"));
  }
}
