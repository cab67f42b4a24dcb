package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.job.Verb;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What can be asked of a job that works on a chain in each of its statuses, of those that share
/// the chain with it, and of the links that it has frozen.
@Timeout(180)
class ChainJobVerbsTest {
  private static final Map<String, String> OFFERED =
      Map.of(
          "running", "cancel pause set-speed change",
          "paused", "cancel pause resume set-speed change",
          "ready", "cancel pause set-speed change complete",
          "standby", "cancel pause resume set-speed change complete",
          "pending", "cancel finalize",
          "concluded", "dismiss");

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final ChainBench chain = new ChainBench(service);

  private String started(String path, String members) {
    String job = Service.fresh("job");
    String body = "{'jobId':'%s','autoFinalize':false,'speed':1024,%s}".formatted(job, members);
    service.post(path, body).expect(202);
    chain.awaitsFirstChunk(job);
    return job;
  }

  private String active() {
    return started("/commit-jobs", "'top':'%s'".formatted(chain.top()));
  }

  private String intermediate() {
    return started("/commit-jobs", "'top':'%s'".formatted(chain.disk(2)));
  }

  private String stream() {
    return started("/stream-jobs", "'node':'%s'".formatted(chain.top()));
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

  /// What is offered is what the table says; everything else is refused, with where the job stands
  /// and what it takes instead.
  private void refusesAllOthers(String job, String status) {
    JsonNode now = chain.job(job);
    assertThat(now.path("status").asString()).as("%s", now).isEqualTo(status);
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

  private void restsAndGoesOn(String job, String status, String resting) {
    refusesAllOthers(job, status);
    chain.ask(job, "pause").expect(200);
    refusesAllOthers(job, resting);
    service.post("/jobs/" + job + "/resume", "").expect(200);
    refusesAllOthers(job, status);
  }

  private void endsWhenItIsFinalized(String job) {
    chain.awaits(job, "pending");
    refusesAllOthers(job, "pending");
    chain.ask(job, "finalize").expect(200);
    refusesAllOthers(job, "concluded");
    service.delete("/jobs/" + job).expect(200);
    refusing.of(404, "JOB_NOT_FOUND", () -> service.get("/jobs/" + job));
    chain.shows();
  }

  private void hurries(String job) {
    service.patch("/jobs/" + job, "{'speed':0}").expect(200);
  }

  @Test
  void aStreamTakesInEachStatusWhatItOffers() {
    String job = stream();
    restsAndGoesOn(job, "running", "paused");
    hurries(job);
    endsWhenItIsFinalized(job);
  }

  @Test
  void aCommitInTheMiddleTakesInEachStatusWhatItOffers() {
    String job = intermediate();
    restsAndGoesOn(job, "running", "paused");
    hurries(job);
    endsWhenItIsFinalized(job);
  }

  @Test
  void anActiveCommitTakesInEachStatusWhatItOffers() {
    String job = active();
    restsAndGoesOn(job, "running", "paused");
    hurries(job);
    chain.awaits(job, "ready");
    restsAndGoesOn(job, "ready", "standby");
    chain.write(9, 100_000 + 7 * ChainBench.MIB, 5_000);
    chain.ask(job, "complete").expect(200);
    chain.write(8, 200_000 + 7 * ChainBench.MIB, 5_000);
    chain.awaitsThatNothingIsLeft(job);
    endsWhenItIsFinalized(job);
  }

  @Test
  void eachIsCancelledInEachStatus() {
    for (String status : List.of("running", "paused", "pending")) {
      cancelled(stream(), status, "");
      cancelled(intermediate(), status, "");
    }
    for (String status : List.of("running", "paused", "ready", "standby", "pending")) {
      cancelled(active(), status, "{'mode':'force'}");
    }
    for (String status : List.of("ready", "standby", "pending")) {
      cancelled(active(), status, "{'mode':'soft'}");
    }
    chain.shows();
    chain.strangersFind(chain.top(), chain.top(), chain.disk(2), chain.disk(1), chain.disk(0));
  }

  /// A job that ends gently waits to be finalized as one that succeeds.
  private void cancelled(String job, String status, String body) {
    bringsTo(job, status);
    Answer over = service.post("/jobs/" + job + "/cancel?wait=30", body);
    if (over.text("status").equals("pending")) {
      over = chain.ask(job, "finalize");
    }
    assertThat(over.text("status")).as("%s %s", status, over.body()).isEqualTo("concluded");
    assertThat(service.graph()).doesNotContain("stream-top", "commit-");
    service.delete("/jobs/" + job).expect(200);
  }

  private void bringsTo(String job, String status) {
    if (!List.of("running", "paused").contains(status)) {
      hurries(job);
      boolean active = chain.job(job).path("details").path("active").asBoolean(false);
      if (active) {
        chain.awaits(job, "ready");
      }
      if (active && status.equals("pending")) {
        chain.ask(job, "complete").expect(200);
      }
    }
    if (List.of("paused", "standby").contains(status)) {
      chain.ask(job, "pause").expect(200);
    }
    chain.awaits(job, status);
  }

  /// Every request that would take the chain apart, or change a disk of it.
  private Map<String, Answer> attacks() {
    String upper = chain.disk(2);
    String lower = chain.disk(1);
    String other = service.qcow2(ChainBench.SIZE);
    Map<String, Answer> answers = new LinkedHashMap<>();
    answers.put("detach", service.patch("/nodes/" + upper, "{'backing':null}"));
    answers.put("swap", service.patch("/nodes/" + upper, "{'backing':'" + other + "'}"));
    answers.put("delete", service.delete("/nodes/" + lower));
    answers.put(
        "snapshot",
        service.post(
            "/nodes/" + lower + "/snapshots",
            "{'overlayFile':'%s.qcow2','overlayName':'%s'}"
                .formatted(Service.fresh("file"), Service.fresh("layer"))));
    answers.put("resize", service.post("/nodes/" + upper + "/resize", "{'size':16777216}"));
    answers.put(
        "filter",
        service.post(
            "/nodes/" + lower + "/filters",
            "{'nodeName':'%s','driver':'throttle'}".formatted(Service.fresh("throttle"))));
    answers.put(
        "mirror",
        service.post(
            "/mirror-jobs",
            "{'jobId':'%s','source':'%s','target':'%s','sync':'full'}"
                .formatted(Service.fresh("job"), upper, other)));
    answers.put(
        "stream",
        service.post(
            "/stream-jobs", "{'jobId':'%s','node':'%s'}".formatted(Service.fresh("job"), upper)));
    answers.put(
        "commit",
        service.post(
            "/commit-jobs", "{'jobId':'%s','top':'%s'}".formatted(Service.fresh("job"), upper)));
    answers.put(
        "plan",
        service.post(
            "/graph/plan",
            "{'actions':[{'method':'PATCH','path':'/nodes/%s','body':{'backing':null}}]}"
                .formatted(upper)));
    return answers;
  }

  private void withstandsAttacks(String job) {
    String before = chain.job(job).path("status").asString();
    for (Map.Entry<String, Answer> attack : attacks().entrySet()) {
      Answer answer = attack.getValue();
      boolean refused =
          answer.status() == 409
              || (answer.body().has("wouldSucceed")
                  && !answer.body().path("wouldSucceed").asBoolean());
      assertThat(refused).as("%s: %s", attack.getKey(), answer.body()).isTrue();
      assertThat(answer.body().toString()).as(attack.getKey()).contains(job);
    }
    assertThat(chain.job(job).path("status").asString()).isEqualTo(before);
    chain.shows();
    chain.ask(job, "cancel").expect(200);
    service.delete("/jobs/" + job).expect(200);
  }

  @Test
  void noRequestTakesTheChainApartUnderAJob() {
    withstandsAttacks(stream());
    withstandsAttacks(intermediate());
    withstandsAttacks(active());
  }
}
