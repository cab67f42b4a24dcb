package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The class of QEMU's test 041 about the repair of a quorum (requirements 1.9, BG-50 to BG-55): a
/// child that does not match is replaced by a copy of what the quorum shows.
class Mirror041QuorumTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);
  private final String[] children = {bench.disk(0x31), bench.disk(0x77), bench.disk(0x31)};
  private final String quorum = bench.quorum(children);
  private final String above = bench.filter(quorum);
  private final String target = Service.fresh("fresh");

  private String repair(String more) {
    return ("'source':'%s','sync':'full','replaces':'%s',"
            + "'targetFile':{'filename':'%s.qcow2','nodeName':'%s'}%s")
        .formatted(quorum, children[1], target, target, more);
  }

  private void childIs(String node) {
    assertThat(service.pathFrom(quorum, "/children.1")).isEqualTo(node);
  }

  private Answer refuses(int status, String code, String members) {
    String body = "{'jobId':'" + Service.fresh("job") + "'," + members + "}";
    return refusing.of(status, code, () -> service.post("/mirror-jobs", body));
  }

  @Test
  void putsTheCopyInThePlaceOfTheBadChildWhileClientsWrite() {
    String job = bench.readyWith(repair(""));
    service.putData(above, 1_000, new byte[] {1, 2, 3}).expect(200);
    bench.succeeds(job);
    childIs(target);
    assertThat(service.data(above, 999, 4)).isEqualTo(new byte[] {0x31, 1, 2, 3});
    for (String node : new String[] {above, quorum, target, children[0]}) {
      service.delete("/nodes/" + node).expect(200);
    }
    QemuImg.assertSameContent(
        service.image(target + ".qcow2"), "qcow2", service.image(children[0] + ".qcow2"), "qcow2");
  }

  @ParameterizedTest
  @CsvSource({"soft, ''", "force, JOB_CANCELLED"})
  void keepsTheBadChildWhenAReadyJobIsCancelled(String mode, String code) {
    String job = bench.readyWith(repair(""));
    Answer over = service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'" + mode + "'}");
    assertThat(over.expect(200).body().path("error").path("code").asString("")).isEqualTo(code);
    childIs(children[1]);
  }

  @Test
  void keepsTheBadChildWhenItIsCancelledBefore() {
    String job = Service.fresh("job");
    service
        .post("/mirror-jobs", "{'jobId':'" + job + "'," + repair(",'speed':1024") + "}")
        .expect(202);
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
    childIs(children[1]);
  }

  @Test
  void restsAndGoesOn() {
    String job = bench.readyWith(repair(""));
    service.post("/jobs/" + job + "/pause?wait=30", "").expect(200);
    service.putData(above, 9, new byte[] {9}).expect(200);
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo("standby");
    service.post("/jobs/" + job + "/resume", "").expect(200);
    bench.succeeds(job);
    childIs(target);
    assertThat(service.data(target, 8, 3)).isEqualTo(new byte[] {0x31, 9, 0x31});
  }

  @Test
  void refusesWhatIsNotThere() {
    refuses(404, "IMAGE_NOT_FOUND", repair("").replace(".qcow2'", ".qcow2','mode':'existing'"));
    refuses(404, "NODE_NOT_FOUND", repair("").replace(quorum, "nobody"));
    Answer nobody = refuses(404, "NODE_NOT_FOUND", repair("").replace(children[1], "nobody"));
    assertThat(nobody.text("detail")).contains("'nobody'");
  }

  @Test
  void refusesACopyThatHoldsNotEverything() {
    for (String sync : new String[] {"none"}) {
      Answer refused =
          refuses(422, "CONSENT_MISSING", onto(service.qcow2(MIB), "'sync':'" + sync + "'"));
      assertThat(refused.text("detail")).contains(children[1], sync);
    }
    refuses(400, "INVALID_REQUEST", repair("").replace("'full'", "'incremental'"));
  }

  private String onto(String node, String more) {
    return "'source':'%s','replaces':'%s','target':'%s',%s"
        .formatted(quorum, children[1], node, more);
  }

  @Test
  void refusesANewImageWithoutANameForItsNode() {
    Answer refused =
        refuses(400, "INVALID_REQUEST", repair("").replace(",'nodeName':'" + target + "'", ""));
    assertThat(Refusing.pointers(refused)).containsExactly("/targetFile/nodeName");
  }

  @Test
  void replacesTheOverlayAndNotTheChildBelowItAfterASnapshot() {
    String overlay = Service.fresh("overlay");
    service
        .post(
            "/nodes/" + children[1] + "/snapshots",
            "{'overlayFile':'%s.qcow2','overlayName':'%s'}".formatted(overlay, overlay))
        .expect(201);
    Answer below = refuses(409, "REPLACE_NOT_COVERED", repair(""));
    assertThat(below.text("detail")).contains(children[1]);
    bench.succeeds(bench.readyWith(repair("").replace(children[1], overlay)));
    childIs(target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"permissions", "none-allowed"})
  void asksWhoElseUsesTheChild(String otherParents) {
    service.added(
        "{'nodeName':'%s','driver':'raw','file':'%s'}"
            .formatted(Service.fresh("raw"), children[1]));
    String members = repair(",'otherParents':'" + otherParents + "'");
    if (otherParents.equals("permissions")) {
      bench.succeeds(bench.readyWith(members));
      childIs(target);
    } else {
      refuses(409, "REPLACE_WOULD_CHANGE_DATA", members);
    }
  }

  @Test
  void refusesAChildThatSomebodyReads() {
    String export = bench.export(children[1], false);
    Answer refused = refuses(409, "REPLACE_WOULD_CHANGE_DATA", repair(""));
    assertThat(refused.body().path("blockers").toString()).contains("\"" + export + "\"");
  }

  @Test
  void failsAtTheEndWhenSomebodyBeganToReadTheChild() {
    String job = bench.readyWith(repair(""));
    String export = bench.export(children[1], false);
    JsonNode over = bench.complete(job).body();
    assertThat(over.path("status").asString()).isEqualTo("concluded");
    assertThat(over.path("error").path("code").asString()).isEqualTo("REPLACE_NO_LONGER_SAFE");
    assertThat(over.path("error").path("blockers").toString()).contains("\"" + export + "\"");
    childIs(children[1]);
    assertThat(service.graph()).doesNotContain("\"" + job + "\"", "\"" + target + "\"");
  }

  @Test
  void aQuorumWithoutAMajorityCannotBeCopied() {
    String[] split = {bench.disk(1), bench.disk(2)};
    String torn = bench.quorum(split);
    String job = Service.fresh("job");
    bench.ask(job, torn, service.qcow2(MIB), "'replaces':'" + split[1] + "'").expect(202);
    JsonNode over = service.get("/jobs/" + job + "?wait=30").expect(200).body();
    assertThat(over.path("error").path("code").asString()).isEqualTo("IO_ERROR");
    assertThat(service.pathFrom(torn, "/children.1")).isEqualTo(split[1]);
  }

  @Test
  void aChildThatAnotherWritesToCannotBeInAQuorum() {
    String written = bench.disk(3);
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}"
                .formatted(Service.fresh("export"), written))
        .expect(201);
    refusing.of(
        409,
        "PERMISSION_CONFLICT",
        () ->
            service.post(
                "/nodes",
                "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s']}"
                    .formatted(Service.fresh("quorum"), written)));
  }
}
