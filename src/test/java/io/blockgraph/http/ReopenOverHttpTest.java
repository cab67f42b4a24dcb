package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes changed while they are in use: several as one, children one by one, and what images say of
/// their backing files.
class ReopenOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  @TempDir Path folder;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);

  private String over(String backing) {
    return service.qcow2(MIB, ",'backing':'" + backing + "'");
  }

  private Answer reopen(String... nodes) {
    return service.post("/nodes/reopen", "{'nodes':[" + String.join(",", nodes) + "]}");
  }

  private static String node(String name, String more) {
    return "{'nodeName':'" + name + "'," + more + "}";
  }

  @Test
  void twoDisksTradeWhatBacksThem() {
    String one = bench.disk(1);
    String two = bench.disk(2);
    String first = over(one);
    String second = over(two);
    Answer done =
        reopen(node(first, "'backing':'" + two + "'"), node(second, "'backing':'" + one + "'"))
            .expect(200);
    assertThat(done.body().path("nodes").toString()).contains(first).contains(second);
    assertThat(service.data(first, 0, 512)).containsOnly((byte) 2);
    assertThat(service.data(second, 0, 512)).containsOnly((byte) 1);
  }

  /// Alone neither can be: a chain cannot be turned round step by step without passing a loop.
  @Test
  void onlyWhatAllComeToHasToBeValid() {
    String low = service.qcow2(MIB);
    String high = over(low);
    service.patch("/nodes/" + low, "{'backing':'" + high + "'}").expect(409);
    reopen(node(low, "'backing':'" + high + "'"), node(high, "'backing':null")).expect(200);
    assertThat(service.pathFrom(low, "/backing")).isEqualTo(high);
  }

  @Test
  void switchesSeveralNodesToReadOnlyOrNone() {
    String one = service.qcow2(MIB);
    String used = bench.disk(3);
    bench.export(used, true);
    String before = service.graph();
    Answer refused =
        reopen(node(one, "'readOnly':true"), node(used, "'readOnly':true")).expect(409);
    assertThat(refused.text("code")).isEqualTo("READ_ONLY");
    assertThat(refused.body().at("/errors/0/pointer").asString()).isEqualTo("/nodes/1");
    assertThat(service.graph()).isEqualTo(before);
    reopen(node(one, "'readOnly':true")).expect(200);
    assertThat(service.get("/nodes/" + one).body().path("readOnly").asBoolean()).isTrue();
  }

  @Test
  void saysWhichNodeIsWrong() {
    String one = service.qcow2(MIB);
    for (String wrong :
        new String[] {
          node("nobody", "'readOnly':true"),
          node(one + "x", "'readOnly':true"),
          "{'readOnly':true}",
          node(one, "'readOnly':false"),
          "7"
        }) {
      Answer answer = reopen(node(one, "'readOnly':true"), wrong);
      assertThat(answer.status()).as(wrong).isIn(400, 404);
      assertThat(answer.body().at("/errors/0/pointer").asString()).startsWith("/nodes/1");
    }
    service.post("/nodes/reopen", "{'nodes':[]}").expect(400);
    assertThat(service.get("/nodes/" + one).body().path("readOnly").asBoolean()).isFalse();
  }

  @Test
  void aDryRunOfAListChangesNothing() {
    String base = bench.disk(4);
    String one = service.qcow2(MIB);
    String before = service.graph();
    String body = "{'nodes':[" + node(one, "'backing':'" + base + "'") + "]}";
    Answer planned = service.post("/nodes/reopen?dryRun=true", body).expect(200);
    assertThat(planned.body().at("/diff/edgesAdded/0/id").asString()).isEqualTo(one + ":backing");
    assertThat(service.graph()).isEqualTo(before);
  }

  @Test
  void attachesSwapsAndDetachesABackingDiskByItsEdge() {
    String one = bench.disk(5);
    String two = bench.disk(6);
    String top = service.qcow2(MIB);
    String path = "/nodes/" + top + "/children/backing";
    service.put(path + "?dryRun=true", "{'node':'" + one + "'}").expect(200);
    assertThat(service.data(top, 0, 512)).containsOnly((byte) 0);
    service.put(path, "{'node':'" + one + "'}").expect(200);
    assertThat(service.data(top, 0, 512)).containsOnly((byte) 5);
    Answer swapped = service.put(path, "{'node':'" + two + "'}").expect(200);
    assertThat(swapped.text("childNode")).isEqualTo(two);
    assertThat(service.data(top, 0, 512)).containsOnly((byte) 6);
    service.delete(path).expect(200);
    assertThat(service.data(top, 0, 512)).containsOnly((byte) 0);
    assertThat(service.delete(path).expect(404).text("code")).isEqualTo("CHILD_NOT_FOUND");
  }

  @Test
  void refusesChildrenThatCannotBeSwapped() {
    String disk = bench.disk(7);
    String other = bench.disk(8);
    String children = "/nodes/" + disk + "/children/";
    assertThat(service.put(children + "file", "{'node':'" + other + "'}").expect(422).text("code"))
        .isEqualTo("CHILD_HOLDS_OTHER_DATA");
    service.put(children + "files", "{'node':'" + other + "'}").expect(404);
    service.put(children + "backing", "{'node':'nobody'}").expect(404);
    service.put(children + "backing", "{'node':'" + disk + "'}").expect(409);
    service.put("/nodes/nobody/children/file", "{'node':'" + other + "'}").expect(404);
  }

  @Test
  void swapsChildrenInATransactionToo() {
    String one = bench.disk(9);
    String top = service.qcow2(MIB);
    service
        .post(
            "/transactions",
            ("{'actions':[{'method':'PUT','path':'/nodes/%s/children/backing',"
                    + "'body':{'node':'%s'}}]}")
                .formatted(top, one))
        .expect(200);
    assertThat(service.data(top, 0, 512)).containsOnly((byte) 9);
  }

  private static String told(Service on, String disk, String member) {
    String image = on.image(disk + ".qcow2").toString();
    return QemuImg.run("info", "-U", "-f", "qcow2", "--output=json", image)
        .ok()
        .json()
        .path(member)
        .asString("");
  }

  @Test
  void writesWhatBacksAnImageIntoItsHeaderAndNothingElse() {
    String base = bench.disk(10);
    String top = over(base);
    String before = service.get("/edges").body().toString();
    service
        .put("/nodes/" + top + "/backing-file", "{'backingFile':'other.raw','format':'raw'}")
        .expect(200);
    assertThat(told(service, top, "backing-filename")).isEqualTo("other.raw");
    assertThat(told(service, top, "backing-filename-format")).isEqualTo("raw");
    assertThat(service.get("/edges").body().toString()).isEqualTo(before);
    assertThat(service.data(top, 0, 512)).containsOnly((byte) 10);
    service.delete("/nodes/" + top + "/backing-file").expect(200);
    assertThat(told(service, top, "backing-filename")).isEmpty();
    assertThat(service.data(top, 0, 512)).containsOnly((byte) 10);
  }

  @Test
  void aDryRunWritesNoHeader() {
    String top = over(bench.disk(11));
    String before = told(service, top, "backing-filename");
    service
        .put("/nodes/" + top + "/backing-file?dryRun=true", "{'backingFile':'x','format':'raw'}")
        .expect(200);
    assertThat(told(service, top, "backing-filename")).isEqualTo(before);
  }

  @Test
  void refusesToNameABackingFileWhereThereIsNone() {
    String body = "{'backingFile':'x.raw','format':'raw'}";
    String plain =
        service.added("{'nodeName':'%s','driver':'null','size':512}".formatted(Service.fresh("n")));
    assertThat(service.put("/nodes/" + plain + "/backing-file", body).expect(422).text("code"))
        .isEqualTo("BACKING_UNSUPPORTED");
    String fixed = service.qcow2(MIB, ",'readOnly':true");
    assertThat(service.put("/nodes/" + fixed + "/backing-file", body).expect(409).text("code"))
        .isEqualTo("READ_ONLY");
    String busy = service.qcow2(MIB);
    bench.ready(busy, service.qcow2(MIB), "");
    assertThat(service.put("/nodes/" + busy + "/backing-file", body).expect(409).text("code"))
        .isEqualTo("NODE_BUSY");
    service.put("/nodes/nobody/backing-file", body).expect(404);
    service.put("/nodes/" + fixed + "/backing-file", "{'backingFile':'x.raw'}").expect(400);
  }

  @Test
  void aNodeWhoseImageNamesABackingFileItDoesNotHaveOpensAfterARestart() {
    try (Service first = Service.on(folder)) {
      String disk = first.qcow2(MIB);
      first
          .put("/nodes/" + disk + "/backing-file", "{'backingFile':'x.raw','format':'raw'}")
          .expect(200);
      assertThat(told(first, disk, "backing-filename")).isEqualTo("x.raw");
    }
    try (Service second = Service.on(folder)) {
      assertThat(second.get("/nodes").body().at("/nodes/0/state").asString()).isEqualTo("open");
      assertThat(second.get("/nodes").body().at("/nodes/1/state").asString()).isEqualTo("open");
    }
  }
}
