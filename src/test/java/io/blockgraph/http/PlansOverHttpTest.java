package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Lists of requests: what they would come to, and, as a transaction, all of them or none (BG-16,
/// BG-38).
class PlansOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private static String action(String method, String path, String body) {
    return "{'method':'%s','path':'%s'%s}"
        .formatted(method, path, body.isEmpty() ? "" : ",'body':" + body);
  }

  private static String list(String... actions) {
    return "{'actions':[" + String.join(",", actions) + "]}";
  }

  /// Asks for a plan and expects that nothing is touched.
  private JsonNode plan(String... actions) {
    String graph = service.graph();
    JsonNode plan = service.post("/graph/plan", list(actions)).expect(200).body();
    assertThat(service.graph()).isEqualTo(graph);
    return plan;
  }

  private static String snapshotOf(String node, String name) {
    return action(
        "POST",
        "/nodes/" + node + "/snapshots",
        "{'overlayFile':'%s.qcow2','overlayName':'%s'}".formatted(name, name));
  }

  private static List<String> names(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void plansEachRequestOnTheGraphThatThoseBeforeItWouldLeave() {
    String disk = bench.disk(0x21);
    String overlay = Service.fresh("planned");
    String filter = Service.fresh("filter");
    JsonNode plan =
        plan(
            snapshotOf(disk, overlay),
            action(
                "POST",
                "/nodes",
                "{'nodeName':'%s','driver':'throttle','file':'%s'}".formatted(filter, overlay)),
            action(
                "POST",
                "/exports",
                "{'id':'%s-vm','type':'nbd','nodeName':'%s'}".formatted(filter, filter)),
            action("POST", "/nodes/" + overlay + "/resize", "{'size':%d}".formatted(2 * MIB)));
    assertThat(plan.path("wouldSucceed").asBoolean()).isFalse();
    assertThat(names(plan.path("diff").path("nodesAdded"))).contains(overlay, filter);
    assertThat(names(plan.path("diff").path("usersAdded"))).containsExactly(filter + "-vm");
    JsonNode resize = plan.path("actions").path(3);
    assertThat(resize.path("wouldSucceed").asBoolean()).isFalse();
    assertThat(resize.path("problem").path("code").asString()).isEqualTo("PERMISSION_CONFLICT");
    assertThat(resize.path("problem").toString()).contains("\"" + filter + "\"");
    assertThat(service.image(overlay + ".qcow2")).doesNotExist();
  }

  @Test
  void putsFiltersInAndTakesThemOutAlongWithOtherChanges() {
    String disk = bench.disk(0x23);
    String old = Service.fresh("throttle");
    String filter = Service.fresh("cor");
    String export = Service.fresh("vm");
    service
        .post("/nodes", "{'nodeName':'%s','driver':'throttle','file':'%s'}".formatted(old, disk))
        .expect(201);
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, old))
        .expect(201);
    String[] actions = {
      action(
          "POST",
          "/nodes/" + disk + "/filters",
          "{'nodeName':'%s','driver':'copy-on-read'}".formatted(filter)),
      action("DELETE", "/nodes/" + filter + "/filters/" + old, "")
    };
    JsonNode plan = plan(actions);
    assertThat(plan.path("wouldSucceed").asBoolean()).as("%s", plan).isTrue();
    assertThat(names(plan.path("diff").path("nodesAdded"))).containsExactly(filter);
    assertThat(names(plan.path("diff").path("nodesRemoved"))).containsExactly(old);
    service.post("/transactions", list(actions)).expect(200);
    assertThat(service.get("/edges/" + export + ":root").expect(200).text("child"))
        .isEqualTo(filter);
    assertThat(service.get("/edges/" + filter + ":file").expect(200).text("child")).isEqualTo(disk);
    service.get("/nodes/" + old).expect(404);
  }

  @Test
  void doesWhatWasPlannedOneByOne() {
    String[] children = {bench.disk(0x22), bench.disk(0x22), bench.disk(0x22)};
    String quorum = bench.quorum(children);
    String fresh = bench.disk(0x22);
    String add = "{'node':'" + fresh + "'}";
    JsonNode plan =
        plan(
            action("POST", "/nodes/" + quorum + "/children", add),
            action("DELETE", "/nodes/" + quorum + "/children/children.0", ""),
            action("DELETE", "/nodes/" + children[0], ""),
            action("PATCH", "/nodes/" + quorum, "{'voteThreshold':3}"));
    assertThat(plan.path("wouldSucceed").asBoolean()).as(plan.toString()).isTrue();
    Answer added = service.post("/nodes/" + quorum + "/children", add).expect(201);
    assertThat(added.body().path("diff").path("edgesAdded"))
        .isEqualTo(plan.path("actions").path(0).path("diff").path("edgesAdded"));
    service.delete("/nodes/" + quorum + "/children/children.0").expect(200);
    service.delete("/nodes/" + children[0]).expect(200);
    service.patch("/nodes/" + quorum, "{'voteThreshold':3}").expect(200);
  }

  @Test
  void plansAMirrorAndRefusesItAsTheRealOneIs() {
    String below = bench.disk(0x23);
    String filter = bench.filter(below);
    String good = MirrorBench.body(Service.fresh("job"), filter, service.qcow2(MIB), "");
    String self = MirrorBench.body(Service.fresh("job"), filter, below, "");
    JsonNode plan =
        plan(action("POST", "/mirror-jobs", good), action("POST", "/mirror-jobs", self));
    assertThat(plan.path("actions").path(0).path("wouldSucceed").asBoolean()).isTrue();
    JsonNode problem = plan.path("actions").path(1).path("problem");
    assertThat(problem.path("code").asString()).isIn("SELF_MIRROR", "NODE_BUSY");
    JsonNode alone = plan(action("POST", "/mirror-jobs", self));
    Answer real = refusing.of(409, "SELF_MIRROR", () -> service.post("/mirror-jobs", self));
    assertThat(alone.path("actions").path(0).path("problem")).isEqualTo(real.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'actions':[]}",
        "{'actions':{}}",
        "{'actions':[1]}",
        "{'actions':[{'method':'POST'}]}",
        "{'actions':[{'method':'GET','path':'/nodes'}]}",
        "{'actions':[{'method':'POST','path':'/nodes','more':1}]}",
        "{'actions':[{'method':'POST','path':'/nodes'}],'more':1}"
      })
  void refusesAListThatIsNone(String body) {
    refusing.of(400, "INVALID_REQUEST", () -> service.post("/graph/plan", body));
    refusing.of(400, "INVALID_REQUEST", () -> service.post("/transactions", body));
  }

  @Test
  void saysWhatIsWrongWithABodyAsTheRequestItselfDoes() {
    JsonNode plan =
        plan(
            action("POST", "/nodes", "{'driver':'qcow3'}"),
            action("POST", "/jobs/one/pause", ""),
            action("DELETE", "/nodes/nobody", ""));
    assertThat(plan.path("actions").path(0).path("problem").path("status").asInt()).isEqualTo(400);
    assertThat(plan.path("actions").path(1).path("problem").path("code").asString())
        .isEqualTo("NOT_FOUND");
    assertThat(plan.path("actions").path(2).path("problem").path("code").asString())
        .isEqualTo("NODE_NOT_FOUND");
  }

  @Test
  void takesAGroupOfSnapshotsAtOneRevisionBG16() {
    String[] disks = {bench.disk(0x24), bench.disk(0x25)};
    String[] overlays = {Service.fresh("group"), Service.fresh("group")};
    long before = service.get("/graph").expect(200).body().path("revision").asLong();
    String all = list(snapshotOf(disks[0], overlays[0]), snapshotOf(disks[1], overlays[1]));
    JsonNode dry = service.post("/transactions?dryRun=true", all).expect(200).body();
    assertThat(dry.path("diff").path("dryRun").asBoolean()).isTrue();
    assertThat(service.image(overlays[0] + ".qcow2")).doesNotExist();
    Answer done = service.post("/transactions", all).expect(200);
    assertThat(done.body().path("diff").path("revision").asLong()).isEqualTo(before + 1);
    assertThat(names(done.body().path("diff").path("nodesAdded"))).contains(overlays);
    for (int i = 0; i < 2; i++) {
      assertThat(service.pathFrom(overlays[i], "/backing")).isEqualTo(disks[i]);
      assertThat(bench.content(overlays[i])).containsOnly((byte) (0x24 + i));
      service.delete("/nodes/" + overlays[i]).expect(200);
      QemuImg.assertClean(service.image(overlays[i] + ".qcow2"));
    }
  }

  @Test
  void takesNoneOfAGroupOfSnapshotsWhenOneCannotBeBG16() {
    String[] disks = {bench.disk(0x26), bench.disk(0x27)};
    String first = Service.fresh("group");
    String all =
        list(
            snapshotOf(disks[0], first),
            action("POST", "/nodes/" + disks[1] + "/snapshots", "{'overlayNode':'nobody'}"));
    Answer refused = refusing.of(404, "NODE_NOT_FOUND", () -> service.post("/transactions", all));
    assertThat(Refusing.pointers(refused)).containsExactly("/actions/1");
    assertThat(service.image(first + ".qcow2")).doesNotExist();
  }

  @Test
  void aDiskThatIsOpenedMayBecomeABackingDiskInTheSameTransaction() {
    String disk = bench.disk(0x2e);
    service.delete("/nodes/" + disk).expect(200);
    String overlay = Service.fresh("group");
    String opening =
        action(
            "POST",
            "/nodes",
            "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
                .formatted(disk));
    assertThat(plan(opening, snapshotOf(disk, overlay)).path("wouldSucceed").asBoolean()).isTrue();
    service.post("/transactions", list(opening, snapshotOf(disk, overlay))).expect(200);
    assertThat(service.get("/nodes/" + disk).body().path("readOnly").asBoolean()).isTrue();
    assertThat(bench.content(overlay)).containsOnly((byte) 0x2e);
  }

  @Test
  void aLaterActionMayUseWhatAnEarlierOneMakes() {
    String disk = bench.disk(0x28);
    String overlay = Service.fresh("group");
    String upper = Service.fresh("group");
    service
        .post("/transactions", list(snapshotOf(disk, overlay), snapshotOf(overlay, upper)))
        .expect(200);
    assertThat(service.pathFrom(upper, "/backing/backing")).isEqualTo(disk);
    assertThat(bench.content(upper)).containsOnly((byte) 0x28);
  }

  @Test
  void insistsOnTheRevisionTheCallerHasSeen() {
    String disk = bench.disk(0x2a);
    Answer refused =
        service.send(
            service
                .request("/transactions")
                .header("Content-Type", "application/json")
                .header("If-Match", "\"1\"")
                .POST(Service.body(list(snapshotOf(disk, Service.fresh("never"))))));
    assertThat(refused.expect(412).text("code")).isEqualTo("REVISION_MISMATCH");
  }
}
