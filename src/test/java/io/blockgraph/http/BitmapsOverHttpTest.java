package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Dirty bitmaps (requirements 2.6): what was written to a node since some moment.
class BitmapsOverHttpTest {
  private static final int KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();

  private static String path(String node, String bitmap) {
    return "/nodes/" + node + "/bitmaps/" + bitmap;
  }

  private Answer add(String node, String bitmap, String more) {
    return service.post("/nodes/" + node + "/bitmaps", "{'name':'%s'%s}".formatted(bitmap, more));
  }

  private String disk(String... bitmaps) {
    String node = service.qcow2(MIB);
    for (String bitmap : bitmaps) {
      add(node, bitmap, "").expect(201);
    }
    return node;
  }

  private void write(String node, long offset, int length) {
    service.putData(node, offset, new byte[length]).expect(200);
  }

  private long dirty(String node, String bitmap) {
    return service.get(path(node, bitmap)).expect(200).body().path("dirtyBytes").asLong();
  }

  /// The dirty extents, as `offset+length` in KiB.
  private List<String> extents(String node, String bitmap) {
    List<String> dirty = new ArrayList<>();
    for (JsonNode e : service.get(path(node, bitmap) + "/extents").body().path("extents")) {
      if (e.path("dirty").asBoolean()) {
        dirty.add(e.path("offset").asLong() / KIB + "+" + e.path("length").asLong() / KIB);
      }
    }
    return dirty;
  }

  private void refusesWithoutATrace(Answer refused, int status, String code) {
    assertThat(refused.expect(status).text("code")).isEqualTo(code);
  }

  @Test
  void marksWritesZeroesAndDiscardsOfWhoeverWrites() {
    String node = disk("b");
    String filter =
        service.added(
            "{'nodeName':'%s','driver':'throttle','file':'%s','iopsTotal':100000}"
                .formatted(Service.fresh("throttle"), node));
    write(node, 0, 1);
    write(filter, 200 * KIB, 100);
    service.post("/nodes/" + node + "/zero", "{'offset':327680,'length':65536}").expect(200);
    service.post("/nodes/" + node + "/discard", "{'offset':655360,'length':131072}").expect(200);
    assertThat(extents(node, "b")).containsExactly("0+64", "192+64", "320+64", "640+128");
    assertThat(dirty(node, "b")).isEqualTo(320 * KIB);
  }

  @Test
  void showsABitmapAndListsThem() {
    String node = disk();
    Answer added = add(node, "fine one", ",'granularity':512,'enabled':false").expect(201);
    assertThat(added.headers().firstValue("Location"))
        .hasValue("/api/v1/nodes/" + node + "/bitmaps/fine%20one");
    assertThat(added.body().path("granularity").asLong()).isEqualTo(512);
    assertThat(added.body().path("recording").asBoolean()).isFalse();
    assertThat(added.body().path("persistent").asBoolean()).isFalse();
    write(node, 0, 4096);
    JsonNode listed = service.get("/nodes/" + node + "/bitmaps").expect(200).body();
    assertThat(listed.path("bitmaps").size()).isEqualTo(1);
    assertThat(dirty(node, "fine%20one")).isZero();
  }

  @Test
  void enablesDisablesAndClears() {
    String node = disk("b");
    write(node, 0, 1);
    service.patch(path(node, "b"), "{'enabled':false}").expect(200);
    write(node, 128 * KIB, 1);
    service.patch(path(node, "b"), "{'enabled':true}").expect(200);
    write(node, 256 * KIB, 1);
    assertThat(extents(node, "b")).containsExactly("0+64", "256+64");
    assertThat(service.post(path(node, "b") + "/clear", "").expect(200).text("name"))
        .isEqualTo("b");
    assertThat(dirty(node, "b")).isZero();
    write(node, 0, 1);
    assertThat(dirty(node, "b")).isEqualTo(64 * KIB);
  }

  @Test
  void mergesBitmapsOfThisAndOtherNodes() {
    String node = disk("a", "sum");
    String other = disk();
    add(other, "x", ",'granularity':512").expect(201);
    service.post(path(node, "sum") + "/clear", "").expect(200);
    service.patch(path(node, "sum"), "{'enabled':false}").expect(200);
    write(node, 0, 1);
    write(other, 512 * KIB, 1);
    service
        .post(
            path(node, "sum") + "/merge",
            "{'bitmaps':[{'name':'a'},{'node':'%s','name':'x'}]}".formatted(other))
        .expect(200);
    assertThat(extents(node, "sum")).containsExactly("0+64", "512+64");
    assertThat(dirty(node, "a")).isEqualTo(64 * KIB);
  }

  @Test
  void refusesToMergeDisksOfDifferentLengthsAndLeavesTheTargetAsItWas() {
    String node = disk("b");
    String longer = service.qcow2(2 * MIB);
    add(longer, "x", "").expect(201);
    write(longer, 0, 1);
    refusesWithoutATrace(
        service.post(
            path(node, "b") + "/merge", "{'bitmaps':[{'node':'%s','name':'x'}]}".formatted(longer)),
        422,
        "SIZE_MISMATCH");
    refusesWithoutATrace(
        service.post(path(node, "b") + "/merge", "{'bitmaps':[{'name':'b'},{'name':'none'}]}"),
        404,
        "BITMAP_NOT_FOUND");
    assertThat(dirty(node, "b")).isZero();
  }

  @Test
  void refusesWhatCannotBe() {
    String node = disk("b");
    refusesWithoutATrace(add(node, "b", ""), 409, "BITMAP_NAME_IN_USE");
    refusesWithoutATrace(add(node, "c", ",'granularity':1000"), 400, "INVALID_REQUEST");
    refusesWithoutATrace(add(node, "c", ",'granularity':256"), 400, "INVALID_REQUEST");
    refusesWithoutATrace(add(node, "a/b", ""), 400, "INVALID_REQUEST");
    refusesWithoutATrace(add(node, "ü".repeat(512), ""), 400, "INVALID_REQUEST");
    refusesWithoutATrace(add("nowhere", "b", ""), 404, "NODE_NOT_FOUND");
    refusesWithoutATrace(service.delete(path(node, "c")), 404, "BITMAP_NOT_FOUND");
    refusesWithoutATrace(service.get(path("nowhere", "c")), 404, "NODE_NOT_FOUND");
    refusesWithoutATrace(
        service.post(path(node, "b") + "/merge", "{'bitmaps':[]}"), 400, "INVALID_REQUEST");
    String vast =
        service.added(
            "{'nodeName':'%s','driver':'null','size':1125899906842624}"
                .formatted(Service.fresh("vast")));
    refusesWithoutATrace(add(vast, "b", ",'granularity':512"), 422, "BITMAP_TOO_LARGE");
  }

  @Test
  void saysWhatAChangeWouldComeToAndDoesNothing() {
    String node = disk("b");
    write(node, 0, 1);
    String graph = service.graph();
    for (String change : List.of("/clear", "")) {
      Answer planned =
          change.isEmpty()
              ? service.delete(path(node, "b") + "?dryRun=true")
              : service.post(path(node, "b") + change + "?dryRun=true", "");
      assertThat(planned.expect(200).body().path("wouldSucceed").asBoolean()).isTrue();
    }
    refusesWithoutATrace(
        service.post("/nodes/" + node + "/bitmaps?dryRun=true", "{'name':'b'}"),
        409,
        "BITMAP_NAME_IN_USE");
    assertThat(service.graph()).isEqualTo(graph);
    assertThat(dirty(node, "b")).isEqualTo(64 * KIB);
  }

  @Test
  void insistsOnTheRevisionThatWasSeen() {
    String node = disk("b");
    String seen = service.get(path(node, "b")).etag();
    add(node, "c", "").expect(201);
    refusesWithoutATrace(
        service.send(service.request(path(node, "b")).header("If-Match", seen).DELETE()),
        412,
        "REVISION_MISMATCH");
    String now = service.get(path(node, "b")).etag();
    service.send(service.request(path(node, "b")).header("If-Match", now).DELETE()).expect(200);
  }

  @Test
  void growsWithTheDiskAndForgetsWhatIsCutOff() {
    String node = disk("b");
    write(node, MIB - 1, 1);
    service.post("/nodes/" + node + "/resize", "{'size':%d}".formatted(2 * MIB)).expect(200);
    assertThat(extents(node, "b")).containsExactly("960+64");
    write(node, 2 * MIB - 1, 1);
    assertThat(extents(node, "b")).containsExactly("960+64", "1984+64");
    service
        .post("/nodes/" + node + "/resize", "{'size':%d,'allowShrink':true}".formatted(MIB / 2))
        .expect(200);
    assertThat(dirty(node, "b")).isZero();
  }

  @Test
  void changesSeveralBitmapsAtOneMomentOrNone() {
    String node = disk("day", "week");
    write(node, 0, 1);
    service.patch(path(node, "week"), "{'enabled':false}").expect(200);
    service.post(path(node, "week") + "/clear", "").expect(200);
    String actions =
        """
        {'actions':[
          {'method':'POST','path':'/nodes/%1$s/bitmaps','body':{'name':'next'}},
          {'method':'POST','path':'/nodes/%1$s/bitmaps/week/merge','body':{'bitmaps':[{'name':'day'}]}},
          {'method':'POST','path':'/nodes/%1$s/bitmaps/day/clear'},
          {'method':'DELETE','path':'/nodes/%1$s/bitmaps/%2$s'}]}
        """;
    service.post("/transactions", actions.formatted(node, "none")).expect(404);
    assertThat(dirty(node, "week")).isZero();
    assertThat(dirty(node, "day")).isEqualTo(64 * KIB);
    service.post("/transactions", actions.formatted(node, "next")).expect(200);
    assertThat(dirty(node, "week")).isEqualTo(64 * KIB);
    assertThat(dirty(node, "day")).isZero();
  }

  @Test
  void staysWithItsNodeWhenAnOverlayTakesTheWrites() {
    String node = disk("b");
    write(node, 0, 1);
    String overlay = service.qcow2(MIB);
    service.post("/nodes/" + node + "/snapshots", "{'overlayNode':'" + overlay + "'}").expect(201);
    write(overlay, 512 * KIB, 1);
    assertThat(extents(node, "b")).containsExactly("0+64");
  }

  @Test
  void goesOnWhileAJobCopiesTheNode() throws Exception {
    String node = disk("b");
    String target = disk("t");
    write(node, 128 * KIB, 64 * KIB);
    String job = Service.fresh("job");
    service
        .post(
            "/mirror-jobs",
            "{'jobId':'%s','source':'%s','target':'%s','sync':'full'}".formatted(job, node, target))
        .expect(202);
    service.get("/jobs/" + job + "?wait=20").expect(200);
    write(node, 512 * KIB, 1);
    service.post("/jobs/" + job + "/complete", "").expect(200);
    for (int i = 0; i < 50 && !isOver(job); i++) {
      service.get("/jobs/" + job + "?wait=1");
    }
    assertThat(extents(node, "b")).containsExactly("128+64", "512+64");
    assertThat(dirty(target, "t")).isGreaterThanOrEqualTo(64 * KIB);
  }

  private boolean isOver(String job) {
    return service.get("/jobs/" + job).text("status").equals("concluded");
  }

  @Test
  void refusesABitmapOnAJobsOwnFilter() {
    String node = disk();
    String target = service.qcow2(MIB);
    String job = Service.fresh("job");
    service
        .post(
            "/mirror-jobs",
            "{'jobId':'%s','source':'%s','target':'%s','sync':'full','filterNodeName':'%s.f'}"
                .formatted(job, node, target, job))
        .expect(202);
    refusesWithoutATrace(add(job + ".f", "b", ""), 422, "BITMAP_UNSUPPORTED");
    service.post("/jobs/" + job + "/cancel?wait=30", "{}").expect(200);
  }

  /// The dirty extents as an NBD client sees them.
  private List<String> overNbd(String export, String context) {
    List<String> found = new ArrayList<>();
    String uri = service.get("/exports/" + export).body().path("uris").path(0).asString();
    for (JsonNode e : NbdTools.map(uri, context)) {
      if (e.path("type").asInt() > 0) {
        found.add(
            e.path("type").asInt()
                + ":"
                + e.path("offset").asLong() / KIB
                + "+"
                + e.path("length").asLong() / KIB);
      }
    }
    return found;
  }

  @Test
  void showsBitmapsAndDepthsToNbdClients() {
    String base = disk("low");
    write(base, 0, 64 * KIB);
    String overlay = service.qcow2(MIB, ",'backing':'" + base + "'");
    add(overlay, "a", "").expect(201);
    add(overlay, "b", ",'granularity':512").expect(201);
    write(overlay, 512 * KIB, 1000);
    String export = Service.fresh("export");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','allocationDepth':true,'bitmaps':[{'name':'a'},{'name':'b'},{'name':'low'}]}"
                .formatted(export, overlay))
        .expect(201);
    assertThat(overNbd(export, "qemu:dirty-bitmap:a")).containsExactly("1:512+64");
    assertThat(overNbd(export, "qemu:dirty-bitmap:b")).containsExactly("1:512+1");
    assertThat(overNbd(export, "qemu:dirty-bitmap:low")).containsExactly("1:0+64");
    assertThat(overNbd(export, "qemu:allocation-depth")).containsExactly("2:0+64", "1:512+64");
    write(overlay, 0, 1);
    assertThat(overNbd(export, "qemu:dirty-bitmap:a")).containsExactly("1:0+64", "1:512+64");
  }

  @Test
  void aBitmapThatAnExportShowsIsBusy() {
    String node = disk("b");
    String export = Service.fresh("export");
    String body = "{'id':'%s','type':'nbd','nodeName':'%s','bitmaps':[{'name':'%s'}]}";
    refusesWithoutATrace(
        service.post("/exports", body.formatted(export, node, "none")), 404, "BITMAP_NOT_FOUND");
    service.post("/exports", body.formatted(export, node, "b")).expect(201);
    JsonNode shown = service.get(path(node, "b")).body();
    assertThat(shown.path("busy").asBoolean()).isTrue();
    assertThat(shown.path("usedBy").path(0).asString()).isEqualTo(export);
    refusesWithoutATrace(service.delete(path(node, "b")), 409, "BITMAP_BUSY");
    refusesWithoutATrace(service.post(path(node, "b") + "/clear", ""), 409, "BITMAP_BUSY");
    service.delete("/exports/" + export).expect(200);
    service.delete(path(node, "b")).expect(200);
  }
}
