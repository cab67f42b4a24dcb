package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.EventReader.Told;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.Ran;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Children of a quorum come and go while it is used (requirements BG-44, R25, R26).
class QuorumChildrenOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private Answer add(String quorum, String node) {
    return add(quorum, node, "");
  }

  private Answer add(String quorum, String node, String more) {
    return service.post("/nodes/" + quorum + "/children", "{'node':'" + node + "'" + more + "}");
  }

  private Answer remove(String quorum, String child) {
    return service.delete("/nodes/" + quorum + "/children/" + child);
  }

  private List<String> children(String node) {
    return service
        .get("/nodes/" + node)
        .expect(200)
        .body()
        .path("children")
        .valueStream()
        .map(edge -> edge.path("name").asString() + "=" + edge.path("child").asString())
        .toList();
  }

  @Test
  void namesGrowAndLeaveGaps() {
    String[] disks = {bench.disk(1), bench.disk(1), bench.disk(1), bench.disk(1)};
    String quorum = bench.quorum(disks[0], disks[1], disks[2]);
    Answer added = add(quorum, disks[3]).expect(201);
    assertThat(added.text("child")).isEqualTo("children.3");
    assertThat(added.text("childNode")).isEqualTo(disks[3]);
    String location = added.headers().firstValue("Location").orElseThrow();
    assertThat(service.get(location.replace("/api/v1", "")).expect(200).text("child"))
        .isEqualTo(disks[3]);
    remove(quorum, "children.0").expect(200);
    assertThat(children(quorum))
        .containsExactly(
            "children.1=" + disks[1], "children.2=" + disks[2], "children.3=" + disks[3]);
    assertThat(add(quorum, disks[0]).text("child")).isEqualTo("children.4");
    assertThat(bench.content(quorum)).containsOnly((byte) 1);
  }

  @Test
  void theNewChildVotesAndIsWrittenTo() {
    String liar = bench.disk(2);
    String right = bench.disk(3);
    String quorum = bench.quorum(liar, right);
    assertThat(service.get("/nodes/" + quorum + "/data?offset=0&length=512").status())
        .isEqualTo(500);
    String third = bench.disk(3);
    add(quorum, third).expect(201);
    assertThat(bench.content(quorum)).containsOnly((byte) 3);
    bench.fill(quorum, 4);
    assertThat(bench.content(third)).containsOnly((byte) 4);
  }

  @Test
  void warnsOfAChildThatMayHoldOtherDataAndOfNoOther() {
    String zeroes = service.qcow2(MIB);
    String quorum = bench.quorum(zeroes);
    assertThat(add(quorum, service.qcow2(MIB)).expect(201).body().path("warnings")).isEmpty();
    String other = bench.disk(5);
    Answer warned = add(quorum, other).expect(201);
    assertThat(warned.body().path("warnings").path(0).asString())
        .contains("'" + other + "'", "may hold other data", "'" + quorum + "'");
  }

  @Test
  void refusesTheSameNodeAgainUnlessThatIsMeantAndThenItCannotBeReplacedR26() {
    String child = bench.disk(6);
    String quorum = bench.quorum(child);
    String target = service.qcow2(MIB);
    Answer refused = refusing.of(409, "DUPLICATE_CHILD", () -> add(quorum, child));
    assertThat(refused.text("detail")).contains(quorum + ":children.0");
    assertThat(refused.text("correction")).contains("allowDuplicate");
    Answer twice = add(quorum, child, ",'allowDuplicate':true").expect(201);
    assertThat(twice.body().path("warnings").path(0).asString()).contains("more than one vote");
    assertThat(children(quorum)).containsExactly("children.0=" + child, "children.1=" + child);
    Answer replace =
        refusing.of(
            409,
            "REPLACE_WOULD_CHANGE_DATA",
            () -> bench.ask(Service.fresh("job"), quorum, target, "'replaces':'" + child + "'"));
    assertThat(replace.text("detail")).contains(quorum + ":children.1");
    refusing.of(409, "DUPLICATE_CHILD", () -> add(quorum, child));
    remove(quorum, "children.0").expect(200);
    bench.succeeds(bench.ready(quorum, target, "'replaces':'" + child + "'"));
  }

  @Test
  void refusesToGoBelowTheThreshold() {
    String quorum = bench.quorum(bench.disk(7), bench.disk(7), bench.disk(7));
    remove(quorum, "children.1").expect(200);
    Answer refused = refusing.of(409, "THRESHOLD_NOT_MET", () -> remove(quorum, "children.0"));
    assertThat(refused.text("detail")).contains("'children.0'", "1 children", "2 must agree");
    service.patch("/nodes/" + quorum, "{'voteThreshold':1}").expect(200);
    remove(quorum, "children.0").expect(200);
    refusing.of(409, "THRESHOLD_NOT_MET", () -> remove(quorum, "children.2"));
  }

  @Test
  void refusesWhereChildrenAreFixed() {
    String pair =
        service.added(
            "{'nodeName':'%s','driver':'quorum','voteThreshold':2,'blkverify':true,'children':['%s','%s']}"
                .formatted(Service.fresh("quorum"), bench.disk(8), bench.disk(8)));
    String other = service.qcow2(MIB);
    Answer compared = refusing.of(422, "CHILDREN_FIXED", () -> add(pair, other));
    assertThat(compared.text("detail")).contains("at most 2");
    refusing.of(409, "THRESHOLD_NOT_MET", () -> remove(pair, "children.0"));
    String disk = service.qcow2(MIB);
    Answer plain = refusing.of(422, "CHILDREN_FIXED", () -> add(disk, other));
    assertThat(plain.text("detail")).contains("'qcow2' has no list of children");
    refusing.of(422, "CHILDREN_FIXED", () -> remove(disk, "file"));
  }

  @Test
  void refusesAnotherLengthNamingBothAlsoWhenItIsOnlyTried() {
    String first = service.qcow2(MIB);
    String quorum = bench.quorum(first);
    String longer = service.qcow2(2 * MIB);
    Answer refused = refusing.of(422, "SIZE_MISMATCH", () -> add(quorum, longer));
    assertThat(refused.text("detail"))
        .contains("'" + longer + "' has 2097152", "'" + first + "' has 1048576");
    refusing.of(
        422,
        "SIZE_MISMATCH",
        () ->
            service.post(
                "/nodes/" + quorum + "/children?dryRun=true", "{'node':'" + longer + "'}"));
  }

  @Test
  void aChangeThatGivesAChildAnotherLengthIsRefusedBeforeItIsMade() {
    String first = bench.filter(service.qcow2(MIB));
    String quorum = bench.quorum(first, service.qcow2(MIB));
    String longer = service.qcow2(2 * MIB);
    Answer refused =
        refusing.of(
            422,
            "SIZE_MISMATCH",
            () -> service.patch("/nodes/" + first, "{'file':'" + longer + "'}"));
    assertThat(refused.text("detail"))
        .contains(quorum, "children.0 ('" + first + "') has 2097152 bytes");
    refusing.of(
        422,
        "SIZE_MISMATCH",
        () ->
            service.post(
                "/nodes/" + first + "/snapshots",
                "{'overlayNode':'" + longer + "','allowSizeChange':true}"));
  }

  @Test
  void refusesNodesThatAreNotThereAndChildrenThatAreNone() {
    String quorum = bench.quorum(service.qcow2(MIB), service.qcow2(MIB), service.qcow2(MIB));
    refusing.of(404, "NODE_NOT_FOUND", () -> add(quorum, "nobody"));
    refusing.of(404, "NODE_NOT_FOUND", () -> add("nobody", quorum));
    refusing.of(404, "NODE_NOT_FOUND", () -> remove("nobody", "children.0"));
    refusing.of(404, "CHILD_NOT_FOUND", () -> remove(quorum, "children.9"));
    refusing.of(404, "CHILD_NOT_FOUND", () -> remove(quorum, "-.-"));
    refusing.of(409, "WOULD_CYCLE", () -> add(quorum, quorum, ",'allowDuplicate':true"));
    Answer body =
        refusing.of(
            400,
            "INVALID_REQUEST",
            () -> service.post("/nodes/" + quorum + "/children", "{'nod':'x','allowDuplicate':1}"));
    assertThat(Refusing.pointers(body))
        .containsExactlyInAnyOrder("/nod", "/node", "/allowDuplicate");
  }

  @Test
  void goesByPermissionsWhereTheNewChildHasOtherParents() {
    String child = bench.disk(9);
    String quorum = bench.quorum(bench.disk(9));
    String export = Service.fresh("export");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(export, child))
        .expect(201);
    Answer refused = refusing.of(409, "PERMISSION_CONFLICT", () -> add(quorum, child));
    JsonNode blocker = refused.body().path("blockers").path(0);
    assertThat(blocker.path("requiredBy").path("id").asString()).isEqualTo(export);
    assertThat(blocker.path("unsharedBy").path("edge").asString())
        .isEqualTo(quorum + ":children.1");
    service.delete("/exports/" + export).expect(200);
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, child))
        .expect(201);
    add(quorum, child).expect(201);
  }

  @Test
  void aDryRunSaysWhatItWouldDoAndIfMatchInsistsOnTheRevision() {
    String quorum = bench.quorum(service.qcow2(MIB));
    String child = service.qcow2(MIB);
    String before = service.graph();
    Answer planned =
        service
            .post("/nodes/" + quorum + "/children?dryRun=true", "{'node':'" + child + "'}")
            .expect(200);
    assertThat(service.graph()).isEqualTo(before);
    assertThat(planned.text("child")).isEqualTo("children.1");
    assertThat(planned.body().path("diff").toString()).contains(quorum + ":children.1");
    refusing.of(
        412,
        "REVISION_MISMATCH",
        () ->
            service.send(
                service
                    .request("/nodes/" + quorum + "/children")
                    .header("If-Match", "\"1\"")
                    .header("Content-Type", "application/json")
                    .POST(Service.body("{'node':'" + child + "'}"))));
  }

  @Test
  void tellsOfBothAsChangesOfTheGraph() {
    String quorum = bench.quorum(service.qcow2(MIB));
    String child = service.qcow2(MIB);
    try (EventReader reader = EventReader.on(service)) {
      add(quorum, child).expect(201);
      remove(quorum, "children.0").expect(200);
      List<Told> told = reader.until(e -> e.data().toString().contains("children.0' out of"));
      assertThat(told.toString()).contains("add node '" + child + "' to node '" + quorum + "'");
    }
  }

  @Test
  void aJobStaysReadyWhenWhatItWasToReplaceIsTakenOutAndRemovedR25() {
    String[] disks = {bench.disk(10), bench.disk(10), bench.disk(10)};
    String quorum = bench.quorum(disks);
    String job = bench.ready(quorum, service.qcow2(MIB), "'replaces':'" + disks[1] + "'");
    remove(quorum, "children.1").expect(200);
    service.delete("/nodes/" + disks[1]).expect(200);
    refusing.of(404, "NODE_NOT_FOUND", () -> service.post("/jobs/" + job + "/complete?wait=5", ""));
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo("ready");
    service.post("/jobs/" + job + "/cancel?wait=20", "{'mode':'force'}").expect(200);
    assertThat(bench.content(quorum)).containsOnly((byte) 10);
  }

  @Test
  void childrenComeAndGoWhileAClientVerifies() throws Exception {
    long size = 8 * MIB;
    String[] disks = {service.qcow2(size), service.qcow2(size), service.qcow2(size)};
    String quorum = bench.quorum(disks);
    String id = Service.fresh("export");
    Answer export =
        service
            .post(
                "/exports",
                "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(id, quorum))
            .expect(201);
    String uri = export.body().path("uris").path(0).asString();
    CompletableFuture<Ran> client =
        CompletableFuture.supplyAsync(() -> NbdTools.fioVerify(uri, size));
    int rounds = 0;
    while (!client.isDone() && rounds < 100) {
      String child = add(quorum, service.qcow2(size)).expect(201).text("child");
      remove(quorum, child).expect(200);
      rounds++;
    }
    client.get(120, TimeUnit.SECONDS).ok();
    assertThat(rounds).isPositive();
    service.delete("/exports/" + id).expect(200);
    assertThat(service.data(disks[1], 0, (int) size))
        .isEqualTo(service.data(disks[0], 0, (int) size));
  }

  @Test
  void refusesTheSameDiskBehindFilters() {
    String disk = bench.disk(0x61);
    String filter = bench.filter(disk);
    Answer refused =
        service.post(
            "/nodes",
            "{'nodeName':'%s','driver':'quorum','voteThreshold':2,'children':['%s','%s']}"
                .formatted(Service.fresh("quorum"), filter, disk));
    Refusing.isProblem(refused, 422, "BAD_SHAPE");
    assertThat(refused.text("detail")).contains(disk).contains("children.0", "children.1");
    String quorum = bench.quorum(disk, bench.disk(0x61));
    Answer child = service.post("/nodes/" + quorum + "/children", "{'node':'" + filter + "'}");
    Refusing.isProblem(child, 409, "DUPLICATE_CHILD");
  }

  /// A quorum that would have the disk twice without the filter would keep the job from ending.
  @Test
  void doesNotGetAMirroredDiskTwiceSoThatItsJobCanEnd() {
    String source = bench.disk(0x62);
    String job = bench.ready(source, service.qcow2(MirrorBench.MIB), "");
    String top = service.get("/edges/" + job + ":main").expect(200).text("child");
    Answer refused =
        service.post(
            "/nodes",
            "{'nodeName':'%s','driver':'quorum','voteThreshold':2,'children':['%s','%s']}"
                .formatted(Service.fresh("quorum"), top, source));
    Refusing.isProblem(refused, 422, "BAD_SHAPE");
    bench.succeeds(job);
  }
}
