package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Snapshots that images keep in themselves, as a caller, a client and a stranger see them.
@Timeout(120)
class InternalSnapshotsOverHttpTest {
  private static final int MIB = 1 << 20;
  private static final int PLACES = 16;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private static String at(String node) {
    return "/nodes/" + node + "/internal-snapshots";
  }

  private Answer take(String node, String name) {
    return service.post(at(node), "{'name':'" + name + "'}");
  }

  private void fill(String node, int value) {
    service.putData(node, 0, same(value)).expect(200);
  }

  private static byte[] same(int value) {
    byte[] bytes = new byte[MIB];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private void holds(String node, int value) {
    assertThat(service.data(node, 0, MIB)).containsOnly((byte) value);
  }

  private List<String> names(String node) {
    return service
        .get(at(node))
        .expect(200)
        .body()
        .path("snapshots")
        .valueStream()
        .map(snapshot -> snapshot.path("name").asString())
        .toList();
  }

  /// The node over a snapshot, by its name.
  private String shown(String node, String snapshot) {
    return service.added(
        "{'nodeName':'%s','driver':'internal-snapshot','file':'%s','snapshot':'%s','readOnly':true}"
            .formatted(Service.fresh("past"), node, snapshot));
  }

  private Path released(String node) {
    service.delete("/nodes/" + node).expect(200);
    return service.image(node + ".qcow2");
  }

  private String export(String node, boolean writable) {
    String id = Service.fresh("export");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':%s}".formatted(id, node, writable))
        .expect(201);
    return id;
  }

  private String uri(String export) {
    return service.get("/exports/" + export).expect(200).body().path("uris").path(0).asString();
  }

  @Test
  void areTakenAppliedAndDeletedAndQemuFindsThem() {
    String disk = service.qcow2(MIB);
    fill(disk, 1);
    Answer taken = take(disk, "one").expect(201);
    assertThat(taken.body().path("snapshot").path("id").asString()).isEqualTo("1");
    fill(disk, 2);
    take(disk, "two").expect(201);
    fill(disk, 3);
    assertThat(names(disk)).containsExactly("one", "two");
    service.post(at(disk) + "/one/apply", "").expect(200);
    holds(disk, 1);
    service.delete(at(disk) + "/one").expect(200);
    holds(disk, 1);
    assertThat(names(disk)).containsExactly("two");
    Path image = released(disk);
    QemuImg.assertClean(image);
    QemuImg.snapshot(image, "-a", "two");
    QemuIo.run(image, "qcow2", QemuIo.verify(2, 0, MIB));
  }

  @Test
  void tellWhatTheImageTells() {
    String disk = service.qcow2(MIB);
    take(disk, "told").expect(201);
    JsonNode told = service.get(at(disk)).expect(200).body().path("snapshots").path(0);
    assertThat(told.path("diskSize").asLong()).isEqualTo(MIB);
    assertThat(told.path("vmStateSize").asLong()).isZero();
    assertThat(told.path("takenAt").asString()).startsWith("20").endsWith("Z");
    assertThat(service.get("/nodes/" + disk).body().path("facts").path("snapshots").asInt())
        .isEqualTo(1);
  }

  @Test
  void areOneMomentOfADiskThatClientsWrite() throws Exception {
    String disk = service.qcow2(MIB);
    String export = export(disk, true);
    try (VerifyingClient client = new VerifyingClient(uri(export), MIB)) {
      for (int i = 0; i < 5; i++) {
        client.verifiesOnceMore();
        take(disk, "s" + i).expect(201);
        if (i > 1) {
          service.delete(at(disk) + "/s" + (i - 2)).expect(200);
        }
      }
      client.finish();
    }
    service.delete("/exports/" + export).expect(200);
    assertThat(names(disk)).containsExactly("s3", "s4");
    QemuImg.assertClean(released(disk));
  }

  /// One writer numbers its writes; what is kept must be what it had written up to one of them.
  @Test
  void holdEachWriteThatCameBeforeAnyOtherTheyHold() throws Exception {
    String disk = service.qcow2(MIB);
    AtomicBoolean end = new AtomicBoolean();
    CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> number(disk, end));
    for (int i = 0; i < 8; i++) {
      take(disk, "cut" + i).expect(201);
    }
    end.set(true);
    writer.get(60, TimeUnit.SECONDS);
    for (int i = 0; i < 8; i++) {
      int[] seen = numbers(service.data(shown(disk, "cut" + i), 0, MIB));
      int last = Arrays.stream(seen).max().orElseThrow();
      assertThat(seen).as("cut %d", i).isEqualTo(after(last));
    }
  }

  private void number(String disk, AtomicBoolean end) {
    for (int n = 1; !end.get(); n++) {
      byte[] bytes = ByteBuffer.allocate(4).putInt(n).array();
      service.putData(disk, (n % PLACES) * (MIB / PLACES), bytes).expect(200);
    }
  }

  private static int[] numbers(byte[] disk) {
    int[] seen = new int[PLACES];
    Arrays.setAll(seen, place -> ByteBuffer.wrap(disk).getInt(place * (MIB / PLACES)));
    return seen;
  }

  /// What the places hold after so many writes.
  private static int[] after(int last) {
    int[] expected = new int[PLACES];
    for (int n = Math.max(1, last - PLACES + 1); n <= last; n++) {
      expected[n % PLACES] = n;
    }
    return expected;
  }

  @Test
  void areShownToClientsWhileTheDiskGoesOn() {
    String disk = service.qcow2(MIB);
    fill(disk, 1);
    take(disk, "past").expect(201);
    fill(disk, 2);
    String past = shown(disk, "past");
    String export = export(past, false);
    fill(disk, 3);
    holds(past, 1);
    QemuIo.run(uri(export), List.of("-r", "-f", "raw"), QemuIo.verify(1, 0, MIB)).ok();
    assertThat(NbdTools.info(uri(export)).path("exports").path(0).path("export-size").asLong())
        .isEqualTo(MIB);
    refusing.of(409, "SNAPSHOT_SHOWN", () -> service.delete(at(disk) + "/past"));
    service.post(at(disk) + "/past/apply", "").expect(200);
    fill(disk, 4);
    holds(past, 1);
    JsonNode listed = service.get(at(disk)).body().path("snapshots").path(0).path("shownBy");
    assertThat(listed.path(0).asString()).isEqualTo(past);
    service.delete("/exports/" + export).expect(200);
    service.delete("/nodes/" + past).expect(200);
    service.delete(at(disk) + "/past").expect(200);
    holds(disk, 4);
    QemuImg.assertClean(released(disk));
  }

  @Test
  void ofAnOverlayKeepWhatIsTheOverlaysOwn() {
    String[] chain = service.chain(2, MIB);
    take(chain[1], "empty").expect(201);
    fill(chain[1], 2);
    String past = shown(chain[1], "empty");
    holds(past, 0);
    service.post(at(chain[1]) + "/empty/apply", "").expect(200);
    holds(chain[1], 0);
  }

  @Test
  void areNotAppliedUnderSomebodyWhoReads() {
    String disk = service.qcow2(MIB);
    take(disk, "old").expect(201);
    String export = export(disk, false);
    Answer refused =
        refusing.of(409, "PERMISSION_CONFLICT", () -> service.post(at(disk) + "/old/apply", ""));
    assertThat(refused.text("detail")).contains(export);
    take(disk, "new").expect(201);
    service.delete(at(disk) + "/old").expect(200);
    service.delete("/exports/" + export).expect(200);
  }

  @Test
  void areTakenBesideDirtyBitmapsAndNotAppliedUnderThem() {
    String disk = service.qcow2(MIB);
    service.post("/nodes/" + disk + "/bitmaps", "{'name':'b'}").expect(201);
    take(disk, "s").expect(201);
    Answer refused =
        refusing.of(422, "OPERATION_UNSUPPORTED", () -> service.post(at(disk) + "/s/apply", ""));
    assertThat(refused.text("detail")).contains("dirty bitmaps");
    service.delete("/nodes/" + disk + "/bitmaps/b").expect(200);
    service.post(at(disk) + "/s/apply", "").expect(200);
  }

  @Test
  void areThoseOfTheDiskThatAFilterShows() {
    String disk = service.qcow2(MIB);
    String filter =
        service.added(
            "{'nodeName':'%s','driver':'throttle','file':'%s','iopsTotal':100000}"
                .formatted(Service.fresh("throttle"), disk));
    fill(filter, 1);
    take(filter, "below").expect(201);
    fill(filter, 2);
    assertThat(names(disk)).containsExactly("below");
    service.post(at(filter) + "/below/apply", "").expect(200);
    holds(filter, 1);
    service.delete(at(filter) + "/below").expect(200);
    assertThat(names(filter)).isEmpty();
  }

  @Test
  void giveTheDiskTheLengthItHadBack() {
    String disk = service.qcow2(MIB);
    take(disk, "small").expect(201);
    service.post("/nodes/" + disk + "/resize", "{'size':" + 4 * MIB + "}").expect(200);
    service.post(at(disk) + "/small/apply", "").expect(200);
    assertThat(service.get("/nodes/" + disk).body().path("sizeBytes").asLong()).isEqualTo(MIB);
  }

  @Test
  void areRefusedInWordsThatTellWhy() {
    String disk = service.qcow2(MIB);
    take(disk, "there").expect(201);
    refusing.of(409, "SNAPSHOT_NAME_IN_USE", () -> take(disk, "there"));
    refusing.of(404, "SNAPSHOT_NOT_FOUND", () -> service.delete(at(disk) + "/gone"));
    refusing.of(404, "SNAPSHOT_NOT_FOUND", () -> service.post(at(disk) + "/gone/apply", ""));
    refusing.of(404, "NODE_NOT_FOUND", () -> take("nobody", "x"));
    refusing.of(404, "NODE_NOT_FOUND", () -> service.get(at("nobody")));
    refusing.of(400, "INVALID_REQUEST", () -> take(disk, ""));
    String empty = service.added("{'nodeName':'%s','driver':'null'}".formatted(Service.fresh("n")));
    refusing.of(422, "OPERATION_UNSUPPORTED", () -> take(empty, "x"));
    refusing.of(422, "OPERATION_UNSUPPORTED", () -> service.get(at(empty)));
    String read = service.qcow2(MIB, ",'readOnly':true");
    refusing.of(409, "READ_ONLY", () -> take(read, "x"));
    refusing.of(
        422,
        "BAD_SHAPE",
        () ->
            service.post(
                "/nodes",
                "{'nodeName':'p','driver':'internal-snapshot','file':'%s','snapshot':'there'}"
                    .formatted(disk)));
  }

  @Test
  void ofTheSameNameAreToldApartByTheirIds() {
    Path image = service.image(Service.fresh("twins") + ".qcow2");
    QemuImg.create(image, MIB, Map.of());
    QemuImg.snapshot(image, "-c", "twin");
    QemuImg.snapshot(image, "-c", "twin");
    String disk =
        service.added(
            "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'}}"
                .formatted(Service.fresh("disk"), image.getFileName()));
    Answer refused =
        refusing.of(404, "SNAPSHOT_NOT_FOUND", () -> service.delete(at(disk) + "/twin"));
    assertThat(refused.text("detail")).contains("by its id: 1, 2");
    service.delete(at(disk) + "/2").expect(200);
    service.delete(at(disk) + "/twin").expect(200);
    assertThat(names(disk)).isEmpty();
  }

  @Test
  void aDryRunChangesNothingAndAnswersAsTheChangeWould() {
    String disk = service.qcow2(MIB);
    take(disk, "kept").expect(201);
    String before = service.graph();
    Answer dry = service.post(at(disk) + "?dryRun=true", "{'name':'x'}").expect(200);
    assertThat(dry.body().path("dryRun").asBoolean()).isTrue();
    service.post(at(disk) + "/kept/apply?dryRun=true", "").expect(200);
    service.delete(at(disk) + "/kept?dryRun=true").expect(200);
    assertThat(service.graph()).isEqualTo(before);
    assertThat(names(disk)).containsExactly("kept");
    String export = export(disk, false);
    refusing.of(
        409, "PERMISSION_CONFLICT", () -> service.post(at(disk) + "/kept/apply?dryRun=true", ""));
    service.delete("/exports/" + export).expect(200);
  }

  @Test
  void keepToTheRevisionThatWasSeen() {
    String disk = service.qcow2(MIB);
    var request =
        service
            .request(at(disk))
            .header("If-Match", "\"0\"")
            .header("Content-Type", "application/json")
            .POST(Service.body("{'name':'x'}"));
    refusing.of(412, "REVISION_MISMATCH", () -> service.send(request));
    assertThat(names(disk)).isEmpty();
  }

  @Test
  void arePlannedWithOtherChanges() {
    String disk = service.qcow2(MIB);
    take(disk, "kept").expect(201);
    String actions =
        """
        {'actions':[{'method':'POST','path':'/nodes/%1$s/internal-snapshots','body':{'name':'x'}},
         {'method':'POST','path':'/nodes/%1$s/internal-snapshots/kept/apply'},
         {'method':'DELETE','path':'/nodes/%1$s/internal-snapshots/kept'}]}
        """
            .formatted(disk);
    JsonNode plan = service.post("/graph/plan", actions).expect(200).body();
    assertThat(plan.path("wouldSucceed").asBoolean()).as(plan.toString()).isTrue();
    assertThat(names(disk)).containsExactly("kept");
  }
}
