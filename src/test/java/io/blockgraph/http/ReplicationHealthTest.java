package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What health tells of replications: which check, why, since when; the service is alive and ready
/// all the while.
@Timeout(180)
class ReplicationHealthTest {
  private static final int SIZE = ReplicationBench.SIZE;

  @TempDir Path folder;

  private Service service;

  @BeforeEach
  void start() {
    service = Service.on(folder.resolve("data"));
  }

  private void startAnew() {
    service.close();
    start();
  }

  @AfterEach
  void isAliveAndReadyAllTheWhile() {
    try (Service ending = service) {
      assertThat(ending.beside("/livez").expect(200).text("status")).isEqualTo("UP");
      assertThat(ending.beside("/readyz").expect(200).text("status")).isEqualTo("UP");
    }
  }

  /// What a check of a node came to, whatever it is.
  private JsonNode finding(String node, String check) {
    JsonNode shown = service.beside("/actuator/blockgraph/" + node).expect(200).body();
    JsonNode found =
        shown
            .path("checks")
            .valueStream()
            .filter(entry -> entry.path("check").asString().equals(check))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no check " + check + " in " + shown));
    assertThat(Instant.parse(found.path("since").asString()))
        .isBeforeOrEqualTo(Instant.parse(found.path("checkedAt").asString()));
    return found;
  }

  /// Expects that health names the node and the check, and no file.
  private JsonNode isTold(String node, String check, String condition) {
    JsonNode health = service.beside("/actuator/health/graph").expect(200).body();
    assertThat(health.path("status").asString()).isEqualTo("DEGRADED");
    JsonNode entry =
        health
            .at("/details/trouble")
            .valueStream()
            .filter(told -> told.path("name").asString().equals(node))
            .filter(told -> told.at("/finding/check").asString().equals(check))
            .findFirst()
            .orElseThrow(() -> new AssertionError("not told: " + health));
    assertThat(health.toString()).doesNotContain(".qcow2", folder.toString());
    assertThat(entry.at("/finding/condition").asString()).isEqualTo(condition);
    assertThat(entry.at("/finding/checkedAt").asString()).isNotBlank();
    assertThat(service.beside("/actuator/health").expect(200).text("status")).isEqualTo("DEGRADED");
    return entry;
  }

  private void isUp() {
    JsonNode health = service.beside("/actuator/health/graph").expect(200).body();
    assertThat(health.path("status").asString()).as("%s", health).isEqualTo("UP");
  }

  @Test
  void nothingIsWrongWithOneThatRunsAsItShould() {
    ReplicationBench bench = ReplicationBench.built(service, "good");
    for (String verb : new String[] {"start", "checkpoint", "failover"}) {
      bench.does(verb);
      isUp();
      JsonNode found = finding(bench.node("c1"), "replication");
      assertThat(found.path("condition").asString()).isEqualTo("good");
      assertThat(found.path("reason").asString()).contains(bench.report().text("stage"));
    }
    bench.end();
  }

  @Test
  void tellsWritesThatTheSecondaryRefusedUntilACheckpoint() {
    Secondary secondary = new Secondary();
    secondary.breaks("'operation':'write'");
    service.putData(secondary.disk, 0, new byte[] {1}).expect(500);

    JsonNode entry = isTold(secondary.name, "writes", "degraded");

    assertThat(entry.at("/finding/reason").asString()).startsWith("1 writes of the primary");
    assertThat(entry.path("reachedBy").toString()).contains("replication");
    secondary.mend();
    secondary.asks("/checkpoint", "{'acceptLostWrites':true}");
    isUp();
    assertThat(finding(secondary.name, "writes").path("condition").asString()).isEqualTo("good");
  }

  @Test
  void tellsDisksThatCouldNotBeEmptied() {
    Secondary secondary = new Secondary();
    service.putData(secondary.disk, 0, new byte[] {1}).expect(200);
    secondary.breaks("'operation':'flush'");
    assertThat(service.post("/nodes/" + secondary.name + "/replication/checkpoint", "").status())
        .isEqualTo(500);

    JsonNode entry = isTold(secondary.name, "replication", "failed");

    assertThat(entry.at("/finding/reason").asString()).contains("could not be emptied");
    secondary.mend();
    secondary.asks("/checkpoint", "");
    isUp();
  }

  @Test
  void tellsThatWritesMayBeMissingAfterARestart() {
    ReplicationBench bench = ReplicationBench.built(service, "again").does("start");
    bench.primary(QemuIo.write(1, 0, SIZE), "flush");
    startAnew();

    JsonNode entry = isTold("again-c1", "writes", "degraded");

    assertThat(entry.at("/finding/reason").asString()).contains("started anew");
    service.post("/nodes/again-c1/replication/checkpoint", "{'acceptLostWrites':true}").expect(200);
    isUp();
    service.post("/nodes/again-c1/replication/stop", "").expect(200);
    isUp();
  }

  @Test
  void tellsAPrimaryThatRanWhenTheServiceEnded() {
    String disk = service.qcow2(SIZE);
    primary("left", disk);
    startAnew();

    JsonNode entry = isTold("left", "replication", "failed");

    assertThat(entry.at("/finding/reason").asString()).contains("/replication", "refuses requests");
    service.post("/nodes/left/replication/stop", "").expect(200);
    isUp();
  }

  private void primary(String name, String disk) {
    service.added(
        "{'nodeName':'%s','driver':'replication','mode':'primary','file':'%s'}"
            .formatted(name, disk));
    service.post("/nodes/" + name + "/replication/start", "").expect(200);
  }

  @Test
  void tellsAPrimaryWhoseSecondaryLacksAWrite() {
    String faulty =
        service.added(
            ("{'nodeName':'faulty','driver':'blkdebug','file':{'driver':'null','size':%d},"
                    + "'injectError':[{'operation':'write'}]}")
                .formatted(SIZE));
    primary("lossy", faulty);
    isUp();
    service.putData("lossy", 0, new byte[512]);

    JsonNode entry = isTold("lossy", "replication", "failed");

    assertThat(entry.at("/finding/reason").asString()).contains("lacks what was written");
    service.post("/nodes/lossy/replication/checkpoint", "{'acceptLostWrites':true}").expect(200);
    isUp();
  }

  /// A secondary that runs, over a hidden disk that can be made to fail.
  private final class Secondary {
    private final String name = "c";
    private final String disk = service.qcow2(SIZE);

    Secondary() {
      for (String image : new String[] {"hidden", "active"}) {
        service
            .post(
                "/images",
                "{'driver':'qcow2','filename':'%s.qcow2','size':%d}".formatted(image, SIZE))
            .expect(201);
      }
      service.added(
          """
          {'nodeName':'hidden','driver':'qcow2','readOnly':false,'backing':'%s',
           'file':{'nodeName':'faulty','driver':'blkdebug',
                   'file':{'driver':'file','filename':'hidden.qcow2'}}}
          """
              .formatted(disk));
      service.added(
          """
          {'nodeName':'c','driver':'replication','mode':'secondary',
           'file':{'nodeName':'active','driver':'qcow2','backing':'hidden',
                   'file':{'driver':'file','filename':'active.qcow2'}}}
          """);
      asks("/start", "");
    }

    void asks(String verb, String body) {
      service.post("/nodes/" + name + "/replication" + verb, body).expect(200);
    }

    void breaks(String error) {
      service.patch("/nodes/faulty", "{'injectError':[{" + error + "}]}").expect(200);
    }

    void mend() {
      service.patch("/nodes/faulty", "{'injectError':[]}").expect(200);
    }
  }
}
