package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What a refusal advises has been tried out: done step by step, it comes to what was asked.
class AdviceOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);

  private Answer addFilter(String node, String driver) {
    return service.post(
        "/nodes",
        "{'nodeName':'%s','driver':'%s','file':'%s'}"
            .formatted(Service.fresh("filter"), driver, node));
  }

  private Answer send(JsonNode step) {
    String path = step.path("path").asString();
    return switch (step.path("method").asString()) {
      case "DELETE" -> service.delete(path);
      case "PATCH" -> service.patch(path, step.path("body").toString());
      default -> service.post(path, step.has("body") ? step.path("body").toString() : "");
    };
  }

  /// Does what a refusal advises, after its plan says that all of it would succeed.
  private List<String> follow(Answer refused, String code) {
    Refusing.isProblem(refused, refused.status(), code);
    JsonNode steps = refused.body().path("steps");
    assertThat(steps.size()).as("%s", refused.body()).isPositive();
    String graph = service.graph();
    JsonNode plan = service.post("/graph/plan", "{'actions':" + steps + "}").expect(200).body();
    assertThat(plan.path("wouldSucceed").asBoolean()).as("%s", plan).isTrue();
    assertThat(service.graph()).isEqualTo(graph);
    List<String> done = new ArrayList<>();
    for (JsonNode step : steps) {
      done.add(step.path("method").asString() + " " + step.path("path").asString());
      Answer answer = send(step);
      assertThat(answer.status()).as("%s: %s", step, answer.body()).isBetween(200, 202);
    }
    return done;
  }

  @Test
  void closesTheExportsThatStandInTheWayOfARemovalOneAfterAnother() {
    String disk = bench.disk(0x31);
    String one = bench.export(disk, false);
    String two = bench.export(disk, false);
    Answer refused = service.delete("/nodes/" + disk);
    assertThat(refused.text("correction"))
        .isEqualTo("close export '%s', then close export '%s', then ask again".formatted(one, two));
    assertThat(follow(refused, "NODE_IN_USE"))
        .containsExactly(
            "DELETE /exports/" + one, "DELETE /exports/" + two, "DELETE /nodes/" + disk);
    service.get("/nodes/" + disk).expect(404);
  }

  @Test
  void takesAFilterOutFromUnderItsClientsInsteadOfSendingThemAway() {
    String disk = bench.disk(0x33);
    String filter = Service.fresh("filter");
    service
        .post(
            "/nodes",
            "{'nodeName':'%s','driver':'copy-on-read','file':'%s'}".formatted(filter, disk))
        .expect(201);
    String vm = bench.export(filter, true);
    Answer refused = service.delete("/nodes/" + filter);
    assertThat(refused.text("correction"))
        .isEqualTo("take filter '%s' out: its users go on with node '%s'".formatted(filter, disk));
    assertThat(follow(refused, "NODE_IN_USE"))
        .containsExactly("DELETE /nodes/%s/filters/%s".formatted(disk, filter));
    service.get("/nodes/" + filter).expect(404);
    assertThat(service.get("/exports/" + vm).expect(200).text("nodeName")).isEqualTo(disk);
  }

  @Test
  void namesTheUsersAboveANodeThatIsInTheWay() {
    String disk = bench.disk(0x32);
    service
        .post(
            "/nodes",
            "{'nodeName':'%s-cor','driver':'copy-on-read','file':'%s'}".formatted(disk, disk))
        .expect(201);
    String vm = bench.export(disk + "-cor", true);
    Answer refused =
        service.post(
            "/exports",
            "{'id':'%s-late','type':'nbd','nodeName':'%s','writable':true}".formatted(vm, disk));
    assertThat(refused.text("correction"))
        .as("the milder way, which leaves the other client alone")
        .isEqualTo("say writable=false when clients shall only read");
    follow(refused, "PERMISSION_CONFLICT");
    Answer resize = service.post("/nodes/" + disk + "/resize", "{'size':%d}".formatted(2 * MIB));
    assertThat(resize.text("correction")).contains("'" + vm + "'");
    follow(resize, "PERMISSION_CONFLICT");
    assertThat(service.get("/nodes/" + disk).body().path("sizeBytes").asLong()).isEqualTo(2 * MIB);
  }

  @Test
  void makesNodesWritableThatMustBeBeforeAnExportMayWrite() {
    String disk = bench.disk(0x33);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    Answer refused = addFilter(disk, "copy-on-read");
    assertThat(refused.text("correction"))
        .isEqualTo("make node '" + disk + "' writable, then ask again");
    follow(refused, "READ_ONLY");
  }

  @Test
  void cancelsTheJobThatOwnsANode() {
    String source = bench.disk(0x34);
    String target = service.qcow2(MIB);
    String job = bench.ready(source, target, "");
    Answer refused = service.post("/nodes/" + target + "/resize", "{'size':%d}".formatted(2 * MIB));
    assertThat(refused.text("correction"))
        .isEqualTo("wait for job '" + job + "' to end, or cancel it, then ask again");
    List<JsonNode> steps = refused.body().path("steps").valueStream().toList();
    assertThat(steps.getFirst().path("path").asString()).isEqualTo("/jobs/" + job + "/cancel");
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
    send(steps.getLast()).expect(200);
  }

  @Test
  void asksForTheConsentThatIsMissing() {
    String disk = service.qcow2(2 * MIB);
    String url = "/nodes/" + disk + "/resize";
    follow(service.post(url, "{'size':%d}".formatted(MIB)), "SHRINK_NOT_ALLOWED");
    assertThat(service.get("/nodes/" + disk).body().path("sizeBytes").asLong()).isEqualTo(MIB);
    Answer full =
        service.post(
            "/nodes/" + disk + "/snapshots", "{'overlayNode':'%s'}".formatted(bench.disk(0x35)));
    follow(full, "OVERLAY_NOT_EMPTY");
  }

  @Test
  void resizesATargetThatIsTooShort() {
    String source = service.qcow2(2 * MIB);
    String target = service.qcow2(MIB);
    String body = MirrorBench.body(Service.fresh("job"), source, target, "");
    Answer refused = service.post("/mirror-jobs", body);
    assertThat(refused.text("correction"))
        .isEqualTo("resize node '%s' to %d bytes, then ask again".formatted(target, 2 * MIB));
    follow(refused, "SIZE_MISMATCH");
  }

  @Test
  void takesAChildOutOfTheQuorumThatIsInTheWay() {
    String[] children = {bench.disk(0x36), bench.disk(0x36), bench.disk(0x36)};
    String quorum = bench.quorum(children);
    Answer refused = service.delete("/nodes/" + children[1]);
    assertThat(follow(refused, "NODE_IN_USE")).last().isEqualTo("DELETE /nodes/" + children[1]);
    assertThat(service.graph()).doesNotContain("\"" + children[1] + "\"").doesNotContain(quorum);
  }

  @Test
  void leavesOutAPlaceThatACopyCannotTake() {
    String source = bench.disk(0x37);
    String other = bench.disk(0x38);
    String body =
        MirrorBench.body(
            Service.fresh("job"), source, service.qcow2(MIB), "'replaces':'" + other + "'");
    Answer refused = service.post("/mirror-jobs", body);
    assertThat(refused.text("correction")).contains("leave 'replaces' out");
    follow(refused, "REPLACE_NOT_COVERED");
  }

  @Test
  void neverNamesWhoOnlyTheRequestWouldBring() {
    String disk = bench.disk(0x39);
    String job = bench.ready(disk, service.qcow2(MIB), "");
    for (String newcomer : List.of("reader", "writer", "resizer")) {
      JsonNode explained =
          service.get("/nodes/" + disk + "/permissions/explain").expect(200).body();
      for (JsonNode view : explained.path("newcomers")) {
        if (!view.path("possible").asBoolean()) {
          assertThat(view.at("/problem/correction").asString())
              .as("%s", view)
              .isNotBlank()
              .doesNotContain("'" + newcomer + "'");
        }
      }
    }
    String late = Service.fresh("newcomer");
    Answer refused =
        service.post(
            "/nodes",
            "{'nodeName':'%s','driver':'qcow2','file':'%s'}".formatted(late, job + ".filter"));
    assertThat(refused.status()).isGreaterThanOrEqualTo(400);
    assertThat(refused.text("correction")).isNotBlank().doesNotContain("'" + late + "'");
  }

  @Test
  void saysWhatToDoAlsoWhereNothingCanBeTriedOut() {
    assertThat(service.get("/nodes/nobody").expect(404).text("correction")).isNotBlank();
    assertThat(service.post("/nodes", "{").expect(400).text("correction")).isNotBlank();
    assertThat(service.get("/nothing").expect(404).text("correction")).isNotBlank();
  }
}
