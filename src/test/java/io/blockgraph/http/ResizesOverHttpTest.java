package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// The matrix of resizes (requirements 1.5): any node, as long as RESIZE can be taken.
class ResizesOverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();

  private Answer resize(String node, long size) {
    return service.post("/nodes/" + node + "/resize", "{'size':" + size + "}");
  }

  private long sizeOf(String node) {
    return service.get("/nodes/" + node).expect(200).body().path("sizeBytes").asLong();
  }

  private Answer refusesWithoutATrace(String node, long size, int status, String code) {
    String before = service.graph();
    Answer refused = resize(node, size).expect(status);
    assertThat(refused.text("code")).isEqualTo(code);
    assertThat(service.graph()).isEqualTo(before);
    return refused;
  }

  @Test
  void growsARootAndShrinksItWhenThatIsMeant() {
    String node = service.qcow2(MIB);
    resize(node, 4 * MIB).expect(200);
    assertThat(sizeOf(node)).isEqualTo(4 * MIB);
    refusesWithoutATrace(node, 2 * MIB, 422, "SHRINK_NOT_ALLOWED");
    service
        .post("/nodes/" + node + "/resize", "{'size':%d,'allowShrink':true}".formatted(2 * MIB))
        .expect(200);
    assertThat(sizeOf(node)).isEqualTo(2 * MIB);
    service.delete("/nodes/" + node).expect(200);
    QemuImg.assertClean(service.image(node + ".qcow2"));
  }

  @Test
  void resizesThroughAFilterAndBelowOne() {
    String node = service.qcow2(MIB);
    String filter =
        service.added(
            "{'nodeName':'%s','driver':'throttle','file':'%s','iopsTotal':100000}"
                .formatted(Service.fresh("throttle"), node));
    resize(filter, 2 * MIB).expect(200);
    assertThat(sizeOf(node)).isEqualTo(2 * MIB);
    resize(node, 3 * MIB).expect(200);
    assertThat(sizeOf(filter)).isEqualTo(3 * MIB);
  }

  @Test
  void growsANodeInTheMiddleOfAChain() {
    String[] chain = service.chain(3, MIB);
    resize(chain[1], 2 * MIB).expect(200);
    assertThat(sizeOf(chain[1])).isEqualTo(2 * MIB);
    assertThat(sizeOf(chain[2])).isEqualTo(MIB);
  }

  @Test
  void readsZeroesWhereAnOverlayGrowsOverALongerBackingDisk() {
    String base = service.qcow2(4 * MIB);
    byte[] pattern = new byte[(int) (4 * MIB)];
    Arrays.fill(pattern, (byte) 0xaa);
    service.putData(base, 0, pattern).expect(200);
    String overlay = service.qcow2(MIB, ",'backing':'" + base + "'");
    resize(overlay, 3 * MIB).expect(200);
    assertThat(service.data(overlay, 0, (int) MIB)).containsOnly((byte) 0xaa);
    assertThat(service.data(overlay, MIB, (int) (2 * MIB))).containsOnly((byte) 0);
  }

  @Test
  void resizesAllChildrenOfAQuorumOrNone() {
    String[] children = {service.qcow2(MIB), service.qcow2(MIB)};
    String quorum =
        service.added(
            "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s','%s']}"
                .formatted(Service.fresh("quorum"), children[0], children[1]));
    resize(quorum, 2 * MIB).expect(200);
    assertThat(sizeOf(children[0])).isEqualTo(2 * MIB);
    assertThat(sizeOf(children[1])).isEqualTo(2 * MIB);
  }

  @Test
  void refusesAFixedRawNodeAndANullDisk() {
    String raw =
        service.added(
            "{'nodeName':'%s','driver':'raw','size':65536,'file':{'driver':'null','size':131072}}"
                .formatted(Service.fresh("raw")));
    refusesWithoutATrace(raw, MIB, 422, "RESIZE_UNSUPPORTED");
    String disk =
        service.added(
            "{'nodeName':'%s','driver':'null','size':%d}".formatted(Service.fresh("null"), MIB));
    refusesWithoutATrace(disk, 2 * MIB, 422, "RESIZE_UNSUPPORTED");
  }

  @Test
  void refusesTheFileUnderAFormatAndNamesTheEdge() {
    String node = service.qcow2(MIB);
    Answer refused =
        refusesWithoutATrace(service.pathFrom(node, "/file"), 8 * MIB, 409, "PERMISSION_CONFLICT");
    assertThat(refused.body().path("blockers").path(0).path("unsharedBy").path("edge").asString())
        .isEqualTo(node + ":file");
  }

  @Test
  void refusesAChildOfAQuorumAndNamesTheEdge() {
    String child = service.qcow2(MIB);
    String quorum =
        service.added(
            "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s']}"
                .formatted(Service.fresh("quorum"), child));
    Answer refused = refusesWithoutATrace(child, 2 * MIB, 409, "PERMISSION_CONFLICT");
    assertThat(refused.body().path("blockers").path(0).path("unsharedBy").path("edge").asString())
        .isEqualTo(quorum + ":children.0");
  }

  @Test
  void refusesAnExportedNodeAndNamesTheExport() {
    String node = service.qcow2(MIB);
    String export = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, node))
        .expect(201);
    Answer refused = refusesWithoutATrace(node, 2 * MIB, 409, "PERMISSION_CONFLICT");
    assertThat(refused.body().path("blockers").path(0).path("unsharedBy").path("id").asString())
        .isEqualTo(export);
  }

  @Test
  void refusesSourceAndTargetOfAMirrorAndNamesTheJob() {
    String source = service.qcow2(MIB);
    String target = service.qcow2(MIB);
    String job = Service.fresh("job");
    service
        .post(
            "/mirror-jobs",
            "{'jobId':'%s','source':'%s','target':'%s','sync':'full'}"
                .formatted(job, source, target))
        .expect(202);
    for (String node : new String[] {source, target}) {
      Answer refused = resize(node, 2 * MIB).expect(409);
      assertThat(refused.text("code")).isEqualTo("NODE_BUSY");
      assertThat(refused.text("detail")).contains(job);
    }
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
  }

  @Test
  void refusesImpossibleSizesAndNodes() {
    String node = service.qcow2(MIB);
    refusesWithoutATrace(node, -1, 400, "INVALID_REQUEST");
    refusesWithoutATrace(node, 1000001, 400, "INVALID_SIZE");
    refusesWithoutATrace("nobody", MIB, 404, "NODE_NOT_FOUND");
    String fixed = service.qcow2(MIB, ",'readOnly':true");
    refusesWithoutATrace(fixed, 2 * MIB, 409, "READ_ONLY");
    String above = Service.fresh("filter");
    service.added("{'nodeName':'%s','driver':'throttle','file':'%s'}".formatted(above, fixed));
    refusesWithoutATrace(above, 2 * MIB, 409, "READ_ONLY");
  }

  @Test
  void saysInADryRunWhatWouldBeRefused() {
    String node = service.qcow2(MIB);
    assertThat(
            service
                .post("/nodes/" + node + "/resize?dryRun=true", "{'size':%d}".formatted(2 * MIB))
                .expect(200)
                .body()
                .path("dryRun")
                .asBoolean())
        .isTrue();
    assertThat(sizeOf(node)).isEqualTo(MIB);
    String file = service.pathFrom(node, "/file");
    assertThat(
            service
                .post("/nodes/" + file + "/resize?dryRun=true", "{'size':%d}".formatted(8 * MIB))
                .expect(409)
                .text("code"))
        .isEqualTo("PERMISSION_CONFLICT");
  }
}
