package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuIo;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// A secondary over HTTP, with `qemu-io` as the primary's NBD client and `qemu-img` as the judge.
@Timeout(180)
class ReplicationOverHttpTest {
  private static final int SIZE = ReplicationBench.SIZE;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private ReplicationBench bench() {
    return ReplicationBench.built(service, Service.fresh("colo"));
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void showsCheckpointsOfWhatAPrimaryWritesOverNbd() {
    ReplicationBench bench = bench();
    bench.primary(QemuIo.write(1, 0, SIZE), "flush");
    bench.does("start");
    bench.primary(QemuIo.write(2, 100_000, 300_000), QemuIo.zero(500_000, 70_000));
    assertThat(bench.view()).isEqualTo(filled(1));
    byte[] own = {7, 7, 7};
    bench.own(200_000, own);
    assertThat(service.data(bench.node("c1"), 199_999, 5)).containsExactly(1, 7, 7, 7, 1);
    bench.does("checkpoint");
    byte[] second = filled(1);
    Arrays.fill(second, 100_000, 400_000, (byte) 2);
    Arrays.fill(second, 500_000, 570_000, (byte) 0);
    assertThat(bench.view()).isEqualTo(second);
    bench.does("stop");
    bench.primary(QemuIo.write(3, 0, SIZE));
    bench.end();
  }

  @Test
  void tellsHowItIs() {
    ReplicationBench bench = bench();
    Answer none = bench.report();
    assertThat(none.text("stage")).isEqualTo("none");
    assertThat(verbs(none)).containsExactly("start");
    bench.does("start");
    bench.primary(QemuIo.write(2, 0, 100_000));
    Answer running = bench.report();
    assertThat(running.text("mode")).isEqualTo("secondary");
    assertThat(running.text("stage")).isEqualTo("running");
    assertThat(running.text("since")).isNotBlank();
    assertThat(running.text("checkpointAt")).isNotBlank();
    assertThat(verbs(running)).containsExactly("checkpoint", "failover", "stop");
    JsonNode secondary = running.body().path("secondary");
    assertThat(secondary.path("active").asString()).isEqualTo(bench.node("active"));
    assertThat(secondary.path("hidden").asString()).isEqualTo(bench.node("hidden"));
    assertThat(secondary.path("disk").asString()).isEqualTo(bench.node("sec"));
    assertThat(secondary.path("savedBytes").asLong()).isEqualTo(131_072);
    assertThat(secondary.path("failedWrites").asLong()).isZero();
    String filter = secondary.path("filter").asString();
    assertThat(service.get("/nodes/" + filter).expect(200).text("origin")).isEqualTo("implicit");
    bench.does("stop").end();
  }

  private static List<String> verbs(Answer answer) {
    return answer.body().path("verbs").valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void afterAFailoverTheSecondaryIsADiskOfItsOwn() {
    ReplicationBench bench = bench();
    bench.primary(QemuIo.write(1, 0, SIZE), "flush");
    bench.does("start");
    bench.primary(QemuIo.write(2, 0, 300_000));
    bench.does("failover");
    assertThat(bench.tryPrimary(QemuIo.write(3, 0, 512)).exitCode()).isNotZero();
    assertThat(bench.tryPrimary(QemuIo.write(3, 900_000, 512)).exitCode()).isNotZero();
    assertThat(bench.view()).isEqualTo(filled(1));
    bench.own(0, new byte[] {9});
    assertThat(service.data(bench.node("c1"), 0, 2)).containsExactly(9, 1);
    refusing.of(409, "PERMISSION_CONFLICT", () -> bench.ask("stop"));
    bench.end();
  }

  @Test
  void refusesWhatDoesNotFitTheStage() {
    ReplicationBench bench = bench();
    Answer early = refusing.of(409, "REPLICATION_VERB_NOT_ALLOWED", () -> bench.ask("checkpoint"));
    assertThat(early.text("detail")).contains("'" + bench.node("c1") + "'").contains("'none'");
    assertThat(early.text("correction")).isEqualTo("it takes: start");
    bench.does("start");
    Answer twice = refusing.of(409, "REPLICATION_VERB_NOT_ALLOWED", () -> bench.ask("start"));
    assertThat(twice.text("correction")).isEqualTo("it takes: checkpoint, failover, stop");
    bench.does("stop").end();
  }

  @Test
  void refusesWhatIsNoSecondary() {
    String disk = service.qcow2(SIZE);
    refusing.of(404, "NODE_NOT_FOUND", () -> service.post("/nodes/nix/replication/start", ""));
    refusing.of(
        422, "NOT_A_REPLICATION", () -> service.post("/nodes/" + disk + "/replication/start", ""));
    refusing.of(422, "NOT_A_REPLICATION", () -> service.get("/nodes/" + disk + "/replication"));
    String flat = Service.fresh("flat");
    service.added(
        "{'nodeName':'%s','driver':'replication','mode':'secondary','file':'%s'}"
            .formatted(flat, disk));
    Answer shape =
        refusing.of(
            422,
            "REPLICATION_SHAPE",
            () -> service.post("/nodes/" + flat + "/replication/start", ""));
    assertThat(shape.text("detail")).contains("'" + disk + "'").contains("'" + flat + "'");
    refusing.of(
        400,
        "INVALID_REQUEST",
        () -> service.post("/nodes", "{'nodeName':'x1','driver':'replication','file':'nix'}"));
  }

  @Test
  void nobodyElseCanMakeTheFilterOfAReplication() {
    String disk = service.qcow2(SIZE);
    String other = service.qcow2(SIZE);
    Answer refused =
        service.post(
            "/nodes",
            "{'nodeName':'x1','driver':'replication-top','replication':'c1','file':'%s','hidden':'%s'}"
                .formatted(disk, other));
    assertThat(refused.status()).isBetween(400, 422);
    assertThat(refused.text("detail")).contains("replication-top");
  }

  @Test
  void refusesToBeginOverAHiddenDiskThatHoldsData() {
    ReplicationBench bench = bench();
    service.putData(bench.node("hidden"), 0, new byte[] {1}).expect(200);
    Answer full = refusing.of(422, "REPLICATION_DISK_NOT_EMPTY", () -> bench.ask("start"));
    assertThat(full.text("node")).isEqualTo(bench.node("hidden"));
    refusing.of(
        422,
        "REPLICATION_DISK_NOT_EMPTY",
        () -> service.post(bench.path() + "/start?dryRun=true", ""));
    bench.end();
  }

  @Test
  void aDryRunTouchesNothingAndAStaleRevisionIsRefused() {
    ReplicationBench bench = bench();
    String before = service.graph();
    Answer planned = service.post(bench.path() + "/start?dryRun=true", "").expect(200);
    assertThat(planned.body().path("diff").path("dryRun").asBoolean()).isTrue();
    assertThat(planned.body().path("diff").path("nodesAdded").size()).isEqualTo(1);
    assertThat(service.graph()).isEqualTo(before);
    refusing.of(
        412,
        "REVISION_MISMATCH",
        () ->
            service.send(
                service
                    .request(bench.path() + "/start")
                    .header("If-Match", "\"1\"")
                    .POST(Service.body(""))));
    String now = service.get("/graph").etag();
    service
        .send(
            service.request(bench.path() + "/start").header("If-Match", now).POST(Service.body("")))
        .expect(200);
    bench.does("stop").end();
  }

  @Test
  void ownsItsDisksWhileItRuns() {
    ReplicationBench bench = bench().does("start");
    for (String disk : List.of("sec", "hidden", "active", "c1")) {
      Answer busy =
          refusing.of(
              409,
              "NODE_BUSY",
              () -> service.post("/nodes/" + bench.node(disk) + "/resize", "{'size':2097152}"));
      assertThat(busy.body().path("blockers").path(0).path("kind").asString())
          .isEqualTo("replication");
    }
    refusing.of(
        409,
        "EDGE_FROZEN",
        () -> service.patch("/nodes/" + bench.node("active"), "{'backing':null}"));
    Answer gone =
        refusing.of(409, "EDGE_FROZEN", () -> service.delete("/nodes/" + bench.node("c1")));
    assertThat(gone.text("correction")).contains("stop replication");
    bench.does("stop").end();
  }

  @Test
  void aLatePrimaryComesInAboveTheFilter() {
    ReplicationBench bench = bench();
    service.delete("/exports/" + bench.node("nbd")).expect(200);
    bench.does("start");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}"
                .formatted(bench.node("nbd"), bench.node("sec")))
        .expect(201);
    bench.primary(QemuIo.write(2, 0, 100_000));
    service.putData(bench.node("sec"), 200_000, new byte[] {5}).expect(200);
    assertThat(bench.view()).isEqualTo(new byte[SIZE]);
    bench.does("checkpoint");
    assertThat(service.data(bench.node("c1"), 0, 3)).containsExactly(2, 2, 2);
    assertThat(service.data(bench.node("c1"), 200_000, 1)).containsExactly(5);
    bench.does("stop").end();
  }

  @Test
  void tellsOfEachStep() {
    ReplicationBench bench = bench();
    try (EventReader events = EventReader.on(service)) {
      bench.does("start").does("checkpoint").does("failover");
      List<String> stages =
          events
              .until(told -> told.type().equals("replication-changed") && isAt(told, "failover"))
              .stream()
              .filter(told -> told.type().equals("replication-changed"))
              .filter(told -> data(told).path("node").asString().equals(bench.node("c1")))
              .map(told -> data(told).path("stage").asString())
              .toList();
      assertThat(stages).containsExactly("running", "running", "failover");
    }
    bench.end();
  }

  private static boolean isAt(EventReader.Told told, String stage) {
    return data(told).path("stage").asString().equals(stage);
  }

  private static JsonNode data(EventReader.Told told) {
    return told.data();
  }

  @Test
  void agreesWithAModelThroughWritesOfBothSidesAndCheckpoints() {
    long seed = Seeds.first();
    System.out.println("ReplicationOverHttpTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ReplicationBench bench = bench().does("start");
    byte[] primary = new byte[SIZE];
    byte[] secondary = new byte[SIZE];
    for (int round = 0; round < 25; round++) {
      write(bench, primary, secondary, random);
      if (random.nextInt(4) == 0) {
        bench.does("checkpoint");
        secondary = primary.clone();
      }
      assertThat(Arrays.mismatch(bench.view(), secondary))
          .as("round %d, -Dseed=%d", round, seed)
          .isEqualTo(-1);
    }
    boolean failover = random.nextBoolean();
    bench.does(failover ? "failover" : "stop");
    assertThat(Arrays.mismatch(bench.view(), failover ? secondary : primary))
        .as("the end, -Dseed=%d", seed)
        .isEqualTo(-1);
    bench.end();
  }

  private static void write(
      ReplicationBench bench, byte[] primary, byte[] secondary, Random random) {
    int value = 1 + random.nextInt(100);
    int offset = random.nextInt(SIZE / 512) * 512;
    int length = Math.min((1 + random.nextInt(400)) * 512, SIZE - offset);
    if (random.nextInt(3) == 0) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      bench.own(offset, bytes);
      System.arraycopy(bytes, 0, secondary, offset, length);
      return;
    }
    boolean zero = random.nextInt(4) == 0;
    bench.primary(
        zero ? QemuIo.zero(offset, length) : QemuIo.write(value, offset, length), "flush");
    Arrays.fill(primary, offset, offset + length, (byte) (zero ? 0 : value));
  }
}
