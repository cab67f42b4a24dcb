package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.job.Verb;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The life of a job as a caller sees it: which statuses it goes through, what can be asked of it
/// in each, and what comes of that (requirements 2.5, BG-01).
class MirrorStatesTest {
  private static final long MIB = MirrorBench.MIB;

  /// What a job offers, of the table in requirements 2.5 (JobVerbsTest has it whole).
  private static final Map<String, String> OFFERED =
      Map.of(
          "running", "cancel pause set-speed change",
          "paused", "cancel pause resume set-speed change",
          "ready", "cancel pause set-speed change complete",
          "standby", "cancel pause resume set-speed change complete",
          "pending", "cancel finalize",
          "aborting", "",
          "concluded", "dismiss");

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private String pair(String more) {
    return "'source':'%s','target':'%s','sync':'full'%s"
        .formatted(bench.disk(0x51), service.qcow2(MIB), more);
  }

  /// A job that has copied its first 64 KiB and will not copy more for a minute.
  private String slow(String more) {
    String job = Service.fresh("job");
    String members = pair(",'speed':1024,'bufSize':65536" + more);
    service.post("/mirror-jobs", "{'jobId':'" + job + "'," + members + "}").expect(202);
    bench.await(job, now -> now.path("progress").path("bytesDone").asLong() > 0);
    return job;
  }

  private Answer ask(String job, Verb verb) {
    String path = "/jobs/" + job;
    return switch (verb) {
      case SET_SPEED -> service.patch(path, "{'speed':2048}");
      case CHANGE -> service.patch(path, "{'copyMode':'background'}");
      case DISMISS -> service.delete(path);
      case CANCEL, PAUSE, RESUME, COMPLETE, FINALIZE -> service.post(path + "/" + verb.word(), "");
    };
  }

  private Answer waiting(String job, String verb) {
    // Resuming takes no time.
    String wait = verb.equals("resume") ? "" : "?wait=30";
    return service.post("/jobs/" + job + "/" + verb + wait, "").expect(200);
  }

  private static List<String> statuses(EventReader events, String job) {
    return events
        .until(
            told ->
                told.data().path("job").asString("").equals(job)
                    && told.data().path("status").asString("").equals("concluded"))
        .stream()
        .filter(told -> told.type().equals("job-changed"))
        .map(EventReader.Told::data)
        .filter(data -> data.path("job").asString().equals(job))
        .map(data -> data.path("status").asString())
        .toList();
  }

  @Test
  void goesFromCreatedToConcludedByTheTable() {
    try (EventReader events = EventReader.on(service)) {
      String job = bench.readyWith(pair(""));
      bench.succeeds(job);
      assertThat(statuses(events, job))
          .containsExactly("created", "running", "ready", "waiting", "pending", "concluded");
    }
  }

  @Test
  void aCancelledJobAbortsAndOneThatRestsIsResumedFirst() {
    try (EventReader events = EventReader.on(service)) {
      String job = slow("");
      waiting(job, "pause");
      waiting(job, "pause");
      assertThat(waiting(job, "cancel").text("status")).isEqualTo("concluded");
      assertThat(statuses(events, job))
          .containsExactly("created", "running", "paused", "running", "aborting", "concluded");
    }
  }

  @Test
  void aSoftlyCancelledJobEndsAsOneThatSucceeds() {
    try (EventReader events = EventReader.on(service)) {
      String job = bench.readyWith(pair(""));
      waiting(job, "pause");
      service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'soft'}").expect(200);
      assertThat(statuses(events, job))
          .containsExactly(
              "created", "running", "ready", "standby", "ready", "waiting", "pending", "concluded");
    }
  }

  @Test
  void whoWaitsForAJobThatWasAskedToEndIsAnsweredWhenItHas() {
    long size = 16 * MIB;
    String source = service.qcow2(size);
    String pair = "'source':'%s','target':'%s'".formatted(source, service.qcow2(size));
    String job = bench.readyWith(pair + ",'sync':'full','bufSize':65536");
    service.patch("/jobs/" + job, "{'speed':1024}").expect(200);
    for (long offset = 0; offset < size; offset += MIB) {
      service.putData(source, offset, new byte[(int) MIB]).expect(200);
    }
    service.post("/jobs/" + job + "/complete", "").expect(200);
    long begin = System.nanoTime();
    Answer waited = service.get("/jobs/" + job + "?wait=1").expect(200);
    assertThat(waited.text("status")).isEqualTo("ready");
    assertThat(System.nanoTime() - begin).isGreaterThan(900_000_000);
    service.patch("/jobs/" + job, "{'speed':0}").expect(200);
    assertThat(service.get("/jobs/" + job + "?wait=30").text("status")).isEqualTo("concluded");
  }

  /// Every verb that is not offered is refused, with where the job stands and what it takes
  /// instead.
  private void refusesAllOthers(String job, String status) {
    JsonNode now = service.get("/jobs/" + job).expect(200).body();
    assertThat(now.path("status").asString()).isEqualTo(status);
    List<String> offered = now.path("verbs").valueStream().map(JsonNode::asString).toList();
    assertThat(String.join(" ", offered)).isEqualTo(OFFERED.get(status));
    for (Verb verb : Verb.values()) {
      if (!offered.contains(verb.word())) {
        Answer refused = refusing.of(409, "JOB_VERB_NOT_ALLOWED", () -> ask(job, verb));
        assertThat(refused.text("detail")).contains("'" + job + "'", status, verb.word());
        offered.forEach(other -> assertThat(refused.text("correction")).contains(other));
      }
    }
  }

  @Test
  void takesInEachStatusWhatItOffersAndRefusesTheRest() {
    String running = slow("");
    refusesAllOthers(running, "running");
    waiting(running, "pause");
    refusesAllOthers(running, "paused");
    waiting(running, "cancel");
    String job = bench.readyWith(pair(",'autoFinalize':false"));
    refusesAllOthers(job, "ready");
    waiting(job, "pause");
    refusesAllOthers(job, "standby");
    waiting(job, "resume");
    waiting(job, "complete");
    refusesAllOthers(job, "pending");
    waiting(job, "finalize");
    refusesAllOthers(job, "concluded");
    service.delete("/jobs/" + job).expect(200);
    refusing.of(404, "JOB_NOT_FOUND", () -> service.get("/jobs/" + job));
  }

  /// A job whose copier is in the middle of a chunk, for eight seconds: it runs though it was asked
  /// to pause. The first chunk passes the throttle at once, the second waits there.
  private String inTheMiddleOfAChunk(String source) {
    String throttle =
        service.added(
            "{'nodeName':'%s','driver':'throttle','file':'%s','bpsTotal':16384}"
                .formatted(Service.fresh("throttle"), source));
    String job = Service.fresh("job");
    bench.ask(job, throttle, service.qcow2(MIB), "'bufSize':131072").expect(202);
    service.awaitsRequestAt(throttle);
    Answer asked = service.post("/jobs/" + job + "/pause", "").expect(200);
    assertThat(asked.text("status")).isEqualTo("running");
    return job;
  }

  @Test
  void takesNothingWhileItAborts() {
    String source = bench.disk(0x55);
    String job = inTheMiddleOfAChunk(source);
    service.post("/jobs/" + job + "/cancel", "").expect(200);
    bench.await(job, now -> now.path("status").asString().equals("aborting"));
    refusesAllOthers(job, "aborting");
    JsonNode over = service.get("/jobs/" + job + "?wait=30").expect(200).body();
    assertThat(over.path("status").asString()).isEqualTo("concluded");
    assertThat(over.path("error").path("code").asString()).isEqualTo("JOB_CANCELLED");
    assertThat(service.graph()).doesNotContain("\"" + job + "\"");
    assertThat(bench.content(source)).containsOnly((byte) 0x55);
  }

  @Test
  void takesASpeedAndAModeWhileItRests() {
    String job = slow("");
    waiting(job, "pause");
    service.patch("/jobs/" + job, "{'speed':0,'copyMode':'write-blocking'}").expect(200);
    JsonNode resting = service.get("/jobs/" + job).body();
    assertThat(resting.path("status").asString()).isEqualTo("paused");
    assertThat(resting.path("details").path("speed").asLong()).isZero();
    assertThat(resting.path("details").path("copyMode").asString()).isEqualTo("write-blocking");
    long done = resting.path("progress").path("bytesDone").asLong();
    assertThat(service.get("/jobs/" + job).body().path("progress").path("bytesDone").asLong())
        .isEqualTo(done);
    waiting(job, "resume");
    assertThat(service.get("/jobs/" + job + "?wait=30").text("status")).isEqualTo("ready");
    bench.succeeds(job);
  }

  @Test
  void changesItsModeBothWaysWhileClientsWrite() {
    String source = bench.disk(0x52);
    String above = bench.filter(source);
    String job = bench.ready(source, service.qcow2(MIB), "'copyMode':'write-blocking'");
    for (int round = 0; round < 6; round++) {
      String mode = round % 2 == 0 ? "background" : "write-blocking";
      Answer changed = service.patch("/jobs/" + job, "{'copyMode':'" + mode + "'}").expect(200);
      assertThat(changed.body().path("details").path("copyMode").asString()).isEqualTo(mode);
      service.putData(above, round * 100_000L, new byte[] {(byte) round, 9, 9}).expect(200);
    }
    byte[] wanted = bench.content(above);
    bench.succeeds(job);
    assertThat(bench.content(above)).isEqualTo(wanted);
  }

  @Test
  void isAnsweredOneLastTimeWhenItIsForgottenAsSoonAsItIsOver() {
    String job = bench.readyWith(pair(",'autoDismiss':true"));
    Answer over = waiting(job, "complete");
    assertThat(over.text("status")).isEqualTo("concluded");
    assertThat(over.body().path("error").isNull()).isTrue();
    refusing.of(404, "JOB_NOT_FOUND", () -> service.get("/jobs/" + job));
    String other = bench.readyWith(pair(",'autoDismiss':true"));
    assertThat(waiting(other, "cancel").body().path("error").path("code").asString())
        .isEqualTo("JOB_CANCELLED");
  }

  @Test
  void waitsToBeFinalizedAndIsNotForgottenBefore() {
    String source = bench.disk(0x53);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "'autoFinalize':false,'autoDismiss':true");
    assertThat(waiting(job, "complete").text("status")).isEqualTo("pending");
    service.putData(above, 5, new byte[] {1}).expect(200);
    bench.copiesNothingMore(job);
    refusing.of(409, "JOB_VERB_NOT_ALLOWED", () -> service.delete("/jobs/" + job));
    assertThat(waiting(job, "finalize").text("status")).isEqualTo("concluded");
    assertThat(service.pathFrom(above, "/file")).isEqualTo(target);
    assertThat(service.data(above, 5, 2)).isEqualTo(new byte[] {1, 0x53});
  }

  @ParameterizedTest
  @CsvSource({"soft, ''", "force, JOB_CANCELLED"})
  void canBeCancelledWhileItWaitsToBeFinalized(String mode, String code) {
    String source = bench.disk(0x54);
    String above = bench.filter(source);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "'autoFinalize':false");
    waiting(job, "complete");
    service.putData(above, 0, new byte[] {1, 2}).expect(200);
    Answer over =
        service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'" + mode + "'}").expect(200);
    assertThat(over.text("status")).isEqualTo("concluded");
    assertThat(over.body().path("error").path("code").asString("")).isEqualTo(code);
    assertThat(service.pathFrom(above, "/file")).isEqualTo(source);
    if (mode.equals("soft")) {
      assertThat(service.data(target, 0, 3)).isEqualTo(new byte[] {1, 2, 0x54});
    }
  }

  @Test
  void completingTwiceIsAsGoodAsOnce() {
    String job = bench.readyWith(pair(",'autoFinalize':false"));
    waiting(job, "pause");
    service.post("/jobs/" + job + "/complete", "").expect(200);
    service.post("/jobs/" + job + "/complete", "").expect(200);
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo("standby");
    waiting(job, "resume");
    bench.await(job, now -> now.path("status").asString().equals("pending"));
    assertThat(waiting(job, "finalize").body().path("error").isNull()).isTrue();
  }

  @Test
  void refusesAWaitOfNegativeLengthBeforeItDoesAnything() {
    String job = bench.readyWith(pair(""));
    refusing.of(
        400, "INVALID_PARAMETER", () -> service.post("/jobs/" + job + "/complete?wait=-1", ""));
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo("ready");
    waiting(job, "cancel");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "complete", "finalize", "cancel"})
  void refusesToAskAJobThatIsNotThere(String verb) {
    refusing.of(404, "JOB_NOT_FOUND", () -> service.post("/jobs/nobody/" + verb, ""));
  }
}
