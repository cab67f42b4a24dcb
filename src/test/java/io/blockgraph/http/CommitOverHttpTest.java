package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Commit jobs as a caller and as clients over NBD see them.
@Timeout(180)
class CommitOverHttpTest {
  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private static String body(String job, String top, String more) {
    return "{'jobId':'%s','top':'%s'%s}".formatted(job, top, more);
  }

  private static String base(String node) {
    return ",'base':'" + node + "'";
  }

  private String start(String top, String more) {
    String job = Service.fresh("job");
    Answer answer = service.post("/commit-jobs", body(job, top, more)).expect(202);
    assertThat(answer.text("type")).isEqualTo("commit");
    return job;
  }

  @Test
  void anOverlayInUseHangsOnTheBaseAndNamesIt() {
    ChainBench chain = new ChainBench(service);
    chain.succeeds(start(chain.disk(2), base(chain.disk(0))));
    chain.shows();
    assertThat(chain.backing(chain.top())).isEqualTo(chain.disk(0));
    assertThat(service.get("/nodes/" + chain.disk(0)).body().path("readOnly").asBoolean()).isTrue();
    chain.strangersFind(chain.top(), chain.top(), chain.disk(0));
  }

  @Test
  void clientsLoseNothingWhileTheirDiskIsCommittedBelowThem() throws Exception {
    ChainBench chain = new ChainBench(service);
    String job = start(chain.top(), ",'speed':1048576");
    try (VerifyingClient client = new VerifyingClient(chain.uri, ChainBench.MIB)) {
      client.verifiesOnceMore();
      service.patch("/jobs/" + job, "{'speed':0}").expect(200);
      chain.awaits(job, "ready");
      client.verifiesOnceMore();
      assertThat(chain.ask(job, "complete").expect(200).text("status")).isEqualTo("concluded");
      assertThat(chain.job(job).path("error").isNull()).isTrue();
      client.verifiesOnceMore();
      client.finish();
    }
    assertThat(service.get("/exports/" + chain.export).text("nodeName")).isEqualTo(chain.disk(0));
  }

  @Test
  void afterAnActiveCommitTheBaseStandsAlone() {
    ChainBench chain = new ChainBench(service);
    String job = start(chain.top(), base(chain.disk(1)));
    chain.awaits(job, "ready");
    chain.write(9, 100_000 + 7 * ChainBench.MIB, 5_000);
    chain.ask(job, "complete").expect(200);
    chain.succeeds(job);
    chain.shows();
    chain.strangersFind(chain.disk(1), chain.disk(1), chain.disk(0));
  }

  @Test
  void aCancelledJobLeavesTheChainAsItWas() {
    ChainBench chain = new ChainBench(service);
    for (String top : List.of(chain.disk(2), chain.top())) {
      String job = start(top, ",'speed':1024");
      chain.ask(job, "cancel").expect(200);
    }
    chain.shows();
    chain.strangersFind(chain.top(), chain.top(), chain.disk(2), chain.disk(1), chain.disk(0));
  }

  /// The other side would not get what is written to the base of this one.
  @Test
  void aBlkverifyInTheMiddleIsRefusedAndMayBeAboveOrBelow() {
    String[] chain = service.chain(2, ChainBench.MIB);
    String other = service.qcow2(ChainBench.MIB);
    String verify = Service.fresh("verify");
    service.added(
        "{'nodeName':'%s','driver':'blkverify','raw':'%s','test':'%s'}"
            .formatted(verify, chain[1], other));
    String top = service.qcow2(ChainBench.MIB, ",'backing':'" + verify + "'");
    service.putData(top, 0, new byte[] {1, 2, 3}).expect(200);
    Answer refused =
        refusing.of(
            422,
            "BACKING_UNSUPPORTED",
            () -> service.post("/commit-jobs", body(Service.fresh("job"), top, base(chain[0]))));
    assertThat(refused.text("detail"))
        .isEqualTo(
            "the sides of node '%s' (driver 'blkverify') must stay the same, and only one of them is in this chain"
                .formatted(verify));
    assertThat(refused.text("node")).isEqualTo(verify);
    service.get("/jobs/" + start(chain[1], base(chain[0])) + "?wait=30").expect(200);
    assertThat(service.data(top, 0, 3)).containsExactly(1, 2, 3);
  }

  @Test
  void somebodyInTheMiddleIsNamed() {
    ChainBench chain = new ChainBench(service);
    String export = new MirrorBench(service).export(chain.disk(1), false);
    Answer refused =
        refusing.of(
            409,
            "PERMISSION_CONFLICT",
            () -> service.post("/commit-jobs", body(Service.fresh("job"), chain.disk(2), "")));
    assertThat(refused.text("detail")).contains(export, chain.disk(1));
    assertThat(refused.text("correction")).isNotBlank();
    service.delete("/exports/" + export).expect(200);
  }

  @Test
  void aDryRunTellsWhatStartingWouldChangeAndAPlanTakesBoth() {
    ChainBench chain = new ChainBench(service);
    String graph = service.graph();
    String job = Service.fresh("job");
    for (String top : List.of(chain.disk(2), chain.top())) {
      service.post("/commit-jobs?dryRun=true", body(job, top, "")).expect(200);
      Answer plan =
          service
              .post(
                  "/graph/plan",
                  "{'actions':[{'method':'POST','path':'/commit-jobs','body':%s},{'method':'POST','path':'/jobs/%s/cancel'}]}"
                      .formatted(body(job, top, ""), job))
              .expect(200);
      assertThat(plan.body().path("wouldSucceed").asBoolean()).as("%s", plan.body()).isTrue();
      assertThat(plan.body().path("diff").path("nodesAdded")).isEmpty();
    }
    assertThat(service.graph()).isEqualTo(graph);
    refusing.of(
        409,
        "NOT_IN_CHAIN",
        () -> service.post("/commit-jobs", body(job, chain.disk(1), base(chain.top()))));
  }
}
