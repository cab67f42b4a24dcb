package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Mirror jobs as operators start and steer them; the numbers in R stand for the rows of the matrix
/// in requirements 1.6.
class MirrorOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private Answer refuses(int status, String code, String source, String target, String more) {
    return refusing.of(status, code, () -> bench.ask(Service.fresh("job"), source, target, more));
  }

  @Test
  void copiesAWholeDiskAndTakesItsPlace() {
    String source = bench.disk(0x21);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(source, target, ""));
    assertThat(service.pathFrom(above, "/file")).isEqualTo(target);
    assertThat(bench.content(above)).containsOnly((byte) 0x21);
  }

  @Test
  void copiesOnlyTheTopLayerOntoTheSameBackingDisk() {
    String base = bench.disk(0x22);
    String top = service.qcow2(MIB, ",'backing':'" + base + "'");
    service.putData(top, 65536, new byte[] {1, 2, 3}).expect(200);
    String target = service.qcow2(MIB, ",'backing':'" + base + "'");
    bench.succeeds(bench.ready(top, target, "'sync':'top'"));
    assertThat(service.pathFrom(target, "/backing")).isEqualTo(base);
    assertThat(service.data(target, 65536, 4)).isEqualTo(new byte[] {1, 2, 3, 0x22});
  }

  @Test
  void copiesNothingButLaterWrites() {
    String source = bench.disk(0x23);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "'sync':'none'");
    service.putData(above, 0, new byte[] {9}).expect(200);
    service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'soft'}").expect(200);
    assertThat(service.data(target, 0, 2)).isEqualTo(new byte[] {9, 0x23});
    assertThat(service.data(target, MIB / 2, 512)).containsOnly((byte) 0);
  }

  @Test
  void replacesAChildOfAQuorumR1() {
    String[] children = {bench.disk(0x31), bench.disk(0x77), bench.disk(0x31)};
    String quorum = bench.quorum(children);
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(quorum, target, "'replaces':'" + children[1] + "'"));
    assertThat(service.pathFrom(quorum, "/children.1")).isEqualTo(target);
    assertThat(bench.content(target)).containsOnly((byte) 0x31);
  }

  @Test
  void replacesAChildThatAnIdleUserHoldsUnlessNoOtherParentIsAllowedR2() {
    String child = bench.disk(0x32);
    String quorum = bench.quorum(child);
    service.added(
        "{'nodeName':'%s','driver':'raw','file':'%s'}".formatted(Service.fresh("raw"), child));
    String replaces = "'replaces':'" + child + "'";
    refuses(
        409,
        "REPLACE_WOULD_CHANGE_DATA",
        quorum,
        service.qcow2(MIB),
        replaces + ",'otherParents':'none-allowed'");
    bench.succeeds(bench.ready(quorum, service.qcow2(MIB), replaces));
  }

  @Test
  void givesUpWhenSomebodyBeganToCareWhileItWasReadyR3() {
    String[] children = {bench.disk(0x33), bench.disk(0x33)};
    String quorum = bench.quorum(children);
    String target = service.qcow2(MIB);
    String job = bench.ready(quorum, target, "'replaces':'" + children[1] + "'");
    String export = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, children[1]))
        .expect(201);
    JsonNode error = bench.complete(job).body().path("error");
    assertThat(error.path("code").asString()).isEqualTo("REPLACE_NO_LONGER_SAFE");
    String blocker = error.path("blockers").path(0).toString();
    assertThat(blocker).contains("\"" + export + "\"").contains("consistent-read");
    assertThat(service.pathFrom(quorum, "/children.1")).isEqualTo(children[1]);
    assertThat(service.get("/nodes?implicit=true").body().toString()).doesNotContain(job);
  }

  @Test
  void replacesAFilterAndWhatLiesBelowFiltersR4R5() {
    String below = bench.disk(0x34);
    String inner = bench.filter(below);
    String outer = bench.filter(inner);
    String first = service.qcow2(MIB);
    bench.succeeds(bench.ready(outer, first, "'replaces':'" + inner + "'"));
    assertThat(service.pathFrom(outer, "/file")).isEqualTo(first);
    String second = service.qcow2(MIB);
    bench.succeeds(bench.ready(outer, second, "'replaces':'" + first + "'"));
    assertThat(service.pathFrom(outer, "/file")).isEqualTo(second);
    assertThat(bench.content(outer)).containsOnly((byte) 0x34);
  }

  @Test
  void refusesToReplaceWhatDoesNotShowTheDataOfTheSourceR7R8R9() {
    String base = bench.disk(0x35);
    String top = service.qcow2(MIB, ",'backing':'" + base + "'");
    List<String> others = List.of(base, service.pathFrom(top, "/file"), service.qcow2(MIB));
    for (String other : others) {
      String replaces = "'replaces':'" + other + "'";
      refuses(409, "REPLACE_NOT_COVERED", top, service.qcow2(MIB), replaces);
    }
  }

  @Test
  void refusesToReplaceNobodyAndTheTargetR10R11() {
    String source = service.qcow2(MIB);
    String target = service.qcow2(MIB);
    refuses(404, "NODE_NOT_FOUND", source, target, "'replaces':'nobody'");
    refuses(409, "REPLACE_NOT_COVERED", source, target, "'replaces':'" + target + "'");
    refuses(404, "NODE_NOT_FOUND", "nobody", target, "");
    refuses(404, "NODE_NOT_FOUND", source, "nobody", "");
  }

  @Test
  void refusesATargetOfAnotherLengthR18() {
    Answer answer = refuses(422, "SIZE_MISMATCH", service.qcow2(MIB), service.qcow2(2 * MIB), "");
    assertThat(answer.text("detail")).contains("1048576").contains("2097152");
  }

  @Test
  void refusesATargetBelowTheSourceR19() {
    String below = service.qcow2(MIB);
    refuses(409, "SELF_MIRROR", bench.filter(below), below, "");
    refuses(409, "SELF_MIRROR", below, below, "");
  }

  @Test
  void refusesAReadOnlyTargetR20() {
    refuses(409, "READ_ONLY", service.qcow2(MIB), service.qcow2(MIB, ",'readOnly':true"), "");
  }

  @Test
  void refusesUnknownModesAndGrainsR21R23() {
    String source = service.qcow2(MIB);
    String target = service.qcow2(MIB);
    Answer mode = refuses(400, "INVALID_REQUEST", source, target, "'sync':'incremental'");
    assertThat(Refusing.pointers(mode)).containsExactly("/sync");
    for (int granularity : new int[] {300, 3000, 256}) {
      Answer grain =
          refuses(400, "INVALID_PARAMETER", source, target, "'granularity':" + granularity);
      assertThat(Refusing.pointers(grain)).containsExactly("/granularity");
    }
  }

  @Test
  void refusesToReplaceByACopyThatHoldsNotEverythingUnlessThatIsMeantR22() {
    String[] children = {bench.disk(0x36), bench.disk(0x36)};
    String quorum = bench.quorum(children);
    String more = "'sync':'none','replaces':'" + children[0] + "'";
    refuses(422, "CONSENT_MISSING", quorum, service.qcow2(MIB), more);
    String accepted = more + ",'acceptPartialData':true";
    String job = bench.ready(quorum, service.qcow2(MIB), accepted);
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
  }

  @Test
  void staysReadyWhenWhatItWasToReplaceIsGoneR25() {
    String child = bench.disk(0x37);
    String filter = bench.filter(child);
    String job = bench.ready(filter, service.qcow2(MIB), "'replaces':'" + child + "'");
    refusing.of(409, "NODE_IN_USE", () -> service.delete("/nodes/" + child));
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
    assertThat(service.pathFrom(filter, "/file")).isEqualTo(child);
  }

  @Test
  void mirrorsANodeInTheMiddleOfAGraphR28() {
    String below = bench.disk(0x38);
    String above = bench.filter(below);
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(below, target, ""));
    assertThat(service.pathFrom(above, "/file")).isEqualTo(target);
  }

  @Test
  void refusesASecondMirrorOfTheSameSourceAndNamesTheFirstR29() {
    String source = bench.disk(0x39);
    String job = bench.ready(source, service.qcow2(MIB), "");
    Answer answer = refuses(409, "NODE_BUSY", source, service.qcow2(MIB), "");
    assertThat(answer.body().path("blockers").path(0).path("jobId").asString()).isEqualTo(job);
    String other = bench.disk(1);
    String target = service.qcow2(MIB);
    Answer taken = refusing.of(409, "JOB_ID_IN_USE", () -> bench.ask(job, other, target, ""));
    assertThat(taken.text("detail")).contains("'" + job + "'");
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
  }

  @Test
  void refusesALoopAndTellsItsEdges() {
    String below = bench.disk(0x3a);
    String filter = bench.filter(below);
    String middle = service.qcow2(MIB, ",'backing':'" + below + "'");
    String target = service.qcow2(MIB, ",'backing':'" + middle + "'");
    String replaces = "'replaces':'" + below + "','sync':'none','acceptPartialData':true";
    Answer answer = refuses(409, "REPLACE_WOULD_LOOP", filter, target, replaces);
    assertThat(answer.body().path("path")).isNotEmpty();
  }

  @Test
  void copiesIntoAQuorumSoThatEveryChildHasTheData() {
    String source = bench.filter(bench.disk(0x51));
    String[] children = {service.qcow2(MIB), service.qcow2(MIB), service.qcow2(MIB)};
    String target = bench.quorum(children);
    String job = bench.ready(source, bench.filter(target), "");
    service.putData(source, 4096, new byte[] {7}).expect(200);
    bench.succeeds(job);
    for (String child : children) {
      byte[] bytes = bench.content(child);
      assertThat(bytes[4096]).isEqualTo((byte) 7);
      bytes[4096] = 0x51;
      assertThat(bytes).containsOnly((byte) 0x51);
    }
  }

  @Test
  void countsPauses() {
    String job = bench.ready(bench.disk(0x3b), service.qcow2(MIB), "");
    for (int pauses = 1; pauses <= 2; pauses++) {
      Answer paused = service.post("/jobs/" + job + "/pause?wait=30", "").expect(200);
      assertThat(paused.body().path("pauses").asInt()).isEqualTo(pauses);
    }
    service.post("/jobs/" + job + "/resume", "").expect(200);
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo("standby");
    service.post("/jobs/" + job + "/resume", "").expect(200);
    assertThat(service.get("/jobs/" + job + "?wait=20").text("status")).isEqualTo("ready");
    refusesVerb(job, "resume");
    service.post("/jobs/" + job + "/cancel?wait=20", "").expect(200);
  }

  @Test
  void refusesToCompleteACopyOfTheTopThatNothingBacks() {
    String[] chain = service.chain(2, 1 << 20);
    String job = bench.ready(chain[1], service.qcow2(1 << 20), "'sync':'top'");
    Answer refused = service.post("/jobs/" + job + "/complete", "").expect(422);
    assertThat(refused.text("code")).isEqualTo("CONSENT_MISSING");
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo("ready");
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'soft'}").expect(200);
  }

  private Answer refusesVerb(String job, String verb) {
    Answer refused =
        refusing.of(
            409, "JOB_VERB_NOT_ALLOWED", () -> service.post("/jobs/" + job + "/" + verb, ""));
    for (JsonNode allowed : service.get("/jobs/" + job).body().path("verbs")) {
      assertThat(refused.text("correction")).contains(allowed.asString());
    }
    return refused;
  }

  @Test
  void takesANewSpeed() {
    String source = bench.disk(0x3c);
    String job = Service.fresh("job");
    bench.ask(job, source, service.qcow2(MIB), "'speed':1024,'bufSize':65536").expect(202);
    bench.await(job, now -> now.path("progress").path("bytesDone").asLong() > 0);
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo("running");
    refusesVerb(job, "complete");
    service.patch("/jobs/" + job, "{'speed':0}").expect(200);
    assertThat(service.get("/jobs/" + job + "?wait=30").text("status")).isEqualTo("ready");
    refusing.of(400, "INVALID_REQUEST", () -> service.patch("/jobs/" + job, "{'speed':-1}"));
    service.post("/jobs/" + job + "/cancel?wait=20", "").expect(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soft", "force"})
  void endsWithoutReplacingAnythingWhenItIsCancelled(String mode) {
    String source = bench.disk(0x3d);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "");
    Answer over = service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'%s'}".formatted(mode));
    assertThat(over.expect(200).text("status")).isEqualTo("concluded");
    String code = over.body().path("error").path("code").asString("");
    assertThat(code).isEqualTo(mode.equals("soft") ? "" : "JOB_CANCELLED");
    assertThat(service.pathFrom(above, "/file")).isEqualTo(source);
    if (mode.equals("soft")) {
      assertThat(bench.content(target)).containsOnly((byte) 0x3d);
    }
  }

  @Test
  void isForgottenOnlyWhenItIsOverAndDismissed() {
    String job = bench.ready(bench.disk(0x3e), service.qcow2(MIB), "");
    refusing.of(409, "JOB_VERB_NOT_ALLOWED", () -> service.delete("/jobs/" + job));
    bench.succeeds(job);
    refusesVerb(job, "pause");
    assertThat(service.get("/jobs?status=concluded").body().toString()).contains("\"" + job + "\"");
    service.delete("/jobs/" + job).expect(200);
    refusing.of(404, "JOB_NOT_FOUND", () -> service.get("/jobs/" + job));
  }

  @Test
  void waitsToBeFinalizedWhenAskedTo() {
    String source = bench.disk(0x3f);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "'autoFinalize':false");
    assertThat(bench.complete(job).text("status")).isEqualTo("pending");
    assertThat(service.pathFrom(above, "/file")).isNotEqualTo(target);
    service.post("/jobs/" + job + "/finalize?wait=30", "").expect(200);
    assertThat(service.pathFrom(above, "/file")).isEqualTo(target);
  }

  /// The job's filter shows its source, and is as writable.
  @Test
  void makesAMirroredDiskWritableAndReadOnlyAlongWithTheFilterOfItsJob() {
    String disk = bench.disk(0x71);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    String job = bench.ready(disk, service.qcow2(MIB), "");
    String writer = "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}";
    String export = Service.fresh("vm");
    Answer refused = service.post("/exports", writer.formatted(export, disk));
    Refusing.isProblem(refused, 409, "READ_ONLY");
    service.patch("/nodes/" + disk, "{'readOnly':false}").expect(200);
    service.post("/exports", writer.formatted(export, disk)).expect(201);
    Refusing.isProblem(service.patch("/nodes/" + disk, "{'readOnly':true}"), 409, "READ_ONLY");
    service.delete("/exports/" + export).expect(200);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    Refusing.isProblem(service.post("/exports", writer.formatted(export, disk)), 409, "READ_ONLY");
    service.patch("/nodes/" + disk, "{'readOnly':false}").expect(200);
    bench.succeeds(job);
  }
}
