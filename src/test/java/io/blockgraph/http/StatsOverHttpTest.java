package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.EventReader.Told;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuIo;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What was asked of nodes, over edges and by clients, as operators see it.
class StatsOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);

  private String nullDisk() {
    return service.added(
        "{'nodeName':'%s','driver':'null','size':%d}".formatted(Service.fresh("null"), MIB));
  }

  /// A qcow2 disk whose file has a name of its own.
  private String imageWithNamedFile() {
    String name = Service.fresh("disk");
    service
        .post("/images", "{'driver':'qcow2','filename':'%s.img','size':%d}".formatted(name, MIB))
        .expect(201);
    return service.added(
        ("{'nodeName':'%1$s','driver':'qcow2',"
                + "'file':{'nodeName':'%1$s-file','driver':'file','filename':'%1$s.img'}}")
            .formatted(name));
  }

  private JsonNode stats(String path) {
    return service.get(path + "/stats").expect(200).body();
  }

  private static JsonNode of(JsonNode stats, String operation) {
    return StreamSupport.stream(stats.path("operations").spliterator(), false)
        .filter(figure -> figure.path("operation").asString().equals(operation))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + operation + " in " + stats));
  }

  private static void counted(JsonNode figure, long requests, long bytes, long errors) {
    assertThat(figure.path("requests").asLong()).as("%s", figure).isEqualTo(requests);
    assertThat(figure.path("bytes").asLong()).as("%s", figure).isEqualTo(bytes);
    assertThat(figure.path("errors").asLong()).as("%s", figure).isEqualTo(errors);
  }

  @Test
  void countsWhatIsAskedOfANodeByKind() {
    String disk = nullDisk();
    service.putData(disk, 4096, new byte[512]).expect(200);
    service.data(disk, 0, 1024);
    service.data(disk, 0, 1024);
    service.post("/nodes/" + disk + "/zero", "{'offset':8192,'length':4096}").expect(200);
    service.post("/nodes/" + disk + "/flush", "").expect(200);
    JsonNode stats = stats("/nodes/" + disk);
    counted(of(stats, "write"), 1, 512, 0);
    counted(of(stats, "read"), 2, 2048, 0);
    counted(of(stats, "write-zeroes"), 1, 4096, 0);
    counted(of(stats, "flush"), 1, 0, 0);
    assertThat(stats.path("writeHighestOffset").asLong()).isEqualTo(12288);
    assertThat(stats.path("timed").asBoolean()).isFalse();
    assertThat(of(stats, "read").path("totalNanos").isNull()).isTrue();
  }

  @Test
  void countsErrorsOfANode() {
    String broken =
        service.added(
            ("{'nodeName':'%s','driver':'blkdebug','file':{'driver':'null','size':%d},"
                    + "'injectError':[{'operation':'read'}]}")
                .formatted(Service.fresh("broken"), MIB));
    service.get("/nodes/" + broken + "/data?offset=0&length=512").expect(500);
    counted(of(stats("/nodes/" + broken), "read"), 0, 0, 1);
  }

  @Test
  void countsWhatClientsAskByExportByEdgeAndByClient() {
    String disk = bench.disk(0x31);
    String export = bench.export(disk, true);
    String uri = service.get("/exports/" + export).body().path("uris").path(0).asString();
    QemuIo.run(uri, List.of("-f", "raw"), "read 0 4096", "write 8192 512", "flush");
    QemuIo.run(uri, List.of("-f", "raw"), "read 0 4096");
    JsonNode stats = stats("/exports/" + export);
    counted(of(stats, "read"), 2, 8192, 0);
    counted(of(stats, "write"), 1, 512, 0);
    assertThat(of(stats, "read").path("totalNanos").asLong()).isPositive();
    assertThat(of(stats, "read").at("/histogram/bins")).hasSize(20);
    JsonNode edge = stats("/edges/" + export + ":root");
    assertThat(edge.path("counted").asBoolean()).isTrue();
    counted(of(edge, "read"), 2, 8192, 0);
    counted(of(edge, "write"), 1, 512, 0);
    assertThat(edge.path("inFlight").asLong()).isZero();
  }

  @Test
  void keepsWhatAnExportAskedOfANodeWhenItEnds() {
    String disk = nullDisk();
    String export = bench.export(disk, true);
    String uri = service.get("/exports/" + export).body().path("uris").path(0).asString();
    QemuIo.run(uri, List.of("-f", "raw"), "read 0 4096", "write 8192 512");
    service.delete("/exports/" + export).expect(200);
    counted(of(stats("/nodes/" + disk), "read"), 1, 4096, 0);
    service.get("/edges/" + export + ":root/stats").expect(404);
  }

  @Test
  void beginsAnewWhenAskedTo() {
    String disk = nullDisk();
    String export = bench.export(disk, true);
    String uri = service.get("/exports/" + export).body().path("uris").path(0).asString();
    QemuIo.run(uri, List.of("-f", "raw"), "write 8192 512");
    service.post("/nodes/" + disk + "/stats/reset", "").expect(200);
    service.post("/exports/" + export + "/stats/reset", "").expect(200);
    assertThat(stats("/nodes/" + disk).path("operations")).isEmpty();
    assertThat(stats("/nodes/" + disk).path("writeHighestOffset").asLong()).isZero();
    assertThat(stats("/exports/" + export).path("operations")).isEmpty();
    QemuIo.run(uri, List.of("-f", "raw"), "write 0 1024");
    counted(of(stats("/nodes/" + disk), "write"), 1, 1024, 0);
    counted(of(stats("/exports/" + export), "write"), 1, 1024, 0);
    assertThat(of(stats("/exports/" + export), "write").at("/histogram/bins").toString())
        .contains("1")
        .doesNotContain("2");
  }

  @Test
  void timesRequestsInTheBinsAskedForUntilAskedNoMore() {
    String disk = nullDisk();
    JsonNode set =
        service
            .put("/nodes/" + disk + "/histograms", "{'read':[1,2000000000],'writeZeroes':[5]}")
            .expect(200)
            .body();
    assertThat(set.path("timed").asBoolean()).isTrue();
    service.data(disk, 0, 1024);
    service.putData(disk, 0, new byte[512]).expect(200);
    JsonNode stats = stats("/nodes/" + disk);
    JsonNode histogram = of(stats, "read").path("histogram");
    assertThat(histogram.path("boundaries").toString()).isEqualTo("[1,2000000000]");
    assertThat(histogram.path("bins").toString()).isEqualTo("[0,1,0]");
    assertThat(of(stats, "write").at("/histogram/bins")).hasSize(20);
    service.delete("/nodes/" + disk + "/histograms").expect(200);
    assertThat(of(stats("/nodes/" + disk), "read").path("histogram").isNull()).isTrue();
  }

  @Test
  void startsEmptyWhenHistogramsAreSetAgain() {
    String disk = nullDisk();
    service.put("/nodes/" + disk + "/histograms", "{}").expect(200);
    service.data(disk, 0, 1024);
    service.put("/nodes/" + disk + "/histograms", "{}").expect(200);
    service.post("/nodes/" + disk + "/stats/reset", "").expect(200);
    service.data(disk, 0, 1024);
    JsonNode read = of(stats("/nodes/" + disk), "read");
    assertThat(
            StreamSupport.stream(read.at("/histogram/bins").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .sum())
        .isEqualTo(1);
  }

  @Test
  void refusesBinsThatAreNone() {
    String path = "/nodes/" + nullDisk() + "/histograms";
    for (String body :
        List.of(
            "{'read':[]}",
            "{'read':[0]}",
            "{'read':[2,1]}",
            "{'read':[1,1]}",
            "{'read':['1']}",
            "{'read':[1.5]}",
            "{'reads':[1]}",
            "{'read':[3600000000001]}",
            "[]")) {
      Answer answer = service.put(path, body).expect(400);
      assertThat(answer.text("code")).as(body).isEqualTo("INVALID_REQUEST");
    }
  }

  @Test
  void countsWhatAnImageAsksOfItsFileWhileThatIsTimed() {
    String disk = imageWithNamedFile();
    String file = "/nodes/" + disk + "-file";
    String edge = "/edges/" + disk + ":file";
    service.putData(disk, 0, new byte[65536]).expect(200);
    assertThat(stats(file).path("operations")).isEmpty();
    assertThat(stats(edge).path("counted").asBoolean()).isFalse();
    service.put(file + "/histograms", "{}").expect(200);
    service.putData(disk, 65536, bytes(65536, 3)).expect(200);
    assertThat(of(stats(file), "write").path("bytes").asLong()).isGreaterThanOrEqualTo(65536);
    assertThat(of(stats(file), "write").path("totalNanos").asLong()).isPositive();
    assertThat(stats(edge).path("counted").asBoolean()).isTrue();
    assertThat(of(stats(edge), "write")).isEqualTo(of(stats(file), "write"));
    service.delete(file + "/histograms").expect(200);
    long before = of(stats(file), "write").path("bytes").asLong();
    service.putData(disk, 131072, bytes(65536, 4)).expect(200);
    assertThat(of(stats(file), "write").path("bytes").asLong()).isEqualTo(before);
    assertThat(service.data(disk, 65536, 65536)).isEqualTo(bytes(65536, 3));
    assertThat(service.data(disk, 131072, 65536)).isEqualTo(bytes(65536, 4));
  }

  private static byte[] bytes(int length, int value) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void tellsOnceOfTheFirstWriteBeyondAThreshold() {
    String disk = nullDisk();
    try (EventReader reader = EventReader.on(service)) {
      service.put("/nodes/" + disk + "/write-threshold", "{'bytes':8192}").expect(200);
      service.putData(disk, 0, new byte[8192]).expect(200);
      assertThat(threshold(disk).path("bytes").asLong()).isEqualTo(8192);
      service.putData(disk, 4096, new byte[8192]).expect(200);
      service.putData(disk, 16384, new byte[8192]).expect(200);
      String last = nullDisk();
      List<Told> told = reader.until(event -> event.data().toString().contains(last));
      List<Told> beyond = told.stream().filter(e -> e.type().equals("write-threshold")).toList();
      assertThat(beyond).hasSize(1);
      assertThat(beyond.getFirst().data().path("node").asString()).isEqualTo(disk);
      assertThat(beyond.getFirst().data().path("writeThreshold").asLong()).isEqualTo(8192);
      assertThat(beyond.getFirst().data().path("amountExceeded").asLong()).isEqualTo(4096);
    }
    assertThat(threshold(disk).path("bytes").isNull()).isTrue();
  }

  private JsonNode threshold(String node) {
    return service.get("/nodes/" + node + "/write-threshold").expect(200).body();
  }

  @Test
  void tellsOfWhatAnImageWritesBeyondAThresholdOfItsFile() {
    String disk = imageWithNamedFile();
    try (EventReader reader = EventReader.on(service)) {
      service.put("/nodes/" + disk + "-file/write-threshold", "{'bytes':327680}").expect(200);
      service.putData(disk, 0, bytes(1 << 20, 1)).expect(200);
      Told told = reader.until(e -> e.type().equals("write-threshold")).getLast();
      assertThat(told.data().path("node").asString()).isEqualTo(disk + "-file");
    }
  }

  @Test
  void tellsOfNothingWhenTheThresholdIsTakenBack() {
    String disk = nullDisk();
    service.put("/nodes/" + disk + "/write-threshold", "{'bytes':512}").expect(200);
    service.delete("/nodes/" + disk + "/write-threshold").expect(200);
    try (EventReader reader = EventReader.on(service)) {
      service.putData(disk, 4096, new byte[512]).expect(200);
      String last = nullDisk();
      List<Told> told = reader.until(event -> event.data().toString().contains(last));
      assertThat(told.stream().map(Told::type)).doesNotContain("write-threshold");
    }
  }

  @Test
  void refusesAThresholdOfNothingAndFiguresOfNobody() {
    String disk = nullDisk();
    service.put("/nodes/" + disk + "/write-threshold", "{'bytes':0}").expect(400);
    service.put("/nodes/" + disk + "/write-threshold", "{}").expect(400);
    service.put("/nodes/nobody/write-threshold", "{'bytes':1}").expect(404);
    service.get("/nodes/nobody/stats").expect(404);
    service.get("/edges/nobody:root/stats").expect(404);
    service.get("/exports/nobody/stats").expect(404);
    service.post("/exports/nobody/stats/reset", "").expect(404);
  }

  @Test
  void forgetsTheFiguresOfANodeThatIsRemoved() {
    String disk = nullDisk();
    service.data(disk, 0, 512);
    service.put("/nodes/" + disk + "/write-threshold", "{'bytes':512}").expect(200);
    service.delete("/nodes/" + disk).expect(200);
    service.added("{'nodeName':'%s','driver':'null','size':%d}".formatted(disk, MIB));
    assertThat(stats("/nodes/" + disk).path("operations")).isEmpty();
    assertThat(threshold(disk).path("bytes").isNull()).isTrue();
  }

  /// Meters and marks show a disk as it is, so whoever looks for more than its bytes finds that.
  @Test
  void whatADiskKeepsInsideIsShownWhileItIsTimedAndRecorded() {
    String disk = service.qcow2(MIB);
    service.putData(disk, 0, new byte[] {1, 2, 3}).expect(200);
    service.post("/nodes/" + disk + "/internal-snapshots", "{'name':'s'}").expect(201);
    String kept =
        service.added(
            "{'nodeName':'%s','driver':'internal-snapshot','file':'%s','snapshot':'s','readOnly':true}"
                .formatted(Service.fresh("kept"), disk));
    String target = service.qcow2(MIB);
    String before = Service.fresh("before");
    service.added(
        "{'nodeName':'%s','driver':'copy-before-write','file':'%s','target':'%s'}"
            .formatted(before, disk, target));
    String past =
        service.added(
            "{'nodeName':'%s','driver':'snapshot-access','file':'%s','readOnly':true}"
                .formatted(Service.fresh("past"), before));
    for (String node : List.of(disk, before)) {
      service.put("/nodes/" + node + "/histograms", "{'read':[1000]}").expect(200);
      service.post("/nodes/" + node + "/bitmaps", "{'name':'b'}").expect(201);
    }
    service.putData(before, 0, new byte[] {7, 7, 7}).expect(200);
    assertThat(service.data(kept, 0, 3)).containsExactly(1, 2, 3);
    assertThat(service.data(past, 0, 3)).containsExactly(1, 2, 3);
    assertThat(service.data(before, 0, 3)).containsExactly(7, 7, 7);
    for (String node : List.of(past, kept, before)) {
      service.delete("/nodes/" + node).expect(200);
    }
  }
}
