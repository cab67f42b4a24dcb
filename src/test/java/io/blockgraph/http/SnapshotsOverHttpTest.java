package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// The matrix of external snapshots (requirements 1.4): every node that can have an overlay gets
/// one, and readers see what they saw before.
class SnapshotsOverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();

  private Answer snapshot(String node, String overlay) {
    return service.post("/nodes/" + node + "/snapshots", "{'overlayNode':'" + overlay + "'}");
  }

  private byte[] fill(String node, int value) {
    byte[] bytes = new byte[(int) MIB];
    Arrays.fill(bytes, (byte) value);
    service.putData(node, 0, bytes).expect(200);
    return bytes;
  }

  private void refusesWithoutATrace(String node, String overlay, int status, String code) {
    String before = service.graph();
    Answer refused = snapshot(node, overlay).expect(status);
    assertThat(refused.text("code")).isEqualTo(code);
    assertThat(service.graph()).isEqualTo(before);
  }

  @Test
  void putsAnOverlayOnARootAndMakesItReadOnly() {
    String node = service.qcow2(MIB);
    byte[] bytes = fill(node, 0x11);
    String overlay = service.qcow2(MIB);
    snapshot(node, overlay).expect(201);
    assertThat(service.data(overlay, 0, (int) MIB)).isEqualTo(bytes);
    assertThat(service.get("/nodes/" + node).body().path("readOnly").asBoolean()).isTrue();
  }

  @Test
  void putsAnOverlayBelowAFilter() {
    String node = service.qcow2(MIB);
    byte[] bytes = fill(node, 0x12);
    String filter =
        service.added(
            "{'nodeName':'%s','driver':'copy-on-read','file':'%s'}"
                .formatted(Service.fresh("cor"), node));
    String overlay = service.qcow2(MIB);
    snapshot(node, overlay).expect(201);
    assertThat(service.pathFrom(filter, "/file")).isEqualTo(overlay);
    assertThat(service.pathFrom(filter, "/file/backing")).isEqualTo(node);
    assertThat(service.data(filter, 0, (int) MIB)).isEqualTo(bytes);
  }

  @Test
  void putsAnOverlayOnAChildOfAQuorum() {
    String[] children = {service.qcow2(MIB), service.qcow2(MIB), service.qcow2(MIB)};
    String quorum =
        service.added(
            "{'nodeName':'%s','driver':'quorum','voteThreshold':2,'children':['%s','%s','%s']}"
                .formatted(Service.fresh("quorum"), children[0], children[1], children[2]));
    byte[] bytes = fill(quorum, 0x13);
    String overlay = service.qcow2(MIB);
    snapshot(children[1], overlay).expect(201);
    assertThat(service.pathFrom(quorum, "/children.1/backing")).isEqualTo(children[1]);
    assertThat(service.data(quorum, 0, (int) MIB)).isEqualTo(bytes);
  }

  @Test
  void putsAnOverlayOnAQuorumItself() {
    String quorum =
        service.added(
            "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s']}"
                .formatted(Service.fresh("quorum"), service.qcow2(MIB)));
    String overlay = service.qcow2(MIB);
    snapshot(quorum, overlay).expect(201);
    assertThat(service.pathFrom(overlay, "/backing")).isEqualTo(quorum);
  }

  @Test
  void putsAnOverlayIntoTheMiddleOfAChain() {
    String[] chain = service.chain(3, MIB);
    byte[] bytes = fill(chain[2], 0x14);
    String overlay = service.qcow2(MIB);
    snapshot(chain[1], overlay).expect(201);
    assertThat(service.pathFrom(chain[2], "/backing")).isEqualTo(overlay);
    assertThat(service.pathFrom(chain[2], "/backing/backing")).isEqualTo(chain[1]);
    assertThat(service.data(chain[2], 0, (int) MIB)).isEqualTo(bytes);
  }

  @Test
  void putsAnOverlayOnTheDeepestDisk() {
    String base = service.qcow2(MIB);
    byte[] bytes = fill(base, 0x15);
    String top = service.qcow2(MIB, ",'backing':'" + base + "'");
    String overlay = service.qcow2(MIB);
    snapshot(base, overlay).expect(201);
    assertThat(service.data(top, 0, (int) MIB)).isEqualTo(bytes);
    assertThat(service.get("/nodes/" + top + "/snapshots").body().path("layers")).hasSize(3);
  }

  @Test
  void warnsWhenAFormatsMetadataMoveToAnOverlay() {
    String node = service.qcow2(MIB);
    String file = service.pathFrom(node, "/file");
    long length = service.get("/nodes/" + file).body().path("sizeBytes").asLong();
    Answer done = snapshot(file, service.qcow2(length)).expect(201);
    assertThat(done.body().path("warnings")).hasSize(1);
  }

  @Test
  void makesANewFileForTheOverlay() {
    String node = service.qcow2(MIB);
    byte[] bytes = fill(node, 0x16);
    String name = Service.fresh("overlay");
    service
        .post(
            "/nodes/" + node + "/snapshots",
            "{'overlayFile':'%s.qcow2','overlayName':'%s'}".formatted(name, name))
        .expect(201);
    service.putData(name, 4096, new byte[] {1, 2, 3}).expect(200);
    bytes[4096] = 1;
    bytes[4097] = 2;
    bytes[4098] = 3;
    assertThat(service.data(name, 0, (int) MIB)).isEqualTo(bytes);
    service.delete("/nodes/" + name).expect(200);
    QemuImg.assertClean(service.image(name + ".qcow2"));
  }

  @Test
  void leavesNoFileBehindWhenTheSnapshotIsRefused() {
    String node = service.qcow2(MIB);
    String taken = service.qcow2(MIB);
    String before = service.graph();
    Answer refused =
        service.post(
            "/nodes/" + node + "/snapshots",
            "{'overlayFile':'never.qcow2','overlayName':'%s'}".formatted(taken));
    assertThat(refused.expect(409).text("code")).isEqualTo("NODE_NAME_IN_USE");
    assertThat(service.image("never.qcow2")).doesNotExist();
    assertThat(service.graph()).isEqualTo(before);
  }

  @Test
  void refusesAFilterAsOverlay() {
    String node = service.qcow2(MIB);
    String filter =
        service.added(
            "{'nodeName':'%s','driver':'copy-on-read','file':'%s'}"
                .formatted(Service.fresh("cor"), service.qcow2(MIB)));
    refusesWithoutATrace(node, filter, 422, "OVERLAY_IS_FILTER");
  }

  @Test
  void refusesADriverWithoutBackingDisks() {
    String node = service.qcow2(MIB);
    String disk =
        service.added(
            "{'nodeName':'%s','driver':'null','size':%d}".formatted(Service.fresh("null"), MIB));
    refusesWithoutATrace(node, disk, 422, "BACKING_UNSUPPORTED");
  }

  @Test
  void refusesAnOverlayThatHasABackingDisk() {
    String[] chain = service.chain(2, MIB);
    refusesWithoutATrace(service.qcow2(MIB), chain[1], 409, "OVERLAY_HAS_BACKING");
  }

  @Test
  void refusesAnOverlaySomebodyReads() {
    String node = service.qcow2(MIB);
    String overlay = service.qcow2(MIB);
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(Service.fresh("export"), overlay))
        .expect(201);
    refusesWithoutATrace(node, overlay, 409, "OVERLAY_IN_USE");
  }

  @Test
  void refusesTheNodeAsItsOwnOverlay() {
    String node = service.qcow2(MIB);
    refusesWithoutATrace(node, node, 409, "WOULD_CYCLE");
  }

  @Test
  void refusesToBackAnOverlayByItsOwnFile() {
    String overlay = service.qcow2(MIB);
    refusesWithoutATrace(
        service.pathFrom(overlay, "/file"), overlay, 422, "OVERLAY_SHARES_STORAGE");
  }

  @Test
  void refusesAnOverlayOfAnotherLengthUnlessThatIsMeant() {
    String node = service.qcow2(MIB);
    String shorter = service.qcow2(MIB / 2);
    refusesWithoutATrace(node, shorter, 422, "SIZE_MISMATCH");
    service
        .post(
            "/nodes/" + node + "/snapshots",
            "{'overlayNode':'%s','allowSizeChange':true}".formatted(shorter))
        .expect(201);
  }

  @Test
  void refusesAnOverlayWithDataUnlessThatIsMeant() {
    String node = service.qcow2(MIB);
    String overlay = service.qcow2(MIB);
    fill(overlay, 0x17);
    refusesWithoutATrace(node, overlay, 422, "OVERLAY_NOT_EMPTY");
    service
        .post(
            "/nodes/" + node + "/snapshots",
            "{'overlayNode':'%s','acceptContentChange':true}".formatted(overlay))
        .expect(201);
  }

  @Test
  void refusesWhatIsNotThere() {
    refusesWithoutATrace("nobody", service.qcow2(MIB), 404, "NODE_NOT_FOUND");
    refusesWithoutATrace(service.qcow2(MIB), "nobody", 404, "NODE_NOT_FOUND");
  }

  @Test
  void refusesTheSourceOfAMirrorAndNamesTheJob() {
    String source = service.qcow2(MIB);
    String target = service.qcow2(MIB);
    String job = Service.fresh("job");
    service
        .post(
            "/mirror-jobs",
            "{'jobId':'%s','source':'%s','target':'%s','sync':'full'}"
                .formatted(job, source, target))
        .expect(202);
    Answer refused = snapshot(source, service.qcow2(MIB)).expect(409);
    assertThat(refused.text("code")).isEqualTo("NODE_BUSY");
    assertThat(refused.body().path("blockers").path(0).path("jobId").asString()).isEqualTo(job);
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
  }
}
