package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The classes of QEMU's test 041 about disks that fail (requirements 1.9): either side, each
/// policy.
class Mirror041ErrorsTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);

  /// A filter over `disk` whose requests fail as said.
  private String faulty(String disk, String fault) {
    return service.added(
        "{'nodeName':'%s','driver':'blkdebug','file':'%s','injectError':[{%s}]}"
            .formatted(Service.fresh("faulty"), disk, fault));
  }

  private void heals(String faulty) {
    service.patch("/nodes/" + faulty, "{'injectError':[]}").expect(200);
  }

  private String started(String source, String target, String more) {
    String job = Service.fresh("job");
    bench.ask(job, source, target, more).expect(202);
    return job;
  }

  private JsonNode over(String job) {
    return service.get("/jobs/" + job + "?wait=30").expect(200).body();
  }

  /// A job between two disks of which one fails.
  private final class Case {
    final String side;
    final String faulty;
    final String good;
    final String job;

    Case(String side, String fault, String policy) {
      this.side = side;
      boolean reading = side.equals("source");
      String operation = "'operation':'" + (reading ? "read" : "write") + "',";
      this.faulty = faulty(reading ? bench.disk(0x61) : service.qcow2(MIB), operation + fault);
      this.good = reading ? service.qcow2(MIB) : bench.disk(0x61);
      String more = "'%s':'%s'".formatted(reading ? "onSourceError" : "onTargetError", policy);
      this.job = reading ? started(faulty, good, more) : started(good, faulty, more);
    }

    void isCopied() {
      assertThat(over(job).path("status").asString()).isEqualTo("ready");
      bench.succeeds(job);
      assertThat(bench.content(side.equals("source") ? good : faulty)).containsOnly((byte) 0x61);
    }
  }

  private static final String AT_128_KIB = "'offset':131072,'length':512";

  @ParameterizedTest
  @ValueSource(strings = {"source", "target"})
  void reportFailsTheJobWithTheErrorAndThePlace(String side) {
    try (EventReader events = EventReader.on(service)) {
      Case pair = new Case(side, AT_128_KIB, "report");
      JsonNode error = over(pair.job).path("error");
      assertThat(error.path("code").asString()).isEqualTo("IO_ERROR");
      assertThat(error.path("detail").asString())
          .contains("'" + pair.faulty + "'", side.equals("source") ? "reading" : "writing");
      assertThat(told(events, pair.job)).isEqualTo("report");
    }
  }

  private static String told(EventReader events, String job) {
    List<EventReader.Told> all =
        events.until(
            told ->
                told.type().equals("io-error") && told.data().path("job").asString("").equals(job));
    return all.getLast().data().path("action").asString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"source", "target"})
  void ignoreTriesAgain(String side) {
    try (EventReader events = EventReader.on(service)) {
      Case pair = new Case(side, AT_128_KIB + ",'once':true", "ignore");
      pair.isCopied();
      assertThat(told(events, pair.job)).isEqualTo("ignore");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"source", "target"})
  void ignoreIsNotReadyBeforeEverythingCouldBeCopied(String side) {
    Case pair = new Case(side, AT_128_KIB, "ignore");
    bench.await(
        pair.job, now -> now.path("progress").path("phase").asString().equals("converging"));
    JsonNode now = service.get("/jobs/" + pair.job).expect(200).body();
    assertThat(now.path("status").asString()).isEqualTo("running");
    assertThat(now.path("progress").path("bytesLeft").asLong()).isPositive();
    Answer refused = service.post("/jobs/" + pair.job + "/complete", "").expect(409);
    assertThat(refused.text("code")).isEqualTo("JOB_VERB_NOT_ALLOWED");
    heals(pair.faulty);
    pair.isCopied();
  }

  @ParameterizedTest
  @ValueSource(strings = {"source", "target"})
  void stopRestsUntilItIsResumed(String side) {
    Case pair = new Case(side, AT_128_KIB, "stop");
    JsonNode resting = bench.await(pair.job, Mirror041ErrorsTest::rests);
    assertThat(resting.path("ioStatus").asString()).isEqualTo("failed");
    assertThat(resting.path("pauses").asInt()).isEqualTo(1);
    service.post("/jobs/" + pair.job + "/resume", "").expect(200);
    assertThat(bench.await(pair.job, Mirror041ErrorsTest::rests).path("ioStatus").asString())
        .isEqualTo("failed");
    heals(pair.faulty);
    Answer resumed = service.post("/jobs/" + pair.job + "/resume", "").expect(200);
    assertThat(resumed.text("ioStatus")).isEqualTo("ok");
    pair.isCopied();
  }

  private static boolean rests(JsonNode job) {
    return job.path("status").asString().equals("paused");
  }

  @Test
  void stopRestsWithoutSpaceAndCanBeCancelled() {
    Case pair = new Case("target", "'errno':'ENOSPC'", "stop");
    assertThat(bench.await(pair.job, Mirror041ErrorsTest::rests).path("ioStatus").asString())
        .isEqualTo("nospace");
    Answer over = service.post("/jobs/" + pair.job + "/cancel?wait=30", "").expect(200);
    assertThat(over.body().path("error").path("code").asString()).isEqualTo("JOB_CANCELLED");
  }

  @ParameterizedTest
  @CsvSource({"EIO, IO_ERROR", "ENOSPC, ''"})
  void enospcRestsOnlyWithoutSpace(String errno, String code) {
    Case pair = new Case("target", AT_128_KIB + ",'errno':'" + errno + "'", "enospc");
    if (code.isEmpty()) {
      assertThat(bench.await(pair.job, Mirror041ErrorsTest::rests).path("ioStatus").asString())
          .isEqualTo("nospace");
      heals(pair.faulty);
      service.post("/jobs/" + pair.job + "/resume", "").expect(200);
      pair.isCopied();
    } else {
      assertThat(over(pair.job).path("error").path("code").asString()).isEqualTo(code);
    }
  }

  @Test
  void reportNamesNoSpaceAsSuch() {
    Case pair = new Case("target", "'errno':'ENOSPC'", "report");
    assertThat(over(pair.job).path("error").path("code").asString()).isEqualTo("NO_SPACE");
  }

  /// One read of the source fails that fills the rest of a cluster of the target.
  @Test
  void anErrorWhileALargeClusterIsFilledIsReportedToo() {
    String[] disks = service.chain(2, MIB);
    bench.fill(disks[0], 0x62);
    service.putData(disks[1], 0, new byte[] {1}).expect(200);
    String source = faulty(disks[1], "'operation':'read','offset':786432,'length':512");
    String target = Service.fresh("target");
    String job = Service.fresh("job");
    service
        .post(
            "/mirror-jobs",
            ("{'jobId':'%s','source':'%s','sync':'top',"
                    + "'targetFile':{'filename':'%s.qcow2','nodeName':'%s','clusterSize':1048576}}")
                .formatted(job, source, target, target))
        .expect(202);
    assertThat(over(job).path("error").path("code").asString()).isEqualTo("IO_ERROR");
  }

  @Test
  void aSourceThatCannotTellItsExtentsIsCopiedAsAWhole() {
    String source = faulty(bench.disk(0x63), "'operation':'extents'");
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(source, target, ""));
    assertThat(bench.content(target)).containsOnly((byte) 0x63);
  }

  @Test
  void aClientNoticesNothingOfATargetThatFailsInWriteBlockingMode() {
    String disk = bench.disk(0x64);
    String above = bench.filter(disk);
    String target = faulty(service.qcow2(MIB), "'operation':'discard'");
    String job = bench.ready(disk, target, "'copyMode':'write-blocking','onTargetError':'stop'");
    service
        .patch("/nodes/" + target, "{'injectError':[{'operation':'write','once':true}]}")
        .expect(200);
    service.putData(above, 4096, new byte[512]).expect(200);
    JsonNode resting = bench.await(job, now -> now.path("status").asString().equals("standby"));
    assertThat(resting.path("ioStatus").asString()).isEqualTo("failed");
    service.post("/jobs/" + job + "/resume", "").expect(200);
    byte[] wanted = bench.content(above);
    bench.succeeds(job);
    assertThat(bench.content(above)).isEqualTo(wanted);
  }
}
