package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// A replication is a filter also where a mirror asks what its copy may take the place of.
@Timeout(180)
class ReplaceThroughReplicationTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final Refusing refusing = new Refusing(service);

  private String primary(String disk) {
    String name = Service.fresh("primary");
    service.added(
        "{'nodeName':'%s','driver':'replication','mode':'primary','file':'%s'}"
            .formatted(name, disk));
    service.post("/nodes/" + name + "/replication/start", "").expect(200);
    return name;
  }

  private JsonNode verdict(String source, String node) {
    return service
        .get("/nodes/%s/replaceable?source=%s".formatted(node, source))
        .expect(200)
        .body();
  }

  private static List<String> way(JsonNode verdict) {
    return verdict
        .path("way")
        .valueStream()
        .map(step -> step.path("edge").asString() + " " + step.path("why").asString())
        .toList();
  }

  @Test
  void whatAPrimaryForwardsToMayBeReplacedByACopyOfThePrimary() {
    String disk = bench.disk(0x61);
    String primary = primary(disk);
    JsonNode verdict = verdict(primary, disk);
    assertThat(verdict.path("replaceable").asBoolean()).isTrue();
    assertThat(way(verdict)).containsExactly(primary + ":file filter");
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(primary, target, "'replaces':'" + disk + "'"));
    assertThat(service.pathFrom(primary, "/file")).isEqualTo(target);
    assertThat(bench.content(primary)).containsOnly((byte) 0x61);
    bench.fill(primary, 0x62);
    assertThat(bench.content(target)).containsOnly((byte) 0x62);
    assertThat(bench.content(disk)).containsOnly((byte) 0x61);
    service.post("/nodes/" + primary + "/replication/checkpoint", "").expect(200);
    service.post("/nodes/" + primary + "/replication/stop", "").expect(200);
  }

  @Test
  void theWayGoesOnThroughFiltersBelowAReplicationAndStopsAtAFormat() {
    String disk = bench.disk(0x63);
    String filter = bench.filter(disk);
    String primary = primary(filter);
    assertThat(way(verdict(primary, disk)))
        .containsExactly(primary + ":file filter", filter + ":file filter");
    JsonNode below = verdict(primary, disk + ".file");
    assertThat(below.path("replaceable").asBoolean()).isFalse();
    assertThat(below.at("/problem/code").asString()).isEqualTo("REPLACE_NOT_COVERED");
  }

  @Test
  void aSecondaryShowsItsActiveDiskAndNotThoseBelowIt() {
    ReplicationBench secondary = ReplicationBench.built(service, Service.fresh("colo"));
    String c1 = secondary.node("c1");
    assertThat(way(verdict(c1, secondary.node("active")))).containsExactly(c1 + ":file filter");
    for (String disk : List.of("hidden", "sec")) {
      assertThat(verdict(c1, secondary.node(disk)).at("/problem/code").asString())
          .as(disk)
          .isEqualTo("REPLACE_NOT_COVERED");
    }
    secondary.end();
  }

  @Test
  void theActiveDiskIsNotReplacedWhileTheReplicationOwnsIt() {
    ReplicationBench secondary = ReplicationBench.built(service, Service.fresh("colo"));
    secondary.does("start");
    String c1 = secondary.node("c1");
    String active = secondary.node("active");
    String job =
        MirrorBench.body(
            Service.fresh("job"), c1, service.qcow2(MIB), "'replaces':'" + active + "'");
    refusing.of(409, "NODE_BUSY", () -> service.post("/mirror-jobs?dryRun=true", job));
    refusing.of(409, "NODE_BUSY", () -> service.post("/mirror-jobs", job));
    secondary.does("stop").end();
  }

  @Test
  void afterItsEndACopyOfASecondaryTakesThePlaceOfItsActiveDisk() {
    ReplicationBench secondary = ReplicationBench.built(service, Service.fresh("colo"));
    secondary.does("start");
    secondary.own(0, new byte[] {7});
    secondary.does("failover");
    service.delete("/exports/" + secondary.node("nbd")).expect(200);
    secondary.does("stop");
    byte[] view = secondary.view();
    String target = service.qcow2(MIB);
    String active = secondary.node("active");
    bench.succeeds(bench.ready(secondary.node("c1"), target, "'replaces':'" + active + "'"));
    assertThat(service.pathFrom(secondary.node("c1"), "/file")).isEqualTo(target);
    assertThat(secondary.view()).isEqualTo(view);
  }
}
