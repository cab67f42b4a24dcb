package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Jobs that make images, as a caller sees them and a stranger finds what they made.
@Timeout(120)
class CreateJobsOverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private static String body(String job, String driver, String more) {
    return "{'jobId':'%s','driver':'%s'%s}".formatted(job, driver, more);
  }

  private static String file(String name) {
    return ",'filename':'" + name + "'";
  }

  private Answer start(String job, String driver, String more) {
    return service.post("/create-jobs", body(job, driver, more));
  }

  private JsonNode over(String job) {
    JsonNode end = service.get("/jobs/" + job + "?wait=30").expect(200).body();
    assertThat(end.path("status").asString()).isEqualTo("concluded");
    return end;
  }

  private String made(String driver, String more) {
    String job = Service.fresh("make");
    start(job, driver, more).expect(202);
    JsonNode end = over(job);
    assertThat(end.path("error").isNull()).as(end.toString()).isTrue();
    assertThat(end.path("type").asString()).isEqualTo("create");
    assertThat(end.path("progress").path("bytesLeft").asLong()).isZero();
    return job;
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "metadata", "falloc", "full"})
  void makeAnImageAndStayUntilTheyAreDismissed(String preallocation) {
    String name = Service.fresh("made") + ".qcow2";
    String job =
        made(
            "qcow2",
            file(name)
                + ",'size':8388608,'clusterSize':4096,'preallocation':'"
                + preallocation
                + "'");
    Path image = service.image(name);
    QemuImg.assertClean(image);
    JsonNode info = QemuImg.info(image, "qcow2");
    assertThat(info.path("virtual-size").asLong()).isEqualTo(8 * MIB);
    assertThat(info.path("cluster-size").asLong()).isEqualTo(4096);
    service.delete("/jobs/" + job).expect(200);
    assertThat(service.get("/jobs/" + job).status()).isEqualTo(404);
  }

  @Test
  void makeAnImageOverWhatANodeHolds() {
    String raw = Service.fresh("raw");
    made("raw", file(raw) + ",'size':1048576,'preallocation':'full'");
    String node =
        service.added(
            "{'nodeName':'%s','driver':'file','filename':'%s'}"
                .formatted(Service.fresh("file"), raw));
    made("qcow2", ",'node':'" + node + "','size':4194304");
    String disk =
        service.added(
            "{'nodeName':'%s','driver':'qcow2','file':'%s'}"
                .formatted(Service.fresh("disk"), node));
    assertThat(service.get("/nodes/" + disk).body().path("sizeBytes").asLong()).isEqualTo(4 * MIB);
    service.putData(disk, 0, new byte[] {1}).expect(200);
    service.delete("/nodes/" + disk).expect(200);
    service.delete("/nodes/" + node).expect(200);
    QemuImg.assertClean(service.image(raw));
  }

  @Test
  void leaveNothingWhenTheyAreCancelled() {
    String name = Service.fresh("gone") + ".raw";
    String job = Service.fresh("make");
    start(job, "raw", file(name) + ",'size':68719476736,'preallocation':'full'").expect(202);
    Answer rests = service.post("/jobs/" + job + "/pause?wait=50", "").expect(200);
    assertThat(rests.text("status")).isEqualTo("paused");
    service.post("/jobs/" + job + "/cancel", "").expect(200);
    assertThat(over(job).path("error").path("code").asString()).isEqualTo("JOB_CANCELLED");
    assertThat(Files.exists(service.image(name))).isFalse();
  }

  @Test
  void areRefusedBeforeAnythingIsDone() throws Exception {
    String there = Service.fresh("there") + ".raw";
    made("raw", file(there) + ",'size':65536");
    refusing.of(409, "IMAGE_EXISTS", () -> start("j", "raw", file(there) + ",'size':1"));
    refusing.of(
        400, "INVALID_REQUEST", () -> start("j", "raw", file("x") + ",'node':'y','size':1"));
    refusing.of(400, "INVALID_REQUEST", () -> start("j", "raw", ",'size':1"));
    refusing.of(400, "INVALID_REQUEST", () -> start("j", "qcow2", file("x")));
    refusing.of(400, "UNKNOWN_DRIVER", () -> start("j", "vdi9", file("x") + ",'size':1"));
    refusing.of(422, "NO_IMAGE_FORMAT", () -> start("j", "quorum", file("x")));
    refusing.of(404, "NODE_NOT_FOUND", () -> start("j", "raw", ",'node':'nobody','size':1"));
    String disk = service.qcow2(MIB);
    refusing.of(409, "NODE_NAME_IN_USE", () -> start(disk, "raw", file("x") + ",'size':1"));
    String below = service.pathFrom(disk, "/file");
    Answer refused =
        refusing.of(
            409,
            "PERMISSION_CONFLICT",
            () -> start("j", "raw", ",'node':'" + below + "','size':1"));
    assertThat(refused.text("detail")).contains(disk);
  }

  @Test
  void aDryRunMakesNothing() {
    String name = Service.fresh("dry") + ".qcow2";
    String graph = service.graph();
    service
        .post("/create-jobs?dryRun=true", body("dry", "qcow2", file(name) + ",'size':1048576"))
        .expect(200);
    assertThat(service.graph()).isEqualTo(graph);
    assertThat(Files.exists(service.image(name))).isFalse();
    assertThat(service.get("/jobs/dry").status()).isEqualTo(404);
  }

  @Test
  void areListedByThemselves() {
    String job = made("raw", file(Service.fresh("listed") + ".raw") + ",'size':512");
    JsonNode listed = service.get("/create-jobs").expect(200).body().path("jobs");
    assertThat(listed.valueStream().map(j -> j.path("id").asString())).contains(job);
    assertThat(listed.valueStream().map(j -> j.path("type").asString())).containsOnly("create");
  }
}
