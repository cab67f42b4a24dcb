package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.job.Verb;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Stream jobs as a caller and as clients over NBD see them.
@Timeout(180)
class StreamOverHttpTest {
  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private static String body(String job, String node, String more) {
    return "{'jobId':'%s','node':'%s'%s}".formatted(job, node, more);
  }

  private String start(ChainBench chain, String node, String more) {
    String job = Service.fresh("job");
    Answer answer = service.post("/stream-jobs", body(job, node, more)).expect(202);
    assertThat(answer.headers().firstValue("Location")).contains("/api/v1/jobs/" + job);
    assertThat(answer.text("type")).isEqualTo("stream");
    assertThat(chain.job(job).path("details").path("node").asString()).isEqualTo(node);
    return job;
  }

  private static String base(String node) {
    return ",'base':'" + node + "'";
  }

  @Test
  void clientsLoseNothingWhileTheChainBelowThemIsShortened() throws Exception {
    ChainBench chain = new ChainBench(service);
    try (VerifyingClient client = new VerifyingClient(chain.uri, ChainBench.MIB)) {
      String job = start(chain, chain.top(), base(chain.disk(0)) + ",'speed':65536");
      client.verifiesOnceMore();
      service.patch("/jobs/" + job, "{'speed':0}").expect(200);
      chain.succeeds(job);
      client.verifiesOnceMore();
      client.finish();
    }
    assertThat(chain.backing(chain.top())).isEqualTo(chain.disk(0));
    assertThat(service.get("/exports/" + chain.export).text("nodeName")).isEqualTo(chain.top());
  }

  @Test
  void theImageNamesItsNewBackingDisk() {
    ChainBench chain = new ChainBench(service);
    chain.succeeds(start(chain, chain.top(), base(chain.disk(1))));
    chain.shows();
    chain.strangersFind(chain.top(), chain.top(), chain.disk(1), chain.disk(0));
  }

  @Test
  void theImageStandsAloneWhenAllWasBroughtUp() {
    ChainBench chain = new ChainBench(service);
    chain.succeeds(start(chain, chain.top(), ""));
    chain.shows();
    chain.strangersFind(chain.top(), chain.top());
  }

  @Test
  void aDiskInTheMiddleIsStreamedUnderItsClients() {
    ChainBench chain = new ChainBench(service);
    String middle = chain.disk(2);
    chain.succeeds(start(chain, middle, ",'bottom':'" + chain.disk(1) + "'"));
    chain.shows();
    assertThat(service.get("/nodes/" + middle).body().path("readOnly").asBoolean()).isTrue();
    chain.strangersFind(chain.top(), chain.top(), middle, chain.disk(0));
  }

  @Test
  void twoJobsRunOnOneChainAndAThirdIsToldWhoHoldsWhichLink() {
    ChainBench chain = new ChainBench(service);
    String upper = start(chain, chain.top(), base(chain.disk(1)) + ",'speed':1024");
    String lower = start(chain, chain.disk(1), ",'speed':1024");
    List.of(upper, lower).forEach(chain::awaitsFirstChunk);
    Answer refused =
        refusing.of(
            409,
            "EDGE_FROZEN",
            () -> service.post("/stream-jobs", body(Service.fresh("job"), chain.top(), "")));
    assertThat(refused.text("detail")).contains(chain.top() + ":backing", "'" + upper + "'");
    assertThat(refused.body().path("blockers").path(0).path("jobId").asString()).isEqualTo(upper);
    assertThat(refused.text("correction")).contains(upper);
    for (String job : List.of(upper, lower)) {
      service.patch("/jobs/" + job, "{'speed':0}").expect(200);
      chain.succeeds(job);
    }
    chain.shows();
    chain.strangersFind(chain.top(), chain.top(), chain.disk(1));
  }

  @Test
  void aCancelledJobLeavesTheChainAsItWas() {
    ChainBench chain = new ChainBench(service);
    String job = start(chain, chain.top(), ",'speed':65536");
    assertThat(chain.ask(job, "cancel").expect(200).body().path("error").path("code").asString())
        .isEqualTo("JOB_CANCELLED");
    assertThat(chain.backing(chain.top())).isEqualTo(chain.disk(2));
    chain.shows();
    chain.strangersFind(chain.top(), chain.top(), chain.disk(2), chain.disk(1), chain.disk(0));
  }

  @Test
  void aDryRunTellsWhatStartingWouldChangeAndTouchesNothing() {
    ChainBench chain = new ChainBench(service);
    String graph = service.graph();
    Answer planned =
        service
            .post(
                "/stream-jobs?dryRun=true",
                body(Service.fresh("job"), chain.top(), base(chain.disk(0))))
            .expect(200);
    assertThat(planned.body().toString()).contains(".filter", chain.top());
    assertThat(service.graph()).isEqualTo(graph);
  }

  @Test
  void aStaleRevisionIsRefused() {
    ChainBench chain = new ChainBench(service);
    String body = body(Service.fresh("job"), chain.top(), "").replace('\'', '"');
    Answer stale =
        service.send(
            service
                .request("/stream-jobs")
                .header("Content-Type", "application/json")
                .header("If-Match", "\"1\"")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    Refusing.isProblem(stale, 412, "REVISION_MISMATCH");
  }

  @Test
  void aPlanTakesAStreamAndItsCancellation() {
    ChainBench chain = new ChainBench(service);
    String job = Service.fresh("job");
    Answer plan =
        service
            .post(
                "/graph/plan",
                "{'actions':[{'method':'POST','path':'/stream-jobs','body':%s},{'method':'POST','path':'/jobs/%s/cancel'}]}"
                    .formatted(body(job, chain.disk(1), ""), job))
            .expect(200);
    assertThat(plan.body().path("wouldSucceed").asBoolean()).as("%s", plan.body()).isTrue();
    JsonNode diff = plan.body().path("diff");
    assertThat(diff.path("nodesAdded")).as("%s", diff).isEmpty();
    assertThat(diff.path("nodesRemoved")).isEmpty();
  }

  @Test
  void refusesWhatCannotBe() {
    ChainBench chain = new ChainBench(service);
    String job = Service.fresh("job");
    String stranger = service.qcow2(ChainBench.MIB);
    Map<String, String> wrong =
        Map.of(
            body(job, chain.top(), base(stranger)), "NOT_IN_CHAIN",
            body(job, chain.disk(0), base(chain.top())), "NOT_IN_CHAIN",
            body(job, "nobody", ""), "NODE_NOT_FOUND",
            body(job, chain.top(), ",'base':'nobody'"), "NODE_NOT_FOUND",
            body(job, chain.top(), ",'backingFile':'x'"), "INVALID_PARAMETER",
            body(job, chain.top(), base(chain.disk(0)) + ",'bottom':'" + chain.disk(1) + "'"),
                "INVALID_REQUEST",
            body(job, chain.top(), ",'onError':'panic'"), "INVALID_REQUEST");
    wrong.forEach(
        (request, code) -> {
          Answer answer = service.post("/stream-jobs", request);
          assertThat(answer.text("code")).as(request).isEqualTo(code);
          assertThat(answer.text("correction")).isNotBlank();
        });
  }

  private static final Map<String, String> OFFERED =
      Map.of(
          "running", "cancel pause set-speed change",
          "paused", "cancel pause resume set-speed change",
          "pending", "cancel finalize",
          "concluded", "dismiss");

  private void offersAndRefusesTheRest(String job, String status) {
    JsonNode now = service.get("/jobs/" + job).expect(200).body();
    assertThat(now.path("status").asString()).isEqualTo(status);
    List<String> offered = now.path("verbs").valueStream().map(JsonNode::asString).toList();
    assertThat(String.join(" ", offered)).isEqualTo(OFFERED.get(status));
    for (Verb verb : Verb.values()) {
      if (!offered.contains(verb.word()) && verb != Verb.SET_SPEED && verb != Verb.CHANGE) {
        refusing.of(409, "JOB_VERB_NOT_ALLOWED", () -> ask(job, verb));
      }
    }
  }

  private Answer ask(String job, Verb verb) {
    return verb == Verb.DISMISS
        ? service.delete("/jobs/" + job)
        : service.post("/jobs/" + job + "/" + verb.word(), "");
  }

  @Test
  void takesInEachStatusWhatItOffersAndRefusesTheRest() {
    ChainBench chain = new ChainBench(service);
    String job = start(chain, chain.top(), ",'speed':1024,'autoFinalize':false");
    chain.awaitsFirstChunk(job);
    offersAndRefusesTheRest(job, "running");
    chain.ask(job, "pause").expect(200);
    offersAndRefusesTheRest(job, "paused");
    service.patch("/jobs/" + job, "{'speed':0}").expect(200);
    service.post("/jobs/" + job + "/resume", "").expect(200);
    chain.awaits(job, "pending");
    offersAndRefusesTheRest(job, "pending");
    chain.ask(job, "finalize").expect(200);
    offersAndRefusesTheRest(job, "concluded");
    service.delete("/jobs/" + job).expect(200);
    assertThat(chain.backing(chain.top())).isEmpty();
    assertThat(service.get("/stream-jobs").expect(200).body().toString()).doesNotContain(job);
  }
}
