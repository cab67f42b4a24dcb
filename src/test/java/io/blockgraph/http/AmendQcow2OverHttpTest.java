package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Jobs that change version and flags of qcow2 images while these are used.
@Timeout(120)
class AmendQcow2OverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);
  private final String node = service.qcow2(MIB);

  private Answer start(String job, String more) {
    return service.post(
        "/amend-jobs", "{'jobId':'%s','node':'%s','driver':'qcow2'%s}".formatted(job, node, more));
  }

  private JsonNode over(String more) {
    String job = Service.fresh("amend");
    start(job, more).expect(202);
    JsonNode end = service.get("/jobs/" + job + "?wait=60").expect(200).body();
    assertThat(end.path("status").asString()).isEqualTo("concluded");
    return end;
  }

  private void amended(String more) {
    JsonNode end = over(more);
    assertThat(end.path("error").isNull()).as(end.toString()).isTrue();
  }

  private JsonNode facts() {
    return service.get("/nodes/" + node).expect(200).body().path("facts");
  }

  @Test
  void theVersionChangesThereAndBackWhileTheDiskIsUsed() {
    service
        .post("/exports", "{'id':'%s-x','type':'nbd','nodeName':'%s'}".formatted(node, node))
        .expect(201);
    service.putData(node, 1000, new byte[] {1, 2, 3}).expect(200);
    amended(",'version':2");
    assertThat(facts().path("version").asInt()).isEqualTo(2);
    service.putData(node, 70_000, new byte[] {4, 5}).expect(200);
    Answer none = service.post("/nodes/" + node + "/bitmaps", "{'name':'b','persistent':true}");
    assertThat(none.text("detail")).contains("version 2");
    amended(",'version':3,'lazyRefcounts':true");
    assertThat(facts().path("version").asInt()).isEqualTo(3);
    assertThat(facts().path("lazyRefcounts").asBoolean()).isTrue();
    assertThat(service.data(node, 1000, 3)).containsExactly(1, 2, 3);
    service.post("/nodes/" + node + "/bitmaps", "{'name':'b','persistent':true}").expect(201);
    service.delete("/exports/" + node + "-x").expect(200);
    service.delete("/nodes/" + node).expect(200);
    QemuImg.assertClean(service.image(node + ".qcow2"));
  }

  @Test
  void whatOnlyVersion3CanHaveIsNamed() throws Exception {
    service.post("/nodes/" + node + "/bitmaps", "{'name':'b','persistent':true}").expect(201);
    Answer kept = refusing.of(422, "OPERATION_UNSUPPORTED", () -> start("j", ",'version':2"));
    assertThat(kept.text("detail")).contains("bitmaps");
    assertThat(kept.text("node")).isEqualTo(node);
    service.delete("/nodes/" + node + "/bitmaps/b").expect(200);
    service.post("/nodes/" + node + "/zero", "{'offset':65536,'length':65536,'mayUnmap':false}");
    JsonNode error = over(",'version':2").path("error");
    assertThat(error.path("detail").asString()).contains(node, "zeroes at offset 65536");
    assertThat(facts().path("version").asInt()).isEqualTo(3);
    service.putData(node, 0, new byte[] {1}).expect(200);
  }

  @Test
  void theyAreRefusedBeforeAnythingIsDone() throws Exception {
    refusing.of(400, "INVALID_PARAMETER", () -> start("j", ""));
    refusing.of(400, "INVALID_PARAMETER", () -> start("j", ",'version':2,'lazyRefcounts':true"));
    refusing.of(400, "INVALID_REQUEST", () -> start("j", ",'version':4"));
    refusing.of(400, "INVALID_REQUEST", () -> start("j", ",'state':'active'"));
    service.patch("/nodes/" + node, "{'readOnly':true}").expect(200);
    refusing.of(409, "READ_ONLY", () -> start("j", ",'version':2"));
  }

  @Test
  void aNodeThatAJobOwnsIsRefused() throws Exception {
    String job = bench.ready(node, service.qcow2(MIB), "'autoFinalize':false");
    Answer refused = refusing.of(409, "NODE_BUSY", () -> start("j", ",'version':2"));
    assertThat(refused.text("detail")).contains(job);
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
  }
}
