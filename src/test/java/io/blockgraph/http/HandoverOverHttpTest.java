package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Nodes that are handed over to a stranger or to another service, and taken back.
@Timeout(180)
class HandoverOverHttpTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private Service other;

  @AfterEach
  void endTheOther() {
    if (other != null) {
      other.close();
    }
  }

  private static Answer turn(Service at, String node, boolean active, String more) {
    return at.put("/nodes/" + node + "/active", "{'active':" + active + more + "}");
  }

  private List<String> turned(String node, boolean active) {
    return turn(service, node, active, "")
        .expect(200)
        .body()
        .path("turned")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  private static void fill(Service at, String node, int value) {
    byte[] bytes = new byte[MIB];
    Arrays.fill(bytes, (byte) value);
    at.putData(node, 0, bytes).expect(200);
  }

  private static void holds(Service at, String node, int value) {
    assertThat(at.data(node, 0, MIB)).containsOnly((byte) value);
  }

  private String state(String node) {
    return service.get("/nodes/" + node).expect(200).text("state");
  }

  @Test
  void aStrangerUsesTheImageMeanwhileAndWhatHeWroteIsSeen() {
    String disk = service.qcow2(MIB);
    Path image = service.image(disk + ".qcow2");
    fill(service, disk, 1);
    assertThat(
            QemuIo.tryRun(image.toString(), List.of("-f", "qcow2"), QemuIo.verify(1, 0, MIB))
                .exitCode())
        .isNotZero();
    assertThat(turned(disk, false)).containsExactly(disk, disk + ".file");
    assertThat(state(disk)).isEqualTo("inactive");
    QemuImg.assertClean(image);
    QemuIo.run(image, "qcow2", QemuIo.verify(1, 0, MIB), QemuIo.write(2, 0, MIB));
    QemuImg.resize(image, "qcow2", 2L * MIB);
    QemuIo.run(image, "qcow2", QemuIo.write(3, MIB, MIB));
    assertThat(turned(disk, true)).containsExactlyInAnyOrder(disk, disk + ".file");
    holds(service, disk, 2);
    assertThat(service.data(disk, MIB, MIB)).containsOnly((byte) 3);
    fill(service, disk, 4);
    service.delete("/nodes/" + disk).expect(200);
    QemuImg.assertClean(image);
  }

  @Test
  void anotherServiceTakesOverWhileAClientWritesHereAndThere() {
    other = Service.on(folder, "--blockgraph.image-roots=" + service.images());
    String disk = service.qcow2(MIB);
    String there = "away";
    String node =
        "{'nodeName':'%s','driver':'qcow2','active':%s,'file':{'driver':'file','filename':'%s.qcow2'}}";
    Answer early = other.post("/nodes", node.formatted(there, true, disk));
    assertThat(early.status()).as(early.body().toString()).isEqualTo(409);
    assertThat(early.text("code")).isEqualTo("IMAGE_LOCKED");
    other.post("/nodes", node.formatted(there, false, disk)).expect(201);
    String here = exported(service, disk);
    for (int round = 1; round <= 2; round++) {
      writes(uri(service, here));
      fill(service, disk, round);
      turn(service, disk, false, ",'acceptFailingRequests':true").expect(200);
      turn(other, there, true, "").expect(200);
      holds(other, there, round);
      String export = exported(other, there);
      writes(uri(other, export));
      other.delete("/exports/" + export).expect(200);
      fill(other, there, 16 + round);
      assertThat(turn(service, disk, true, "").expect(409).text("code")).isEqualTo("IMAGE_LOCKED");
      assertThat(state(disk)).isEqualTo("inactive");
      turn(other, there, false, "").expect(200);
      turn(service, disk, true, "").expect(200);
      holds(service, disk, 16 + round);
    }
    service.delete("/exports/" + here).expect(200);
    service.delete("/nodes/" + disk).expect(200);
    QemuImg.assertClean(service.image(disk + ".qcow2"));
  }

  private static String exported(Service at, String node) {
    String id = Service.fresh("export");
    at.post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(id, node))
        .expect(201);
    return id;
  }

  private static String uri(Service at, String export) {
    return at.get("/exports/" + export).expect(200).body().path("uris").path(0).asString();
  }

  private static void writes(String uri) {
    NbdTools.fioVerify(uri, MIB).ok();
  }

  @Test
  void clientsAreToldThatTheirRequestsFailAndGoOnAfterwards() {
    String disk = service.qcow2(MIB);
    fill(service, disk, 1);
    String export = exported(service, disk);
    Answer refused = refusing.of(422, "CONSENT_MISSING", () -> turn(service, disk, false, ""));
    assertThat(refused.text("detail")).contains(export);
    assertThat(Refusing.pointers(refused)).containsExactly("/acceptFailingRequests");
    assertThat(
            refused
                .body()
                .path("steps")
                .path(0)
                .path("body")
                .path("acceptFailingRequests")
                .asBoolean())
        .as(refused.body().toString())
        .isTrue();
    turn(service, disk, false, ",'acceptFailingRequests':true").expect(200);
    var failed =
        QemuIo.tryRun(uri(service, export), List.of("-f", "raw"), QemuIo.verify(1, 0, 512));
    assertThat(failed.exitCode()).isNotZero();
    turn(service, disk, true, "").expect(200);
    QemuIo.run(uri(service, export), List.of("-f", "raw"), QemuIo.verify(1, 0, MIB)).ok();
    service.delete("/exports/" + export).expect(200);
  }

  @Test
  void aChainGoesAsAWholeAndWhatOthersUseStays() {
    String[] chain = service.chain(3, MIB);
    fill(service, chain[0], 1);
    String export = exported(service, chain[1]);
    service.delete("/exports/" + export).expect(200);
    refusing.of(409, "NODE_INACTIVE", () -> turn(service, chain[0], false, ""));
    assertThat(turned(chain[2], false)).hasSize(6);
    turn(service, chain[2] + ".file", true, "").expect(200);
    assertThat(state(chain[2])).isEqualTo("inactive");
    assertThat(turned(chain[2], true)).hasSize(5);
    holds(service, chain[2], 1);
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':false}"
                .formatted(Service.fresh("export"), chain[1]))
        .expect(201);
    assertThat(turned(chain[2], false)).containsExactly(chain[2], chain[2] + ".file");
    holds(service, chain[1], 1);
    turned(chain[2], true);
  }

  @Test
  void anInactiveNodeTakesNoRequestsThatNeedIt() {
    String disk = service.qcow2(MIB);
    turned(disk, false);
    refusing.of(
        409, "NODE_INACTIVE", () -> service.get("/nodes/" + disk + "/data?offset=0&length=1"));
    refusing.of(409, "NODE_INACTIVE", () -> service.putData(disk, 0, new byte[1]));
    refusing.of(
        409, "NODE_INACTIVE", () -> service.post("/nodes/" + disk + "/resize", "{'size':512}"));
    refusing.of(
        409,
        "NODE_INACTIVE",
        () ->
            service.post(
                "/nodes/" + disk + "/snapshots", "{'overlayFile':'no.qcow2','overlayName':'no'}"));
    String snapshots = "/nodes/" + disk + "/internal-snapshots";
    refusing.of(409, "NODE_INACTIVE", () -> service.get(snapshots));
    refusing.of(409, "NODE_INACTIVE", () -> service.post(snapshots, "{'name':'no'}"));
    refusing.of(
        409,
        "NODE_INACTIVE",
        () -> service.post("/stream-jobs", "{'jobId':'no','node':'" + disk + "'}"));
    refusing.of(
        409,
        "NODE_INACTIVE",
        () ->
            service.post(
                "/nodes",
                "{'nodeName':'no','driver':'throttle','file':'" + disk + "','iopsTotal':5}"));
    assertThat(turned(disk, false)).isEmpty();
    service.delete("/nodes/" + disk).expect(200);
  }

  @Test
  void whatCannotBeWrittenBackIsNotHandedOver() {
    String file = service.qcow2(MIB);
    service.delete("/nodes/" + file).expect(200);
    String disk =
        service.added(
            """
            {'nodeName':'%1$s','driver':'qcow2','file':{'driver':'blkdebug','nodeName':'%1$s-faulty',
             'file':{'driver':'file','filename':'%2$s.qcow2'}}}
            """
                .formatted(Service.fresh("disk"), file));
    fill(service, disk, 1);
    service
        .patch("/nodes/" + disk + "-faulty", "{'injectError':[{'operation':'flush','once':true}]}")
        .expect(200);
    assertThat(turn(service, disk, false, "").expect(500).text("code")).isEqualTo("IO_ERROR");
    assertThat(state(disk)).isEqualTo("open");
    holds(service, disk, 1);
    turned(disk, false);
    QemuIo.run(service.image(file + ".qcow2"), "qcow2", QemuIo.verify(1, 0, MIB));
  }

  @Test
  void aDryRunHandsNothingOver() {
    String disk = service.qcow2(MIB);
    String before = service.graph();
    Answer dry =
        service.put("/nodes/" + disk + "/active?dryRun=true", "{'active':false}").expect(200);
    assertThat(dry.body().path("turned").size()).isEqualTo(2);
    assertThat(service.graph()).isEqualTo(before);
    fill(service, disk, 1);
    turned(disk, false);
    service.put("/nodes/" + disk + "/active?dryRun=true", "{'active':true}").expect(200);
    assertThat(state(disk)).isEqualTo("inactive");
    turned(disk, true);
    holds(service, disk, 1);
  }

  @Test
  void staysInactiveOverARestart() {
    Service first = Service.on(folder);
    String disk = first.qcow2(MIB);
    fill(first, disk, 1);
    first.post("/nodes/" + disk + "/internal-snapshots", "{'name':'s'}").expect(201);
    fill(first, disk, 2);
    String past =
        first.added(
            "{'nodeName':'past','driver':'internal-snapshot','file':'%s','snapshot':'s','readOnly':true}"
                .formatted(disk));
    String idle = first.qcow2(MIB);
    turn(first, idle, false, "").expect(200);
    first.close();
    other = Service.on(folder);
    holds(other, disk, 2);
    holds(other, past, 1);
    assertThat(other.get("/nodes/" + idle).text("state")).isEqualTo("inactive");
    QemuIo.run(other.image(idle + ".qcow2"), "qcow2", QemuIo.write(7, 0, MIB));
    turn(other, idle, true, "").expect(200);
    holds(other, idle, 7);
  }
}
