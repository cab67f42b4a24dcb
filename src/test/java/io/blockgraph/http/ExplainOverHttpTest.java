package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Why edges take and share what they do, and who could come to use a node.
class ExplainOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final Refusing refusing = new Refusing(service);

  private String export(String node, boolean writable) {
    String id = Service.fresh("export");
    exports("", id, node, writable).expect(201);
    return id;
  }

  private Answer exports(String query, String id, String node, boolean writable) {
    return service.post(
        "/exports" + query,
        "{'id':'%s','type':'nbd','nodeName':'%s','writable':%b}".formatted(id, node, writable));
  }

  private JsonNode edge(String id) {
    return service.get("/edges/" + id + "/explain").expect(200).body();
  }

  private static JsonNode permission(JsonNode explanation, String word) {
    return explanation
        .path("permissions")
        .valueStream()
        .filter(permission -> permission.path("permission").asString().equals(word))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> texts(JsonNode array, String name) {
    return array.valueStream().map(item -> item.path(name).asString()).toList();
  }

  @Test
  void derivesAWriteFromTheExportAtTheTop() {
    String disk = service.qcow2(MIB);
    String low = bench.filter(disk);
    String high = bench.filter(low);
    String export = export(high, true);
    JsonNode explanation = edge(low + ":file");
    JsonNode write = permission(explanation, "write");
    assertThat(write.path("taken").asBoolean()).isTrue();
    assertThat(write.at("/taking/sentence").asString())
        .isEqualTo(
            "takes write because node '%s' (edge '%s:file') takes write".formatted(high, high));
    assertThat(texts(write.at("/taking/chain"), "edge"))
        .containsExactly(low + ":file", high + ":file", export + ":root");
    assertThat(texts(write.at("/taking/chain"), "reason"))
        .containsExactly("above", "above", "asked");
    assertThat(texts(write.at("/taking/users"), "id")).containsExactly(export);
    assertThat(explanation.path("rule").asString()).startsWith("copy-on-read takes");
    assertThat(permission(explanation, "resize").at("/taking/sentence").asString())
        .isEqualTo("does not take resize: nothing above makes it");
    assertThat(permission(explanation, "resize").at("/sharing/users/0/id").asString())
        .isEqualTo(export);
  }

  @Test
  void saysWhatADriverDoesOfItsOwnAccord() {
    String disk = service.qcow2(MIB);
    JsonNode write = permission(edge(disk + ":file"), "write");
    assertThat(write.at("/taking/chain/0/reason").asString()).isEqualTo("own");
    assertThat(write.at("/taking/users")).isEmpty();
    assertThat(write.path("shared").asBoolean()).isFalse();
    assertThat(write.at("/sharing/sentence").asString())
        .isEqualTo(
            "does not share write because node '%s' (driver 'qcow2') relies on that, whoever uses it"
                .formatted(disk));
  }

  @Test
  void explainsEveryEdgeOfAGraphWithAJobAndSaysWhatTheGraphSays() {
    String source = bench.disk(0x11);
    export(source, true);
    bench.ready(source, service.qcow2(MIB), "");
    for (JsonNode edge : service.get("/edges").expect(200).body().path("edges")) {
      JsonNode explanation = edge(edge.path("id").asString());
      assertThat(explanation.path("edge")).isEqualTo(edge);
      assertThat(explanation.path("rule").asString()).isNotBlank();
      List<JsonNode> permissions = explanation.path("permissions").valueStream().toList();
      assertThat(
              permissions.stream()
                  .filter(p -> p.path("taken").asBoolean())
                  .map(p -> p.path("permission").asString()))
          .containsExactlyElementsOf(words(edge.path("taken")));
      assertThat(
              permissions.stream()
                  .filter(p -> p.path("shared").asBoolean())
                  .map(p -> p.path("permission").asString()))
          .containsExactlyElementsOf(words(edge.path("shared")));
    }
  }

  private static List<String> words(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void saysWhoTakesAndWhoDoesNotShareOnANode() {
    String[] children = {service.qcow2(MIB), service.qcow2(MIB)};
    String quorum = bench.quorum(children);
    String export = export(quorum, true);
    JsonNode explanation =
        service.get("/nodes/" + children[0] + "/permissions/explain").expect(200).body();
    JsonNode write = permission(explanation, "write");
    assertThat(write.path("taken").asBoolean()).isTrue();
    assertThat(write.at("/takenBy/0/edge/edge").asString()).isEqualTo(quorum + ":children.0");
    assertThat(write.at("/takenBy/0/users/0/id").asString()).isEqualTo(export);
    assertThat(write.at("/unsharedBy/0/sentence").asString()).contains("driver 'quorum'");
    assertThat(write.at("/unsharedBy/0/users")).isEmpty();
    JsonNode read = permission(explanation, "consistent-read");
    assertThat(read.path("shared").asBoolean()).isTrue();
    assertThat(read.path("unsharedBy")).isEmpty();
  }

  @Test
  void foreseesWhoCouldComeToEachNode() {
    String[] children = {service.qcow2(MIB), service.qcow2(MIB)};
    bench.quorum(children);
    String served = service.qcow2(MIB);
    export(served, false);
    String readOnly = service.qcow2(MIB, ",'readOnly':true");
    String copied = service.qcow2(MIB);
    bench.ready(copied, service.qcow2(MIB), "");
    for (String node :
        List.of(children[0], children[0] + ".file", served, readOnly, copied, served + ".file")) {
      JsonNode newcomers =
          service.get("/nodes/" + node + "/permissions/explain").body().path("newcomers");
      agrees(newcomers.path(0), exports("?dryRun=true", "reader", node, false));
      agrees(newcomers.path(1), exports("?dryRun=true", "writer", node, true));
      agrees(
          newcomers.path(2),
          service.post("/nodes/" + node + "/resize?dryRun=true", "{'size':1048576}"));
    }
  }

  private static void agrees(JsonNode newcomer, Answer dryRun) {
    String both = newcomer + "\n" + dryRun.body();
    assertThat(newcomer.path("possible").asBoolean()).as(both).isEqualTo(dryRun.status() == 200);
    if (dryRun.status() != 200) {
      assertThat(newcomer.at("/problem/code")).as(both).isEqualTo(dryRun.body().path("code"));
      assertThat(newcomer.at("/problem/correction").asString()).as(both).isNotBlank();
    }
  }

  @Test
  void refusesToExplainWhatIsNotThere() {
    refusing.of(404, "EDGE_NOT_FOUND", () -> service.get("/edges/nobody:file/explain"));
    refusing.of(404, "NODE_NOT_FOUND", () -> service.get("/nodes/nobody/permissions/explain"));
  }
}
