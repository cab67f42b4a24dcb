package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.EventReader.Told;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuIo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Filters put in and taken out anywhere in the graph, over HTTP.
class FiltersOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private Answer ask(String node, String filter, String more) {
    return service.post("/nodes/" + node + "/filters", throttle(filter, more));
  }

  private static String throttle(String filter, String more) {
    return "{'nodeName':'%s','driver':'throttle','iopsTotal':100000%s}".formatted(filter, more);
  }

  private String insert(String node, String... edges) {
    String filter = Service.fresh("filter");
    String named = edges.length == 0 ? "" : ",'edges':['" + String.join("','", edges) + "']";
    Answer done = ask(node, filter, named).expect(201);
    assertThat(done.headers().firstValue("Location")).contains("/api/v1/nodes/" + filter);
    assertThat(done.text("filter")).isEqualTo(filter);
    return filter;
  }

  private Answer take(String node, String filter) {
    return service.delete("/nodes/" + node + "/filters/" + filter);
  }

  private String uri(String export) {
    return service.get("/exports/" + export).body().path("uris").path(0).asString();
  }

  private String serves(String export) {
    return service.get("/exports/" + export).expect(200).text("nodeName");
  }

  @Test
  void getsBetweenAllUsersAndTheNodeAndOutAgain() {
    String disk = bench.disk(1);
    String above = bench.filter(disk);
    String export = bench.export(disk, false);
    String before = edges(disk);
    String filter = insert(disk);
    assertThat(serves(export)).isEqualTo(filter);
    assertThat(service.pathFrom(above, "/file")).isEqualTo(filter);
    assertThat(service.pathFrom(filter, "/file")).isEqualTo(disk);
    assertThat(bench.content(above)).containsOnly((byte) 1);
    assertThat(take(disk, filter).expect(200).body().path("diff").path("nodesRemoved").toString())
        .contains(filter);
    assertThat(edges(disk)).isEqualTo(before);
    refusing.of(404, "NODE_NOT_FOUND", () -> service.get("/nodes/" + filter));
  }

  private String edges(String node) {
    return service.get("/nodes/" + node).expect(200).body().path("parents").toString();
  }

  @Test
  void getsBetweenOneExportAndItsNodeWhileTheOtherStays() {
    String disk = bench.disk(2);
    String slow = bench.export(disk, false);
    String fast = bench.export(disk, false);
    String filter = insert(disk, slow + ":root");
    assertThat(serves(slow)).isEqualTo(filter);
    assertThat(serves(fast)).isEqualTo(disk);
    QemuIo.run(uri(slow), List.of("-f", "raw", "-r"), QemuIo.verify(2, 0, MIB));
    take(disk, filter).expect(200);
    assertThat(serves(slow)).isEqualTo(disk);
  }

  @Test
  void getsBetweenTwoFiltersBelowAFormatAboveABackingDiskAndBelowAQuorum() {
    String base = bench.disk(3);
    String top = service.qcow2(MIB, ",'backing':'" + base + "'");
    String outer = bench.filter(top);
    String quorum = bench.quorum(outer);
    String file = service.pathFrom(top, "/file");
    for (String[] place :
        new String[][] {
          {outer, quorum + ":children.0"},
          {top, outer + ":file"},
          {file, top + ":file"},
          {base, top + ":backing"}
        }) {
      String filter = insert(place[0], place[1]);
      String[] edge = place[1].split(":");
      assertThat(service.pathFrom(edge[0], "/" + edge[1])).isEqualTo(filter);
      assertThat(bench.content(quorum)).containsOnly((byte) 3);
      if (!place[0].equals(base)) {
        service.putData(quorum, 1000, new byte[] {3, 3, 3}).expect(200);
      }
      take(place[0], filter).expect(200);
      assertThat(service.pathFrom(edge[0], "/" + edge[1])).isEqualTo(place[0]);
    }
    assertThat(bench.content(quorum)).containsOnly((byte) 3);
  }

  @Test
  void isOnTopWhereNobodyUsesTheNode() {
    String disk = bench.disk(4);
    String filter = insert(disk);
    assertThat(bench.content(filter)).containsOnly((byte) 4);
    take(disk, filter).expect(200);
  }

  @Test
  void comparesADiskWithAnotherWhileItIsUsed() {
    String disk = bench.disk(5);
    String other = bench.disk(5);
    String export = bench.export(disk, true);
    String filter = Service.fresh("compare");
    service
        .post(
            "/nodes/" + disk + "/filters",
            "{'nodeName':'%s','driver':'blkverify','test':'%s'}".formatted(filter, other))
        .expect(201);
    QemuIo.run(uri(export), List.of("-f", "raw"), QemuIo.write(6, 4096, 8192), "read 0 1M");
    take(disk, filter).expect(200);
    assertThat(bench.content(other)).isEqualTo(bench.content(disk));
  }

  @Test
  void isAsWritableAsWhatItShows() {
    String disk = bench.disk(7);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    String filter = insert(disk);
    assertThat(service.get("/nodes/" + filter).body().path("readOnly").asBoolean()).isTrue();
  }

  @Test
  void hasTheLengthOfWhatItShowsAtOnce() {
    String disk = service.qcow2(MIB);
    String filter = insert(disk);
    service.post("/nodes/" + disk + "/resize", "{'size':3145728}").expect(200);
    assertThat(service.get("/nodes/" + filter).body().path("sizeBytes").asLong())
        .isEqualTo(3 * MIB);
    String uri = uri(bench.export(filter, false));
    assertThat(NbdTools.info(uri).path("exports").path(0).path("export-size").asLong())
        .isEqualTo(3 * MIB);
    String below = service.qcow2(MIB);
    String above = insert(below);
    service.post("/nodes/" + above + "/resize", "{'size':2097152}").expect(200);
    assertThat(service.get("/nodes/" + below).body().path("sizeBytes").asLong()).isEqualTo(2 * MIB);
  }

  @Test
  void aDryRunTouchesNothingAndSaysWhichEdgesWouldMove() {
    String disk = bench.disk(8);
    String export = bench.export(disk, false);
    String filter = Service.fresh("filter");
    String before = service.graph();
    Answer planned =
        service.post("/nodes/" + disk + "/filters?dryRun=true", throttle(filter, "")).expect(200);
    assertThat(planned.body().path("diff").path("edgesChanged").toString())
        .contains(export + ":root");
    assertThat(service.graph()).isEqualTo(before);
    insert(disk);
    refusing.of(
        412,
        "REVISION_MISMATCH",
        () ->
            service.send(
                service
                    .request("/nodes/" + disk + "/filters")
                    .header("If-Match", "\"1\"")
                    .header("Content-Type", "application/json")
                    .POST(Service.body(throttle(filter, "")))));
  }

  @Test
  void tellsOfBothAsChangesOfTheGraph() {
    String disk = service.qcow2(MIB);
    try (EventReader reader = EventReader.on(service)) {
      String filter = insert(disk);
      take(disk, filter).expect(200);
      List<Told> told =
          reader.until(e -> e.data().toString().contains("take filter '" + filter + "' out"));
      assertThat(told.toString()).contains("put filter '" + filter + "' above node '" + disk + "'");
    }
  }

  @Test
  void refusesWhatIsNoFilterOrNoDriver() {
    String disk = service.qcow2(MIB);
    Answer refused =
        refusing.of(
            422,
            "NOT_A_FILTER",
            () ->
                service.post(
                    "/nodes/" + disk + "/filters", "{'nodeName':'x9','driver':'null','size':1}"));
    assertThat(refused.text("correction"))
        .contains("throttle", "blkverify")
        .doesNotContain("mirror");
    refusing.of(
        400,
        "INVALID_REQUEST",
        () -> service.post("/nodes/" + disk + "/filters", "{'nodeName':'x9','driver':'thottle'}"));
    refusing.of(
        400,
        "INVALID_REQUEST",
        () ->
            service.post(
                "/nodes/" + disk + "/filters",
                "{'nodeName':'x9','driver':'mirror-top','job':'j','target':'" + disk + "'}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'file':'other'|/file",
        "'edges':[]|/edges",
        "'edges':'x:root'|/edges",
        "'edges':[1]|/edges/0",
        "'iopsTotl':1|/iopsTotl",
        "'bpsTotal':-1|/bpsTotal"
      })
  void namesThePlaceOfTheBodyThatIsWrong(String given) {
    String[] parts = given.split("\\|");
    String disk = service.qcow2(MIB);
    Answer refused = refusing.of(400, "INVALID_REQUEST", () -> ask(disk, "x9", "," + parts[0]));
    assertThat(Refusing.pointers(refused)).containsExactly(parts[1]);
  }

  @Test
  void refusesEdgesThatAreNotThereOrLeadElsewhere() {
    String disk = bench.disk(9);
    String export = bench.export(bench.disk(9), false);
    refusing.of(404, "EDGE_NOT_FOUND", () -> ask(disk, "x9", ",'edges':['nobody:root']"));
    Answer elsewhere =
        refusing.of(
            404, "EDGE_NOT_FOUND", () -> ask(disk, "x9", ",'edges':['" + export + ":root']"));
    assertThat(elsewhere.text("detail")).contains("leads to node", "not to node '" + disk + "'");
    refusing.of(404, "NODE_NOT_FOUND", () -> ask("nobody", "x9", ""));
    refusing.of(409, "NODE_NAME_IN_USE", () -> ask(disk, disk, ""));
  }

  @Test
  void refusesAFilterWhosePermissionsDoNotFit() {
    String disk = bench.disk(10);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    refusing.of(
        409,
        "READ_ONLY",
        () ->
            service.post(
                "/nodes/" + disk + "/filters",
                "{'nodeName':'x9','driver':'copy-on-read','readOnly':false}"));
    String shared = bench.disk(10);
    String export = bench.export(shared, false);
    String user = bench.export(shared, false);
    Answer refused =
        refusing.of(
            409,
            "PERMISSION_CONFLICT",
            () ->
                service.post(
                    "/nodes/" + shared + "/filters",
                    "{'nodeName':'x9','driver':'blkdebug','unshareChildPermissions':['consistent-read'],'edges':['%s:root']}"
                        .formatted(export)));
    assertThat(refused.text("detail")).contains("'" + user + "'", "'x9'");
  }

  @Test
  void refusesToTakeOutWhatIsNotAFilterAboveTheNode() {
    String disk = service.qcow2(MIB);
    String filter = insert(disk);
    String file = service.pathFrom(disk, "/file");
    refusing.of(422, "NOT_A_FILTER", () -> take(file, disk));
    Answer elsewhere = refusing.of(404, "FILTER_NOT_FOUND", () -> take(file, filter));
    assertThat(elsewhere.text("correction")).contains("'" + disk + "'");
    refusing.of(404, "NODE_NOT_FOUND", () -> take(disk, "nobody"));
    refusing.of(404, "NODE_NOT_FOUND", () -> take("nobody", filter));
  }
}
