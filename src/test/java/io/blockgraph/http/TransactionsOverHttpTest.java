package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Images, lengths, exports and jobs in one transaction with changes of the graph: all of them or
/// none, and of jobs that are started together, all of them or none come to their end.
class TransactionsOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private static String action(String method, String path, String body) {
    return "{'method':'%s','path':'%s'%s}"
        .formatted(method, path, body.isEmpty() ? "" : ",'body':" + body);
  }

  private static String list(List<String> actions) {
    return "{'actions':[" + String.join(",", actions) + "]}";
  }

  private static String grouped(String... actions) {
    return "{'completionMode':'grouped','actions':[" + String.join(",", actions) + "]}";
  }

  /// An image, a node over it, its export, a longer disk and a mirror onto the new node.
  private List<String> everything(String disk, String fresh, String other) {
    return List.of(
        action(
            "POST",
            "/images",
            "{'driver':'qcow2','filename':'%s.qcow2','size':%d}".formatted(fresh, MIB)),
        action(
            "POST",
            "/nodes",
            "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
                .formatted(fresh)),
        action(
            "POST",
            "/exports",
            "{'id':'%1$s-vm','type':'nbd','nodeName':'%2$s','writable':true}"
                .formatted(fresh, disk)),
        action("POST", "/nodes/" + other + "/resize", "{'size':%d}".formatted(3 * MIB)),
        action(
            "POST",
            "/nodes/" + other + "/snapshots",
            "{'overlayFile':'%1$s-o.qcow2','overlayName':'%1$s-o'}".formatted(fresh)),
        action("POST", "/mirror-jobs", MirrorBench.body(fresh + "-job", disk, fresh, "")));
  }

  private long revision() {
    return service.get("/graph").expect(200).body().path("revision").asLong();
  }

  @Test
  void makesImagesNodesExportsLengthsSnapshotsAndJobsAtOneRevision() {
    String disk = bench.disk(0x31);
    String other = bench.disk(0x32);
    String fresh = Service.fresh("tx");
    long before = revision();
    try (EventReader events = EventReader.on(service)) {
      Answer done = service.post("/transactions", list(everything(disk, fresh, other))).expect(200);
      assertThat(done.body().path("diff").path("revision").asLong()).isEqualTo(before + 1);
      List<EventReader.Told> told = events.until(t -> t.type().equals("graph-changed"));
      assertThat(told.getLast().data().path("what").asString()).contains("snapshot", "mirror");
    }
    assertThat(service.get("/nodes/" + other).body().path("sizeBytes").asLong()).isEqualTo(3 * MIB);
    assertThat(service.get("/nodes/" + fresh + "-o").body().path("sizeBytes").asLong())
        .isEqualTo(3 * MIB);
    assertThat(service.pathFrom(fresh + "-o", "/backing")).isEqualTo(other);
    String uri =
        service.get("/exports/" + fresh + "-vm").expect(200).body().path("uris").path(0).asString();
    QemuIo.run(uri, List.of("-f", "raw"), "write -P 0x33 0 65536");
    bench.await(fresh + "-job", job -> job.path("status").asString().equals("ready"));
    bench.succeeds(fresh + "-job");
    assertThat(service.data(fresh, 0, 65536)).containsOnly((byte) 0x33);
    assertThat(service.data(fresh, 65536, 4096)).containsOnly((byte) 0x31);
  }

  @Test
  void undoesEverythingWhenTheLastActionIsRefused() {
    String disk = bench.disk(0x34);
    String other = bench.disk(0x35);
    String fresh = Service.fresh("tx");
    List<String> actions = new ArrayList<>(everything(disk, fresh, other));
    actions.add(action("DELETE", "/nodes/" + disk, ""));
    Answer refused =
        refusing.of(409, "NODE_IN_USE", () -> service.post("/transactions", list(actions)));
    assertThat(Refusing.pointers(refused)).containsExactly("/actions/6");
    service.get("/exports/" + fresh + "-vm").expect(404);
    service.get("/jobs/" + fresh + "-job").expect(404);
    actions.removeLast();
    service.post("/transactions?dryRun=true", list(actions)).expect(200);
    assertThat(service.image(fresh + ".qcow2")).doesNotExist();
    service.post("/transactions", list(actions)).expect(200);
    bench.settled(fresh + "-job");
    bench.succeeds(fresh + "-job");
  }

  /// It gives back what its file had grown in advance, but not under the eyes of who copies it.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theFileOfAnImageIsCopiedFromTheMomentOnAtWhichNobodyWritesItAnyMore(boolean snapshot) {
    String disk = Service.fresh("disk");
    String file = disk + "-file";
    String copy = Service.fresh("copy");
    QemuImg.create(service.image(disk + ".qcow2"), 4 * MIB, Map.of());
    service.added("{'nodeName':'%s','driver':'file','filename':'%s.qcow2'}".formatted(file, disk));
    service.added("{'nodeName':'%s','driver':'qcow2','file':'%s'}".formatted(disk, file));
    bench.fill(disk, 0x38);
    String ending =
        snapshot
            ? action(
                "POST",
                "/nodes/" + disk + "/snapshots",
                "{'overlayFile':'%1$s-o.qcow2','overlayName':'%1$s-o'}".formatted(disk))
            : action("DELETE", "/nodes/" + disk, "");
    String backup =
        action(
            "POST",
            "/backup-jobs",
            "{'jobId':'%1$s','source':'%2$s','sync':'full','targetFile':{'nodeName':'%1$s-node','filename':'%1$s','format':'raw'}}"
                .formatted(copy, file));

    service.post("/transactions", list(List.of(ending, backup))).expect(200);

    JsonNode job = service.get("/jobs/" + copy + "?wait=30").expect(200).body();
    assertThat(job.path("status").asString()).isEqualTo("concluded");
    assertThat(job.path("error").isMissingNode() || job.path("error").isNull())
        .as(job.toString())
        .isTrue();
    QemuIo.run(service.image(copy), "qcow2", QemuIo.verify(0x38, 0, MIB));
  }

  @Test
  void aBitmapFollowsALengthThatIsMadeAlongWithOthers() {
    String disk = service.qcow2(MIB);
    String other = bench.disk(0x37);
    service.post("/nodes/" + disk + "/bitmaps", "{'name':'b'}").expect(201);
    String grow = action("POST", "/nodes/" + disk + "/resize", "{'size':%d}".formatted(3 * MIB));
    String bitmap = action("POST", "/nodes/" + disk + "/bitmaps", "{'name':'c'}");
    String impossible = action("DELETE", "/nodes/" + other, "");
    String export = bench.export(other, false);
    refusing.of(
        409,
        "NODE_IN_USE",
        () -> service.post("/transactions", list(List.of(grow, bitmap, impossible))));
    service.post("/transactions", list(List.of(grow, bitmap))).expect(200);
    service.putData(disk, 3 * MIB - 5, new byte[] {1, 2, 3, 4, 5}).expect(200);
    for (String name : List.of("b", "c")) {
      Answer shown = service.get("/nodes/" + disk + "/bitmaps/" + name).expect(200);
      assertThat(shown.body().path("dirtyBytes").asLong()).as(name).isEqualTo(65536);
    }
    service.delete("/exports/" + export).expect(200);
  }

  @Test
  void undoesTheRestWhenAJobCannotStart() {
    String disk = bench.disk(0x36);
    String target = service.qcow2(MIB);
    String job = bench.ready(disk, target, "");
    String export = Service.fresh("vm");
    String another = bench.disk(0x36);
    String both =
        list(
            List.of(
                action(
                    "POST",
                    "/exports",
                    "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, another)),
                action(
                    "POST",
                    "/mirror-jobs",
                    MirrorBench.body(job, another, service.qcow2(MIB), ""))));
    Answer refused = refusing.of(409, "JOB_ID_IN_USE", () -> service.post("/transactions", both));
    assertThat(Refusing.pointers(refused)).containsExactly("/actions/1");
    service.get("/exports/" + export).expect(404);
    bench.succeeds(job);
  }

  @Test
  void pointsIntoTheBodyOfTheActionThatIsWrong() {
    String disk = bench.disk(0x37);
    String resize = action("POST", "/nodes/" + disk + "/resize", "{'size':'long'}");
    String snapshot = action("POST", "/nodes/" + disk + "/snapshots", "{'overlayNode':'nobody'}");
    Answer refused =
        refusing.of(
            400,
            "INVALID_REQUEST",
            () -> service.post("/transactions", list(List.of(snapshot, resize))));
    assertThat(Refusing.pointers(refused)).containsExactly("/actions/1/body/size");
    refusing.of(
        400,
        "INVALID_REQUEST",
        () ->
            service.post("/transactions", "{'completionMode':'some','actions':[" + resize + "]}"));
  }

  @Test
  void takesNothingThatCouldNotBeTakenBack() {
    String disk = bench.disk(0x38);
    String half =
        action(
            "POST",
            "/nodes/" + disk + "/resize",
            "{'size':%d,'allowShrink':true}".formatted(MIB / 2));
    Answer shorter =
        refusing.of(
            422, "RESIZE_UNSUPPORTED", () -> service.post("/transactions", list(List.of(half))));
    assertThat(Refusing.pointers(shorter)).containsExactly("/actions/0");
    String cancel = action("POST", "/jobs/nobody/cancel", "");
    Answer ended =
        refusing.of(
            400, "INVALID_REQUEST", () -> service.post("/transactions", list(List.of(cancel))));
    assertThat(Refusing.pointers(ended)).containsExactly("/actions/0/path");
  }

  /// What a longer disk writes to an overlay goes with the overlay when the whole is given up.
  @Test
  void makesNoDiskLongerWhileWhatItIsStoredInChanges() {
    String disk = bench.disk(0x3c);
    String file = disk + ".file";
    String grow = action("POST", "/nodes/" + disk + "/resize", "{'size':%d}".formatted(4L << 30));
    String overlay = Service.fresh("o");
    String below =
        action(
            "POST",
            "/nodes/" + file + "/snapshots",
            "{'overlayFile':'%1$s.qcow2','overlayName':'%1$s'}".formatted(overlay));
    for (List<String> both : List.of(List.of(grow, below), List.of(below, grow))) {
      Answer refused =
          refusing.of(422, "RESIZE_UNSUPPORTED", () -> service.post("/transactions", list(both)));
      assertThat(Refusing.pointers(refused)).containsExactly("/actions/" + both.indexOf(grow));
    }
    bench.fill(disk, 0x3d);
    JsonNode check = service.get("/nodes/" + disk + "/check").expect(200).body();
    assertThat(check.path("clean").asBoolean()).as(check.toString()).isTrue();
    assertThat(bench.content(disk)).containsOnly((byte) 0x3d);
    String filter =
        action(
            "POST",
            "/nodes/" + file + "/filters",
            "{'nodeName':'%s','driver':'copy-on-read'}".formatted(Service.fresh("cor")));
    service.post("/transactions", list(List.of(filter, grow))).expect(200);
  }

  @Test
  void keepsNoBitmapInAnImageWhileWhatThatIsStoredInChanges() {
    String disk = bench.disk(0x3e);
    String keep = action("POST", "/nodes/" + disk + "/bitmaps", "{'name':'b','persistent':true}");
    String below =
        action(
            "POST",
            "/nodes/" + disk + ".file/snapshots",
            "{'overlayFile':'%1$s.qcow2','overlayName':'%1$s'}".formatted(Service.fresh("o")));
    String both = list(List.of(below, keep));
    Answer refused =
        refusing.of(422, "BITMAP_UNSUPPORTED", () -> service.post("/transactions", both));
    assertThat(Refusing.pointers(refused)).containsExactly("/actions/1");
    service.post("/transactions", list(List.of(below))).expect(200);
    service.post("/transactions", list(List.of(keep))).expect(200);
  }

  @Test
  void letsNoNameComeAndGo() {
    String disk = bench.disk(0x39);
    String export = bench.export(disk, false);
    String again =
        action(
            "POST",
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(export, disk));
    String end = action("DELETE", "/exports/" + export, "");
    Answer refused =
        refusing.of(
            400, "INVALID_REQUEST", () -> service.post("/transactions", list(List.of(end, again))));
    assertThat(Refusing.pointers(refused)).containsExactly("/actions/1");
    service.post("/transactions", list(List.of(end))).expect(200);
    service.get("/exports/" + export).expect(404);
    refusing.of(
        400, "INVALID_REQUEST", () -> service.post("/transactions", list(List.of(again, end))));
  }

  /// Two mirrors that end as one.
  private String[] mirrors(String more) {
    String[] jobs = {Service.fresh("job"), Service.fresh("job")};
    String[] starts = new String[2];
    for (int i = 0; i < 2; i++) {
      starts[i] =
          action(
              "POST",
              "/mirror-jobs",
              MirrorBench.body(jobs[i], bench.disk(0x3a), service.qcow2(MIB), more));
    }
    service.post("/transactions", grouped(starts)).expect(200);
    for (String job : jobs) {
      is(job, "ready");
    }
    return jobs;
  }

  private JsonNode is(String job, String status) {
    return bench.await(job, now -> now.path("status").asString().equals(status));
  }

  @Test
  void aJobOfAGroupWaitsForTheOthers() {
    String[] jobs = mirrors("");
    service.post("/jobs/" + jobs[0] + "/complete", "").expect(200);
    is(jobs[0], "waiting");
    assertThat(service.get("/jobs/" + jobs[1]).text("status")).isEqualTo("ready");
    service.post("/jobs/" + jobs[1] + "/complete", "").expect(200);
    for (String job : jobs) {
      assertThat(is(job, "concluded").path("error").isNull()).isTrue();
    }
  }

  @Test
  void aJobOfAGroupThatEndsWithoutItsResultEndsTheOthers() {
    String[] jobs = mirrors("");
    service.post("/jobs/" + jobs[0] + "/complete", "").expect(200);
    is(jobs[0], "waiting");
    service.post("/jobs/" + jobs[1] + "/cancel", "{'mode':'force'}").expect(200);
    for (String job : jobs) {
      assertThat(is(job, "concluded").path("error").path("code").asString())
          .isEqualTo("JOB_CANCELLED");
    }
    assertThat(service.get("/jobs/" + jobs[0]).body().path("error").path("detail").asString())
        .contains(jobs[1]);
  }

  @Test
  void finalizingOneJobOfAGroupFinalizesAll() {
    String[] jobs = mirrors("'autoFinalize':false");
    for (String job : jobs) {
      service.post("/jobs/" + job + "/complete", "").expect(200);
    }
    for (String job : jobs) {
      is(job, "pending");
    }
    service.post("/jobs/" + jobs[1] + "/finalize", "").expect(200);
    for (String job : jobs) {
      assertThat(is(job, "concluded").path("error").isNull()).isTrue();
    }
  }

  @Test
  void withoutAGroupEachJobEndsByItself() {
    String[] jobs = {Service.fresh("job"), Service.fresh("job")};
    List<String> starts = new ArrayList<>();
    for (String job : jobs) {
      starts.add(
          action(
              "POST",
              "/mirror-jobs",
              MirrorBench.body(job, bench.disk(0x3b), service.qcow2(MIB), "")));
    }
    service.post("/transactions", list(starts)).expect(200);
    is(jobs[0], "ready");
    bench.succeeds(jobs[0]);
    is(jobs[1], "ready");
    bench.succeeds(jobs[1]);
  }
}
