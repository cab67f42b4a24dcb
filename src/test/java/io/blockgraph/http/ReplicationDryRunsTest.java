package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Foreseen.Request;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuIo;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// The verbs of a replication, tried before they are done: alone, and in a list with others.
@Timeout(180)
class ReplicationDryRunsTest {
  private static final int SIZE = ReplicationBench.SIZE;

  private final Service service = Service.shared();
  private final Foreseen foreseen = new Foreseen(service);

  private ReplicationBench bench() {
    return ReplicationBench.built(service, Service.fresh("colo"));
  }

  private static Request verb(ReplicationBench bench, String verb) {
    return Request.post(bench.path() + "/" + verb, "");
  }

  private static String action(ReplicationBench bench, String verb) {
    return "{'method':'POST','path':'%s/%s'}".formatted(bench.path(), verb);
  }

  private JsonNode plan(String... actions) {
    String graph = service.graph();
    String body = "{'actions':[" + String.join(",", actions) + "]}";
    JsonNode plan = service.post("/graph/plan", body).expect(200).body();
    assertThat(service.graph()).isEqualTo(graph);
    return plan;
  }

  private static List<String> outcomes(JsonNode plan) {
    return plan.path("actions")
        .valueStream()
        .map(a -> a.path("wouldSucceed").asBoolean() ? "ok" : a.at("/problem/code").asString())
        .toList();
  }

  @Test
  void foreseeTheChangeOfEveryVerb() {
    ReplicationBench bench = bench();
    for (String next : List.of("start", "checkpoint", "stop", "start", "failover")) {
      foreseen.ask(verb(bench, next)).expect(200);
      bench.tryPrimary(QemuIo.write(2, 0, 100_000));
    }
    foreseen.refuses(409, "PERMISSION_CONFLICT", verb(bench, "stop"));
    bench.end();
  }

  @Test
  void foreseeTheRefusalOfEveryVerbThatDoesNotFitTheStage() {
    ReplicationBench bench = bench();
    for (String wrong : List.of("checkpoint", "failover", "stop")) {
      foreseen.refuses(409, "REPLICATION_VERB_NOT_ALLOWED", verb(bench, wrong));
    }
    bench.does("start");
    foreseen.refuses(409, "REPLICATION_VERB_NOT_ALLOWED", verb(bench, "start"));
    bench.does("failover");
    for (String wrong : List.of("start", "checkpoint", "failover")) {
      foreseen.refuses(409, "REPLICATION_VERB_NOT_ALLOWED", verb(bench, wrong));
    }
    bench.end();
  }

  @Test
  void foreseeWhatTheGraphAndTheDisksHaveAgainstBeginning() {
    String sec = service.qcow2(SIZE);
    String hidden = overlay(sec, SIZE);
    String c1 = secondary(overlay(hidden, SIZE / 2));
    Request start = Request.post("/nodes/" + c1 + "/replication/start", "");
    foreseen.refuses(422, "SIZE_MISMATCH", start);
    String other = Service.fresh("other");
    service.added("{'nodeName':'%s','driver':'throttle','file':'%s'}".formatted(other, hidden));
    foreseen.refuses(409, "NODE_IN_USE", start);
    foreseen.refuses(
        422, "NOT_A_REPLICATION", Request.post("/nodes/" + sec + "/replication/start", ""));
    foreseen.refuses(404, "NODE_NOT_FOUND", Request.post("/nodes/nix/replication/start", ""));
  }

  /// A writable node over a new image, above `backing`.
  private String overlay(String backing, long size) {
    String name = Service.fresh("overlay");
    service
        .post("/images", "{'driver':'qcow2','filename':'%s.qcow2','size':%d}".formatted(name, size))
        .expect(201);
    return service.added(
        ("{'nodeName':'%s','driver':'qcow2','readOnly':false,'backing':'%s',"
                + "'file':{'driver':'file','filename':'%s.qcow2'}}")
            .formatted(name, backing, name));
  }

  private String secondary(String active) {
    return service.added(secondaryBody(Service.fresh("c"), active));
  }

  private static String secondaryBody(String name, String active) {
    return "{'nodeName':'%s','driver':'replication','mode':'secondary','file':'%s'}"
        .formatted(name, active);
  }

  @Test
  void aTrialThatOpensTheFilterLeavesTheHiddenDiskAloneAndTellsNothing() {
    ReplicationBench bench = bench();
    bench.primary(QemuIo.write(1, 0, SIZE), "flush");
    try (EventReader events = EventReader.on(service)) {
      service.post(bench.path() + "/start?dryRun=true", "").expect(200);
      bench.primary(QemuIo.write(2, 0, SIZE), "flush");
      foreseen.ask(verb(bench, "start")).expect(200);
      List<String> told =
          events.until(event -> event.type().equals("replication-changed")).stream()
              .map(EventReader.Told::type)
              .filter("replication-changed"::equals)
              .toList();
      assertThat(told).hasSize(1);
    }
    byte[] shown = new byte[SIZE];
    Arrays.fill(shown, (byte) 2);
    assertThat(bench.view()).isEqualTo(shown);
    assertThat(bench.report().body().at("/secondary/savedBytes").asLong()).isZero();
    bench.does("stop").end();
  }

  @Test
  void aPlanTakesEachVerbAtTheStageThatThoseBeforeItWouldLeave() {
    ReplicationBench bench = bench();
    JsonNode plan =
        plan(
            action(bench, "checkpoint"),
            action(bench, "start"),
            action(bench, "start"),
            action(bench, "checkpoint"),
            action(bench, "stop"),
            action(bench, "start"),
            action(bench, "failover"),
            action(bench, "checkpoint"));
    String no = "REPLICATION_VERB_NOT_ALLOWED";
    assertThat(outcomes(plan)).containsExactly(no, "ok", no, "ok", "ok", "ok", "ok", no);
    bench.does("start").does("stop").end();
  }

  @Test
  void aPlanTakesDisksAsEmptiedByTheVerbsBeforeIt() {
    ReplicationBench bench = bench().does("start");
    bench.primary(QemuIo.write(2, 0, 200_000), "flush");
    bench.own(300_000, new byte[] {7});
    String[] verbs = {action(bench, "stop"), action(bench, "start"), action(bench, "failover")};
    JsonNode plan = plan(verbs);
    assertThat(outcomes(plan)).containsExactly("ok", "ok", "ok");
    for (String verb : List.of("stop", "start", "failover")) {
      bench.does(verb);
    }
    bench.end();
  }

  @Test
  void aPlanSeesThatAResizeMakesADiskFit() {
    String active = overlay(overlay(service.qcow2(SIZE), SIZE), SIZE / 2);
    String c1 = secondary(active);
    String again = Service.fresh("again");
    String start = "{'method':'POST','path':'/nodes/%s/replication/start'}";
    JsonNode plan =
        plan(
            start.formatted(c1),
            "{'method':'DELETE','path':'/nodes/%s'}".formatted(c1),
            "{'method':'POST','path':'/nodes/%s/resize','body':{'size':%d}}"
                .formatted(active, SIZE),
            "{'method':'POST','path':'/nodes','body':%s}".formatted(secondaryBody(again, active)),
            start.formatted(again));
    assertThat(outcomes(plan)).containsExactly("SIZE_MISMATCH", "ok", "ok", "ok", "ok");
  }

  @Test
  void aPlanPutsAPrimaryInItsPlaceAndBeginsAtOnce() {
    ReplicationBench bench = bench();
    String again = Service.fresh("again");
    JsonNode plan =
        plan(
            "{'method':'DELETE','path':'/nodes/%s'}".formatted(bench.node("c1")),
            ("{'method':'POST','path':'/nodes','body':{'nodeName':'%s','driver':'replication',"
                    + "'mode':'primary','file':'%s'}}")
                .formatted(again, bench.node("sec")),
            "{'method':'POST','path':'/nodes/%s/replication/start'}".formatted(again),
            "{'method':'POST','path':'/nodes/%s/replication/start'}".formatted(again),
            "{'method':'POST','path':'/nodes/%s/replication/stop'}".formatted(again));
    assertThat(outcomes(plan))
        .containsExactly("ok", "ok", "ok", "REPLICATION_VERB_NOT_ALLOWED", "ok");
    bench.end();
  }

  @Test
  void aTransactionTakesNoVerbAndAPlanRefusesABodyThatIsNoneAsTheVerbDoes() {
    ReplicationBench bench = bench().does("start");
    Refusing refusing = new Refusing(service);
    Answer refused =
        refusing.of(
            400,
            "INVALID_REQUEST",
            () ->
                service.post("/transactions", "{'actions':[" + action(bench, "checkpoint") + "]}"));
    assertThat(Refusing.pointers(refused)).containsExactly("/actions/0/path");
    String wrong = "{'method':'POST','path':'%s/checkpoint','body':{'acceptLostWrites':1}}";
    JsonNode planned = plan(wrong.formatted(bench.path())).at("/actions/0/problem");
    Answer real = service.post(bench.path() + "/checkpoint", "{'acceptLostWrites':1}").expect(400);
    assertThat(planned).isEqualTo(real.body());
    bench.does("stop").end();
  }
}
