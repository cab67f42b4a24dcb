package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Nodes that could not be opened when the service started, and are opened when what was missing is
/// there.
class UnavailableNodesOverHttpTest {
  private static final String ACTIVE = "{'active':true}";
  private static final List<String> PAST = List.of("kept", "store");

  @TempDir Path data;

  private static void postSecret(Service service) {
    service.post("/secrets", "{'id':'key','data':'correct-horse-9'}").expect(201);
  }

  private static void make(Service service) {
    postSecret(service);
    service
        .post(
            "/images",
            "{'driver':'luks','filename':'private','size':1048576,'keySecret':'key','iterations':1000}")
        .expect(201);
    service.added(
        "{'nodeName':'private','driver':'luks','keySecret':'key','file':{'driver':'file','filename':'private'}}");
    service.added("{'nodeName':'plain','driver':'raw','file':'private'}");
    service
        .post("/exports", "{'id':'vm','type':'nbd','nodeName':'plain','writable':true}")
        .expect(201);
    service.putData("plain", 5000, new byte[] {1, 2, 3}).expect(200);
    service
        .post("/images", "{'driver':'qcow2','filename':'away.qcow2','size':1048576}")
        .expect(201);
    service.added(
        "{'nodeName':'away','driver':'qcow2','file':{'driver':'file','filename':'away.qcow2'}}");
  }

  /// A point in time of a disk, whose images are put elsewhere while nobody uses them.
  private static void keepAMoment(Service service) {
    for (String node : PAST) {
      service
          .post("/images", "{'driver':'qcow2','filename':'%s','size':1048576}".formatted(node))
          .expect(201);
      service.added(
          "{'nodeName':'%1$s','driver':'qcow2','file':{'driver':'file','filename':'%1$s'}}"
              .formatted(node));
    }
    service.added(
        "{'nodeName':'keeper','driver':'copy-before-write','file':'kept','target':'store'}");
    service.added("{'nodeName':'then','driver':'snapshot-access','file':'keeper','readOnly':true}");
  }

  private static void is(Service service, String node, String state) {
    assertThat(service.get("/nodes/" + node).expect(200).text("state")).as(node).isEqualTo(state);
  }

  private static Answer open(Service service, String node) {
    return service.put("/nodes/" + node + "/active", ACTIVE);
  }

  /// What was copied is not known any more: the present must not be shown under its name.
  @Test
  void thatKeptAPointInTimeHaveLostIt() throws IOException {
    Path images;
    try (Service service = Service.on(data)) {
      keepAMoment(service);
      images = service.images();
    }
    for (String image : PAST) {
      Files.move(images.resolve(image), data.resolve(image));
    }
    try (Service service = Service.on(data)) {
      is(service, "keeper", "unavailable");
      for (String image : PAST) {
        Files.move(data.resolve(image), images.resolve(image));
      }
      open(service, "then").expect(200);
      assertThat(service.get("/nodes/keeper").body().path("facts").path("pointInTime").asString())
          .isEqualTo("lost");
      assertThat(service.data("keeper", 0, 512)).hasSize(512);
    }
  }

  @Test
  void areOpenedWhenWhatWasMissingIsThere() throws IOException {
    Path image;
    try (Service service = Service.on(data)) {
      make(service);
      image = service.image("away.qcow2");
    }
    Path elsewhere = Files.move(image, data.resolve("elsewhere"));
    try (Service service = Service.on(data)) {
      opensWithASecretThatIsPostedAgain(service);
      is(service, "away", "unavailable");
      assertThat(open(service, "away").expect(404).text("detail")).contains("away.qcow2");
      Files.move(elsewhere, image);
      assertThat(open(service, "away").expect(200).body().path("turned")).hasSize(2);
      service.putData("away", 0, new byte[] {7}).expect(200);
    }
  }

  /// A disk that is gone for good: nothing was written that it could still be asked to keep.
  @Test
  void leaveTheGraphThoughTheirImagesAreGone() throws IOException {
    Path images;
    try (Service service = Service.on(data)) {
      keepAMoment(service);
      images = service.images();
    }
    for (String image : PAST) {
      Files.delete(images.resolve(image));
    }
    try (Service service = Service.on(data)) {
      for (String node : List.of("then", "keeper", "kept", "store")) {
        is(service, node, "unavailable");
        service.delete("/nodes/" + node).expect(200);
        service.get("/nodes/" + node).expect(404);
      }
      assertThat(service.get("/nodes").expect(200).body().path("nodes")).isEmpty();
    }
  }

  @Test
  void areTakenOutOfAQuorumThatIsOpenedWithoutThem() throws IOException {
    Path gone;
    try (Service service = Service.on(data)) {
      for (int i = 0; i < 3; i++) {
        service
            .post("/images", "{'driver':'raw','filename':'%d.raw','size':1048576}".formatted(i))
            .expect(201);
        service.added(
            "{'nodeName':'c%1$d','driver':'raw','file':{'driver':'file','filename':'%1$d.raw'}}"
                .formatted(i));
      }
      service.added(
          "{'nodeName':'vote','driver':'quorum','children':['c0','c1','c2'],'voteThreshold':2}");
      service
          .post("/exports", "{'id':'vm','type':'nbd','nodeName':'vote','writable':true}")
          .expect(201);
      service.putData("vote", 4096, new byte[] {5}).expect(200);
      gone = service.image("1.raw");
    }
    Files.delete(gone);
    try (Service service = Service.on(data)) {
      is(service, "vote", "unavailable");
      service.delete("/nodes/vote/children/children.1").expect(200);
      assertThat(open(service, "vote").expect(200).body().path("turned").toString())
          .isEqualTo("[\"vote\"]");
      service.delete("/nodes/c1").expect(200);
      assertThat(service.data("vote", 4096, 1)).containsExactly(5);
      service.putData("vote", 8192, new byte[] {6}).expect(200);
    }
  }

  private static void opensWithASecretThatIsPostedAgain(Service service) {
    is(service, "private", "unavailable");
    long revision = service.get("/graph").expect(200).body().path("revision").asLong();
    assertThat(service.beside("/actuator/health").body().toString())
        .contains("its secret is not there");
    Answer refused = open(service, "plain").expect(400);
    assertThat(refused.text("detail")).contains("there is no secret 'key'");
    is(service, "private", "unavailable");
    postSecret(service);
    Answer tried = service.put("/nodes/plain/active?dryRun=true", ACTIVE).expect(200);
    assertThat(tried.body().path("turned")).as("a dry run tells, and opens nothing").hasSize(2);
    is(service, "private", "unavailable");
    JsonNode turned = open(service, "plain").expect(200).body().path("turned");
    assertThat(turned.toString()).contains("private").doesNotContain("file");
    is(service, "private", "open");
    is(service, "plain", "open");
    assertThat(service.data("plain", 5000, 3)).containsExactly(1, 2, 3);
    String uri = service.get("/exports/vm").expect(200).body().path("uris").path(0).asString();
    QemuIo.run(
        uri, List.of("-f", "raw"), "write -P 0x21 8192 4096", "flush", "read -P 0x21 8192 4096");
    assertThat(service.get("/graph").body().path("revision").asLong())
        .as("what the graph is has not changed")
        .isEqualTo(revision);
    assertThat(open(service, "plain").expect(200).body().path("turned")).isEmpty();
  }
}
