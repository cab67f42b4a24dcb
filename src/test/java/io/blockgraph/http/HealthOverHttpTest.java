package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What operators and orchestrators are told when something is wrong: which check, since when, and
/// that the service itself is alive and ready all the while.
class HealthOverHttpTest {
  private static final long MIB = MirrorBench.MIB;
  private static final String QUICK = "--blockgraph.health.stalled-after=1s";
  private static final String QUICKER = "--blockgraph.health.not-converging-after=1s";

  @TempDir Path folder;

  private Service service;
  private MirrorBench bench;

  @BeforeEach
  void start() {
    service = Service.on(folder.resolve("data"), QUICK, QUICKER);
    bench = new MirrorBench(service);
  }

  /// Whatever was wrong, nobody is told to restart the service or to send requests elsewhere.
  @AfterEach
  void isAliveAndReadyAllTheWhile() {
    try (Service ending = service) {
      assertThat(ending.beside("/livez").expect(200).text("status")).isEqualTo("UP");
      assertThat(ending.beside("/readyz").expect(200).text("status")).isEqualTo("UP");
    }
  }

  private JsonNode health(String part) {
    return service.beside("/actuator/health/" + part).body();
  }

  /// What is wrong with `name`, in the words of its check; empty when there is none.
  private JsonNode trouble(String part, String name, String check) {
    for (JsonNode entry : health(part).path("details").path("trouble")) {
      if (entry.path("name").asString().equals(name)
          && entry.path("finding").path("check").asString().equals(check)) {
        return entry;
      }
    }
    return service.beside("/actuator/health").body().path("nothing");
  }

  private JsonNode awaitTrouble(String part, String name, String check) {
    await(() -> !trouble(part, name, check).isMissingNode());
    JsonNode entry = trouble(part, name, check);
    JsonNode finding = entry.path("finding");
    assertThat(health(part).path("status").asString()).isEqualTo("DEGRADED");
    assertThat(finding.path("reason").asString()).isNotBlank();
    assertThat(Instant.parse(finding.path("since").asString()))
        .isBeforeOrEqualTo(Instant.parse(finding.path("checkedAt").asString()));
    assertThat(service.beside("/actuator/health").expect(200).text("status")).isEqualTo("DEGRADED");
    return finding;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("it did not come about within 60 s");
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Test
  void isUpWhenNothingIsWrong() {
    bench.disk(1);
    JsonNode all = service.beside("/actuator/health").expect(200).body();
    assertThat(all.path("status").asString()).isEqualTo("UP");
    assertThat(health("graph").path("details").path("checked").asString()).contains("2 nodes");
    assertThat(health("jobs").path("status").asString()).isEqualTo("UP");
    for (String part : List.of("graph", "store", "nbd")) {
      assertThat(
              all.path("components").path("serving").path("components").path(part).path("status"))
          .describedAs(part)
          .asString()
          .contains("UP");
    }
  }

  /// A raw disk whose file anybody may write.
  private String open(int value) throws Exception {
    String name = Service.fresh("raw");
    byte[] bytes = new byte[(int) MIB];
    Arrays.fill(bytes, (byte) value);
    Files.write(service.image(name), bytes);
    return service.added(
        "{'nodeName':'%s','driver':'file','filename':'%s','locking':'off'}".formatted(name, name));
  }

  @Test
  void tellsOfAQuorumChildGoneBadAndOfVotesThatWereNeverCast() throws Exception {
    String sick = open(1);
    String quorum = bench.quorum(open(1), sick, open(1));
    assertThat(health("graph").path("status").asString()).isEqualTo("UNKNOWN");
    assertThat(service.beside("/actuator/health").expect(200).text("status")).isEqualTo("UNKNOWN");
    service.data(quorum, 0, 4096);
    assertThat(health("graph").path("status").asString()).isEqualTo("UP");
    Files.write(service.image(sick), new byte[(int) MIB]);
    service.data(quorum, 0, 4096);

    JsonNode finding = awaitTrouble("graph", quorum, "votes of children.1");

    assertThat(finding.path("reason").asString()).contains(sick, "agreed 1 times, lost 1");
    assertThat(awaitTrouble("graph", quorum, "majority").path("reason").asString())
        .isEqualTo("2 children are good and 2 must agree: one more bad child and requests fail");
  }

  @Test
  void tellsOfDisksThatDiffer() throws Exception {
    String pair =
        service.added(
            "{'nodeName':'%s','driver':'blkverify','raw':'%s','test':'%s'}"
                .formatted(Service.fresh("pair"), open(1), open(2)));
    service.get("/nodes/" + pair + "/data?offset=0&length=512");

    awaitTrouble("graph", pair, "comparison");
  }

  @Test
  void tellsOfACorruptImage() throws Exception {
    String disk = bench.disk(2);
    service.delete("/nodes/" + disk).expect(200);
    Path image = service.image(disk + ".qcow2");
    byte[] bytes = Files.readAllBytes(image);
    bytes[79] |= 2; // bit 1 of the incompatible features: corrupt
    Files.write(image, bytes);
    service.added(
        "{'nodeName':'%s','driver':'qcow2','readOnly':true,'file':{'driver':'file','filename':'%s'}}"
            .formatted(disk, image.getFileName()));

    JsonNode finding = awaitTrouble("graph", disk, "image");

    assertThat(finding.path("condition").asString()).isEqualTo("failed");
    JsonNode node = service.beside("/actuator/blockgraph/" + disk).expect(200).body();
    assertThat(node.path("condition").asString()).isEqualTo("failed");
    assertThat(node.toString()).doesNotContain(image.getFileName().toString());
  }

  @Test
  void tellsOfAFileThatVanishedBeforeARestart() throws Exception {
    String gone = bench.disk(3);
    String stays = bench.disk(4);
    String export = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, gone))
        .expect(201);
    service.close();
    Files.delete(folder.resolve("data/images").resolve(gone + ".qcow2"));
    service = Service.on(folder.resolve("data"), QUICK, QUICKER);

    JsonNode finding = awaitTrouble("graph", gone, "open");

    assertThat(finding.path("reason").asString()).contains("is not open");
    assertThat(health("graph").toString())
        .contains("NOT_FOUND", "export " + export)
        .doesNotContain(gone + ".qcow2", folder.toString());
    JsonNode graph = service.beside("/actuator/blockgraph").expect(200).body();
    assertThat(graph.path("condition").asString()).isEqualTo("failed");
    assertThat(graph.path("trouble").path("open").toString()).contains(gone).doesNotContain(stays);
    assertThat(service.beside("/actuator/blockgraph/" + stays).body().path("condition").asString())
        .isEqualTo("good");
  }

  @Test
  void tellsOfAFailedJobUntilItIsDismissed() {
    String target =
        service.added(
            ("{'nodeName':'%s','driver':'blkdebug','file':{'driver':'null','size':%d},"
                    + "'injectError':[{'operation':'write'}]}")
                .formatted(Service.fresh("bad"), MIB));
    String job = Service.fresh("job");
    bench.ask(job, bench.disk(5), target, "'onTargetError':'report'").expect(202);

    JsonNode finding = awaitTrouble("jobs", job, "result");

    assertThat(finding.path("reason").asString()).contains("IO_ERROR");
    JsonNode shown = service.beside("/actuator/blockjobs/" + job).expect(200).body();
    assertThat(shown.path("errorCode").asString()).isEqualTo("IO_ERROR");
    assertThat(shown.path("condition").asString()).isEqualTo("failed");
    service.delete("/jobs/" + job);
    assertThat(health("jobs").path("status").asString()).isEqualTo("UP");
    service.beside("/actuator/blockjobs/" + job).expect(404);
  }

  @Test
  void doesNotTakeACancelledJobForAFailedOne() {
    String job = bench.ready(bench.disk(6), bench.disk(0), "");
    service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'force'}").expect(200);
    assertThat(health("jobs").path("status").asString()).isEqualTo("UP");
    assertThat(service.beside("/actuator/blockjobs/" + job).body().path("errorCode").asString())
        .isEqualTo("JOB_CANCELLED");
  }

  @Test
  void tellsOfAStalledJob() {
    String job = Service.fresh("job");
    service.post("/throttle-groups", "{'id':'group','bpsTotal':1}").expect(201);
    String slow =
        service.added(
            "{'nodeName':'slow','driver':'throttle','throttleGroup':'group','file':'%s'}"
                .formatted(service.qcow2(MIB)));
    bench.ask(job, bench.disk(9), slow, "").expect(202);

    JsonNode finding = awaitTrouble("jobs", job, "progress");

    assertThat(finding.path("condition").asString()).isEqualTo("degraded");
    assertThat(finding.path("reason").asString()).startsWith("nothing was done for");
    assertThat(service.beside("/actuator/blockjobs").body().path("trouble").toString())
        .isEqualTo("{\"progress\":[\"" + job + "\"]}");
    service.patch("/throttle-groups/group", "{'bpsTotal':null}").expect(200);
  }

  @Test
  void doesNotTakeAPausedJobForAStalledOne() {
    String job = Service.fresh("job");
    bench.ask(job, bench.disk(7), bench.disk(0), "'speed':65536").expect(202);
    service.post("/jobs/" + job + "/pause?wait=30", "").expect(200);
    long end = System.nanoTime() + 1_500_000_000L;
    while (System.nanoTime() < end) {
      assertThat(health("jobs").path("status").asString()).isEqualTo("UP");
    }
  }

  @Test
  void tellsOfAJobThatRestsAfterAnErrorOfTheStorage() {
    String target =
        service.added(
            ("{'nodeName':'%s','driver':'blkdebug','file':{'driver':'null','size':%d},"
                    + "'injectError':[{'operation':'write','errno':'ENOSPC'}]}")
                .formatted(Service.fresh("full"), MIB));
    String job = Service.fresh("job");
    bench.ask(job, bench.disk(8), target, "'onTargetError':'stop'").expect(202);

    JsonNode finding = awaitTrouble("jobs", job, "storage");

    assertThat(finding.path("reason").asString()).contains("nospace");
  }

  @Test
  void tellsOfAJobThatDoesNotConverge() {
    String source = service.qcow2(64 * MIB);
    String job = bench.ready(source, service.qcow2(64 * MIB), "");
    service.patch("/jobs/" + job, "{'speed':65536}").expect(200);
    byte[] bytes = new byte[(int) MIB];
    Arrays.fill(bytes, (byte) 9);
    int[] at = {0};

    await(
        () -> {
          service.putData(source, at[0]++ % 64 * MIB, bytes).expect(200);
          return !trouble("jobs", job, "convergence").isMissingNode();
        });

    JsonNode shown = service.beside("/actuator/blockjobs/" + job).expect(200).body();
    assertThat(shown.path("condition").asString()).isEqualTo("degraded");
    assertThat(shown.path("bytesDirty").asLong()).isPositive();
  }

  @Test
  void countsNodesEdgesAndUsers() {
    String disk = bench.disk(1);
    String export = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, disk))
        .expect(201);
    JsonNode graph = service.beside("/actuator/blockgraph").expect(200).body();
    assertThat(graph.path("condition").asString()).isEqualTo("good");
    assertThat(graph.path("nodesByDriver").toString()).isEqualTo("{\"file\":1,\"qcow2\":1}");
    assertThat(graph.path("edgesByRole").toString())
        .isEqualTo("{\"data\":1,\"metadata\":1,\"primary\":1,\"user\":1}");
    assertThat(graph.path("usersByKind").toString()).isEqualTo("{\"export\":1}");
    assertThat(graph.path("revision").asLong())
        .isEqualTo(service.get("/graph").body().path("revision").asLong());
    assertThat(service.beside("/actuator/blockgraph/" + disk).body().path("sizeBytes").asLong())
        .isEqualTo(MIB);
  }

  @Test
  void exposesWhatTheDocumentSaysAndNothingElse() {
    Set<String> exposed =
        service.beside("/actuator").expect(200).body().path("_links").propertyNames().stream()
            .map(name -> name.split("-")[0])
            .collect(Collectors.toSet());
    assertThat(exposed)
        .containsExactlyInAnyOrder(
            "self", "health", "info", "blockgraph", "blockjobs", "prometheus");
  }

  @Test
  void answers404ForWhatIsNotThere() {
    service.beside("/actuator/blockgraph/no-such-node").expect(404);
    service.beside("/actuator/blockjobs/no-such-job").expect(404);
  }
}
