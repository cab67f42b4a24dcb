package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that are clients of this very service's exports, used like any disk.
@Timeout(180)
class NbdClientOverHttpTest {
  private static final int MIB = 1 << 20;

  @TempDir static Path folder;
  private static Service service;

  @BeforeAll
  static void start() {
    service =
        Service.on(
            folder.resolve("data"),
            "--blockgraph.nbd-client.allow=unix:" + folder.resolve("data/nbd.sock"));
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static String client(String export, String more) {
    return """
    {'nodeName':'%s','driver':'nbd','export':'%s',
     'server':{'type':'unix','path':'%s'}%s}\
    """
        .formatted(
            Service.fresh("far"), export, folder.resolve("data/nbd.sock").toAbsolutePath(), more);
  }

  /// Exports a node for writing; answers the export's name.
  private static String exported(String node) {
    String name = Service.fresh("export");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true}".formatted(name, node))
        .expect(201);
    return name;
  }

  private static String filled(int value) {
    String disk = service.qcow2(MIB);
    byte[] bytes = new byte[MIB];
    java.util.Arrays.fill(bytes, (byte) value);
    service.putData(disk, 0, bytes).expect(200);
    return disk;
  }

  @Test
  void aServerThatTheSettingDoesNotNameIsRefused() {
    String before = service.graph();
    for (String query : new String[] {"", "?dryRun=true"}) {
      Answer answer =
          service
              .post(
                  "/nodes" + query,
                  "{'nodeName':'x','driver':'nbd','server':{'type':'inet','host':'localhost'}}")
              .expect(403);
      assertThat(answer.text("code")).isEqualTo("FORBIDDEN_PATH");
      assertThat(answer.text("detail"))
          .contains("blockgraph.nbd-client.allow", "inet:localhost:10809");
    }
    assertThat(service.graph()).isEqualTo(before);
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefusedByName() {
    Answer answer =
        service
            .post("/nodes", "{'nodeName':'x','driver':'nbd','server':{'type':'unix'}}")
            .expect(422);
    assertThat(answer.text("detail")).contains("'path'");
  }

  @Test
  void copiesADiskToAServerAndBack() {
    String far = service.added(client(exported(service.qcow2(MIB)), ""));
    mirror(filled(0x41), far);
    assertThat(service.data(far, 0, MIB)).containsOnly((byte) 0x41);
    String back = service.qcow2(MIB);
    mirror(far, back);
    assertThat(service.data(back, 0, MIB)).containsOnly((byte) 0x41);
  }

  private static void mirror(String source, String target) {
    MirrorBench bench = new MirrorBench(service);
    bench.succeeds(bench.ready(source, target, ""));
  }

  @Test
  void standsBelowAnOverlayAndInAQuorum() {
    String far = service.added(client(exported(filled(0x42)), ",'readOnly':true"));
    String top = service.qcow2(MIB, ",'backing':'" + far + "'");
    service.putData(top, 4096, new byte[] {1}).expect(200);
    assertThat(service.data(top, 4095, 3)).containsExactly(0x42, 1, 0x42);
    String quorum = Service.fresh("quorum");
    service.added(
        "{'nodeName':'%s','driver':'quorum','readOnly':true,'voteThreshold':2,'children':['%s','%s','%s']}"
            .formatted(quorum, far, filled(0x42), filled(0x43)));
    assertThat(service.data(quorum, 70_000, 512)).containsOnly((byte) 0x42);
  }

  @Test
  void aLoopThroughAnExportEndsInATimeoutAndTheServiceGoesOn() {
    String disk = filled(0x44);
    String quorum = Service.fresh("quorum");
    service.added(
        "{'nodeName':'%s','driver':'quorum','voteThreshold':1,'children':['%s']}"
            .formatted(quorum, disk));
    String far = service.added(client(exported(quorum), ",'requestTimeout':1"));
    service.post("/nodes/" + quorum + "/children", "{'node':'" + far + "'}").expect(201);
    long begun = System.nanoTime();
    Answer answer = service.get("/nodes/" + quorum + "/data?offset=0&length=512");
    assertThat(answer.status()).isIn(200, 502, 500, 503);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    assertThat(service.data(disk, 0, 512)).containsOnly((byte) 0x44);
  }
}
