package io.blockgraph.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;

/// Nodes: added with others inline, shown, changed while they are in use, removed.
class NodesOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  @Test
  void addsChildrenInlineUnderNamesMadeUpAndTakesThemAlongWhenItGoes() {
    String name = Service.fresh("quorum");
    String shared =
        service.added("{'nodeName':'%s','driver':'null'}".formatted(Service.fresh("n")));
    service.added(
        ("{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':"
                + "[{'driver':'raw','file':{'driver':'null'}},'%s']}")
            .formatted(name, shared));
    String raw = service.pathFrom(name, "/children.0");
    String below = service.pathFrom(name, "/children.0/file");
    assertThat(service.get("/nodes/" + raw).text("origin")).isEqualTo("inline");
    JsonNode diff = service.delete("/nodes/" + name).expect(200).body();
    assertThat(diff.path("nodesRemoved").valueStream().map(JsonNode::asString))
        .containsExactlyInAnyOrder(name, raw, below);
    refusing.of(404, "NODE_NOT_FOUND", () -> service.get("/nodes/" + below));
    service.get("/nodes/" + shared).expect(200);
  }

  @Test
  void keepsANodeThatSomebodyUsesAndNamesAllUsers() {
    String disk = service.qcow2(MIB);
    String filter = bench.filter(disk);
    String export = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, disk))
        .expect(201);
    Answer answer = refusing.of(409, "NODE_IN_USE", () -> service.delete("/nodes/" + disk));
    assertThat(answer.body().path("blockers").toString()).contains(filter).contains(export);
    service.delete("/exports/" + export).expect(200);
    service.delete("/nodes/" + filter).expect(200);
    service.delete("/nodes/" + disk).expect(200);
  }

  @Test
  void makesANodeReadOnlyAndWritableAgain() {
    String disk = service.qcow2(MIB);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    refusing.of(409, "READ_ONLY", () -> service.putData(disk, 0, new byte[] {1}));
    service.patch("/nodes/" + disk, "{'readOnly':false}").expect(200);
    service.putData(disk, 0, new byte[] {1}).expect(200);
  }

  @Test
  void whatCameInlineWithANodeIsAsWritableAsTheNode() {
    String disk = service.qcow2(MIB, ",'readOnly':true");
    String file = service.pathFrom(disk, "/file");
    assertThat(isReadOnly(file)).isTrue();
    service.patch("/nodes/" + disk, "{'readOnly':false}").expect(200);
    assertThat(isReadOnly(file)).isFalse();
    service.putData(disk, 0, new byte[] {1}).expect(200);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    assertThat(isReadOnly(file)).isTrue();
  }

  @Test
  void anInlineNodeThatSomebodyElseUsesStaysWritable() {
    String disk =
        service.added(
            "{'nodeName':'%s','driver':'raw','file':{'driver':'null'}}"
                .formatted(Service.fresh("raw")));
    String file = service.pathFrom(disk, "/file");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}"
                .formatted(Service.fresh("export"), file))
        .expect(201);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    assertThat(isReadOnly(file)).isFalse();
  }

  private boolean isReadOnly(String node) {
    return service.get("/nodes/" + node).expect(200).body().path("readOnly").asBoolean();
  }

  @Test
  void keepsANodeWritableWhileSomebodyWrites() {
    String disk = service.qcow2(MIB);
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}"
                .formatted(Service.fresh("export"), disk))
        .expect(201);
    refusing.of(409, "READ_ONLY", () -> service.patch("/nodes/" + disk, "{'readOnly':true}"));
  }

  @Test
  void changesTheLimitsOfAThrottleWhileItIsInUse() {
    String node =
        service.added(
            "{'nodeName':'%s','driver':'throttle','file':'%s','iopsTotal':1}"
                .formatted(Service.fresh("throttle"), service.qcow2(MIB)));
    service.patch("/nodes/" + node, "{'iopsTotal':100000,'bpsTotal':null}").expect(200);
    long began = System.nanoTime();
    for (int i = 0; i < 30; i++) {
      service.data(node, 0, 512);
    }
    assertThat((System.nanoTime() - began) / 1_000_000).isLessThan(25_000);
    JsonNode options = service.get("/nodes/" + node).body().path("options");
    assertThat(options.path("iopsTotal").asLong()).isEqualTo(100_000);
  }

  @Test
  void refusesToChangeWhatIsFixedWhileANodeIsOpen() {
    String disk =
        service.added("{'nodeName':'%s','driver':'null','size':512}".formatted(Service.fresh("n")));
    Answer answer =
        refusing.of(422, "OPTION_FIXED", () -> service.patch("/nodes/" + disk, "{'size':1024}"));
    assertThat(Refusing.pointers(answer)).containsExactly("/size");
    refusing.of(400, "INVALID_REQUEST", () -> service.patch("/nodes/" + disk, "{'nodeName':'b'}"));
    refusing.of(400, "INVALID_REQUEST", () -> service.patch("/nodes/" + disk, "[]"));
  }

  @Test
  void attachesAndDetachesABackingDisk() {
    String base = bench.disk(0x51);
    String top = service.qcow2(MIB);
    assertThat(bench.content(top)).containsOnly((byte) 0);
    service.patch("/nodes/" + top, "{'backing':'" + base + "'}").expect(200);
    assertThat(bench.content(top)).containsOnly((byte) 0x51);
    refusing.of(
        409, "WOULD_CYCLE", () -> service.patch("/nodes/" + base, "{'backing':'" + top + "'}"));
    service.patch("/nodes/" + top, "{'backing':null}").expect(200);
    assertThat(bench.content(top)).containsOnly((byte) 0);
    service.patch("/nodes/" + top, "{'backing':null}").expect(200);
  }

  @Test
  void refusesTwoDisksThatWouldBackEachOtherAndTellsTheLoop() {
    String[] chain = service.chain(2, 1 << 20);
    Answer refused =
        new Refusing(service)
            .of(
                409,
                "WOULD_CYCLE",
                () -> service.patch("/nodes/" + chain[0], "{'backing':'%s'}".formatted(chain[1])));
    assertThat(refused.body().path("path").valueStream().map(JsonNode::asString))
        .containsExactlyInAnyOrder(chain[0] + ":backing", chain[1] + ":backing");
  }

  @Test
  void putsAFilterUnderAFormatButNoOtherFile() {
    String disk = bench.disk(0x52);
    String file = service.pathFrom(disk, "/file");
    String filter =
        service.added(
            "{'nodeName':'%s','driver':'throttle','file':'%s'}"
                .formatted(Service.fresh("throttle"), file));
    service.patch("/nodes/" + disk, "{'file':'" + filter + "'}").expect(200);
    assertThat(service.pathFrom(disk, "/file/file")).isEqualTo(file);
    assertThat(bench.content(disk)).containsOnly((byte) 0x52);
    String other = service.pathFrom(service.qcow2(MIB), "/file");
    refusing.of(
        422,
        "CHILD_HOLDS_OTHER_DATA",
        () -> service.patch("/nodes/" + disk, "{'file':'" + other + "'}"));
  }

  @Test
  void listsNodesOfADriver() {
    String disk = service.qcow2(MIB);
    JsonNode list = service.get("/nodes?driver=qcow2").expect(200).body().path("nodes");
    assertThat(list.valueStream().map(node -> node.path("driver").asString()))
        .containsOnly("qcow2");
    assertThat(list.valueStream().map(node -> node.path("nodeName").asString())).contains(disk);
    assertThat(service.get("/nodes?driver=nothing").body().path("nodes")).isEmpty();
  }

  @Test
  void findsNodesByTheirPathAndSaysWhereAPathEnds() {
    String disk = service.qcow2(MIB);
    String filter = bench.filter(disk);
    assertThat(service.pathFrom(filter, "/file/file")).isEqualTo(service.pathFrom(disk, "/file"));
    JsonNode none =
        service.get("/graph/path?root=" + filter + "&path=/file/backing").expect(200).body();
    assertThat(none.path("node").isNull()).isTrue();
    Answer lost =
        refusing.of(
            404,
            "NODE_NOT_FOUND",
            () -> service.get("/graph/path?root=" + filter + "&path=/backing/file"));
    assertThat(lost.text("detail")).contains(filter).contains("/backing/file");
    Answer root =
        refusing.of(404, "NODE_NOT_FOUND", () -> service.get("/graph/path?root=nobody&path=/file"));
    assertThat(root.text("detail")).contains("nobody").contains("/file");
    refusing.of(
        400, "INVALID_PARAMETER", () -> service.get("/graph/path?root=" + filter + "&path=file"));
  }

  @Test
  void showsWhatEachEdgeTakesAndShares() {
    String disk = service.qcow2(MIB);
    String quorum = bench.quorum(disk);
    JsonNode edge = service.get("/edges/" + quorum + ":children.0").expect(200).body();
    assertThat(edge.path("child").asString()).isEqualTo(disk);
    assertThat(edge.path("shared").valueStream().map(JsonNode::asString))
        .containsExactlyInAnyOrder("consistent-read", "write-unchanged");
    JsonNode all = service.get("/edges").expect(200).body().path("edges");
    assertThat(all.valueStream().map(e -> e.path("id").asString()))
        .contains(quorum + ":children.0", disk + ":file");
  }

  @Test
  void drawsTheGraphAsPicturesThatParse() throws Exception {
    String disk = service.qcow2(MIB);
    Answer svg = service.get("/graph.svg").expect(200);
    assertThat(svg.type()).startsWith("image/svg+xml");
    Document picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.bytes()));
    assertThat(picture.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(picture.getDocumentElement().getTextContent()).contains(disk);
    String dot = new String(service.get("/graph.dot").expect(200).bytes(), UTF_8);
    assertThat(dot).startsWith("digraph").contains("\"" + disk + "\"").endsWith("}\n");
    for (String word : List.of("{", "}")) {
      assertThat(dot).contains(word);
    }
  }
}
