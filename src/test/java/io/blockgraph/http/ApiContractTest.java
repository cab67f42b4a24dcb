package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Real answers have the schemas of openapi/blockgraph.yaml. [Service] checks each answer it gets,
/// so what remains here is to get one of each kind, and to see that the check would find faults.
class ApiContractTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();
  private final ApiContract contract = ApiContract.committed();

  @Test
  void describesNodesTheGraphAndItsEdges() {
    String node = service.qcow2(MIB);
    service.get("/nodes").expect(200);
    JsonNode graph = service.get("/graph").expect(200).body();
    service.get("/edges/" + graph.at("/edges/0/id").asString()).expect(200);
    service.get("/nodes/" + node + "/map").expect(200);
    service.get("/nodes/" + node + "/check").expect(200);
  }

  @Test
  void describesSnapshotsAndResizes() {
    String node = service.qcow2(MIB);
    String overlay = service.qcow2(MIB);
    String body = "{'overlayNode':'" + overlay + "'}";
    service.post("/nodes/" + node + "/snapshots?dryRun=true", body).expect(200);
    service.post("/nodes/" + node + "/snapshots", body).expect(201);
    service.get("/nodes/" + overlay + "/snapshots").expect(200);
    service.post("/nodes/" + overlay + "/resize", "{'size':2097152}").expect(200);
  }

  @Test
  void describesExports() {
    String node = service.qcow2(MIB);
    String id = Service.fresh("export");
    String body = "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(id, node);
    service.post("/exports?dryRun=true", body).expect(200);
    service.post("/exports", body).expect(201);
    service.get("/exports").expect(200);
    service.get("/exports/" + id + "/clients").expect(200);
    service.delete("/exports/" + id).expect(200);
  }

  @Test
  void describesChangesOfNodesAndTheirDryRuns() {
    String node = service.qcow2(MIB);
    service.patch("/nodes/" + node + "?dryRun=true", "{'readOnly':true}").expect(200);
    service.patch("/nodes/" + node, "{'readOnly':true}").expect(200);
    service.delete("/nodes/" + node + "?dryRun=true").expect(200);
    service.delete("/nodes/" + node).expect(200);
  }

  @Test
  void describesProblems() {
    Answer unknown = service.get("/nodes/nobody").expect(404);
    assertThat(unknown.text("code")).isEqualTo("NODE_NOT_FOUND");
    service.post("/nodes", "{'driver':'raw','offset':'5'}").expect(400);
    service.post("/nodes", "{").expect(400);
  }

  @Test
  void hasExamplesThatFit() {
    assertThat(contract.examples()).hasSizeGreaterThan(8);
    contract
        .examples()
        .forEach(
            (schema, example) -> assertThat(contract.faults(schema, example)).as(schema).isEmpty());
  }

  @Test
  void findsFaults() {
    JsonMapper json = JsonMapper.shared();
    assertThat(contract.faults("NodeRequest", json.readTree("{\"driver\":\"file\"}"))).isNotEmpty();
    assertThat(
            contract.faults(
                "NodeRequest", json.readTree("{\"driver\":\"null\",\"nodeName\":\"a\",\"siz\":1}")))
        .isNotEmpty();
    assertThat(contract.faults("Problem", json.readTree("{\"status\":\"404\"}"))).isNotEmpty();
    assertThat(contract.faultsOfAnswer("GET", "/api/v1/graph", 204, json.readTree("{}")))
        .isNotEmpty();
  }
}
