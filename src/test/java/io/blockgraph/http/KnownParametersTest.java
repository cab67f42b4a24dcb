package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.job.Verb;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Parameters that nobody would look at are refused: who asks for a dry run must never have the
/// thing done.
class KnownParametersTest {
  private static final int MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private String ready(String more) {
    return bench.readyWith(
        "'source':'%s','target':'%s','sync':'full'%s"
            .formatted(service.qcow2(MIB), service.qcow2(MIB), more));
  }

  private Answer ask(String job, Verb verb, String parameters) {
    String path = "/jobs/" + job;
    return switch (verb) {
      case SET_SPEED -> service.patch(path + parameters, "{'speed':2048}");
      case CHANGE -> service.patch(path + parameters, "{'copyMode':'write-blocking'}");
      case DISMISS -> service.delete(path + parameters);
      case CANCEL, PAUSE, RESUME, COMPLETE, FINALIZE ->
          service.post(path + "/" + verb.word() + parameters, "");
    };
  }

  /// A job in a status that takes `verb`.
  private String jobFor(Verb verb) {
    String job = ready(verb == Verb.FINALIZE ? ",'autoFinalize':false" : "");
    switch (verb) {
      case RESUME -> service.post("/jobs/" + job + "/pause?wait=30", "").expect(200);
      case FINALIZE -> service.post("/jobs/" + job + "/complete?wait=30", "").expect(200);
      case DISMISS -> service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
      case CANCEL, PAUSE, SET_SPEED, CHANGE, COMPLETE -> {}
    }
    return job;
  }

  @ParameterizedTest
  @EnumSource(Verb.class)
  void aDryRunOfAVerbLeavesTheJobAsItIs(Verb verb) {
    String job = jobFor(verb);
    var before = service.get("/jobs/" + job).expect(200).body();
    Answer tried = ask(job, verb, "?dryRun=true").expect(200);
    assertThat(tried.text("status")).isEqualTo(before.path("status").asString());
    var after = service.get("/jobs/" + job).expect(200).body();
    assertThat(after).isEqualTo(before);
    boolean ends = EnumSet.of(Verb.CANCEL, Verb.COMPLETE, Verb.FINALIZE).contains(verb);
    ask(job, verb, ends ? "?wait=30" : "").expect(200);
  }

  @ParameterizedTest
  @EnumSource(value = Verb.class, names = "CANCEL", mode = EnumSource.Mode.EXCLUDE)
  void aDryRunOfAVerbThatDoesNotFitIsRefusedAsTheVerbIs(Verb verb) {
    String job = jobFor(verb == Verb.DISMISS ? Verb.PAUSE : Verb.DISMISS);
    Answer real = refusing.of(409, "JOB_VERB_NOT_ALLOWED", () -> ask(job, verb, ""));
    Answer tried = refusing.of(409, "JOB_VERB_NOT_ALLOWED", () -> ask(job, verb, "?dryRun=true"));
    assertThat(tried.text("detail")).isEqualTo(real.text("detail"));
  }

  @ParameterizedTest
  @EnumSource(Verb.class)
  void aVerbMeantForAnotherRevisionIsRefused(Verb verb) {
    String job = jobFor(verb);
    var before = service.get("/jobs/" + job).expect(200).body();
    String path =
        switch (verb) {
          case SET_SPEED, CHANGE, DISMISS -> "/jobs/" + job;
          default -> "/jobs/" + job + "/" + verb.word();
        };
    var request = service.request(path).header("If-Match", "\"0\"");
    var body = Service.body(verb == Verb.SET_SPEED ? "{'speed':1}" : "{'copyMode':'background'}");
    refusing.of(
        412,
        "REVISION_MISMATCH",
        () ->
            service.send(
                switch (verb) {
                  case SET_SPEED, CHANGE ->
                      request.header("Content-Type", "application/json").method("PATCH", body);
                  case DISMISS -> request.DELETE();
                  default -> request.POST(Service.body(""));
                }));
    assertThat(service.get("/jobs/" + job).expect(200).body()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"zero", "discard", "flush"})
  void dataIsNotTouchedByADryRunThatThereIsNot(String change) {
    String disk = bench.disk(0x41);
    byte[] before = bench.content(disk);
    Answer refused =
        refusing.of(
            400,
            "INVALID_PARAMETER",
            () ->
                service.post(
                    "/nodes/" + disk + "/" + change + "?dryRun=true",
                    change.equals("flush") ? "" : "{'offset':0,'length':65536}"));
    assertThat(refused.text("detail")).contains("dryRun", "nothing was done");
    assertThat(bench.content(disk)).isEqualTo(before);
  }

  @Test
  void dataIsNotWrittenAtARevisionThatNobodyCompares() {
    String disk = bench.disk(0x41);
    Answer refused =
        refusing.of(
            400,
            "INVALID_PARAMETER",
            () ->
                service.send(
                    service
                        .request("/nodes/" + disk + "/flush")
                        .header("If-Match", "\"0\"")
                        .POST(Service.body(""))));
    assertThat(refused.text("detail")).contains("If-Match");
  }

  @ParameterizedTest
  @CsvSource({
    "dryrun=true, did you mean 'dryRun'?",
    "dry-run=true, did you mean 'dryRun'?",
    "force=true, there is no parameter 'force'",
    "dryRun=false&dryRun=true, given 2 times",
    "dryRun=yes, dryRun is true or false"
  })
  void aNodeIsNotRemovedByARequestWithAParameterNobodyKnows(String given, String told) {
    String disk = service.qcow2(MIB);
    Answer refused =
        refusing.of(400, "INVALID_PARAMETER", () -> service.delete("/nodes/" + disk + "?" + given));
    assertThat(refused.text("detail")).contains(told);
    service.get("/nodes/" + disk).expect(200);
  }

  @Test
  void aListIsNotShownAsIfItsFilterHadBeenUnderstood() {
    Answer refused =
        refusing.of(400, "INVALID_PARAMETER", () -> service.get("/nodes?drivers=qcow2"));
    assertThat(refused.text("detail")).contains("did you mean 'driver'?");
  }
}
