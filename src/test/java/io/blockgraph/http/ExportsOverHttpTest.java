package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuIo;
import io.blockgraph.strangers.QemuIoSession;
import io.blockgraph.strangers.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Exports, as operators make them and as other people's clients use them.
class ExportsOverHttpTest {
  private static final long MIB = MirrorBench.MIB;

  @TempDir Path folder;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private Answer ask(String id, String node, boolean writable) {
    return service.post(
        "/exports",
        "{'id':'%s','type':'nbd','nodeName':'%s','writable':%b}".formatted(id, node, writable));
  }

  private String export(String node, boolean writable) {
    String id = Service.fresh("export");
    ask(id, node, writable).expect(201);
    return id;
  }

  private String uri(String export) {
    return service.get("/exports/" + export).expect(200).body().path("uris").path(0).asString();
  }

  @Test
  void servesADiskToQemuIoNbdinfoAndNbdcopy() throws Exception {
    String disk = bench.disk(0x61);
    String uri = uri(export(disk, true));
    JsonNode info = NbdTools.info(uri).path("exports").path(0);
    assertThat(info.path("export-size").asLong()).isEqualTo(MIB);
    assertThat(info.path("is_read_only").asBoolean()).isFalse();
    QemuIo.run(
        uri,
        List.of("-f", "raw"),
        QemuIo.verify(0x61, 0, MIB),
        QemuIo.write(0x62, 4096, 8192),
        "flush");
    Path copy = folder.resolve("copy.raw");
    NbdTools.copy(uri, copy.toString());
    assertThat(Files.readAllBytes(copy)).isEqualTo(bench.content(disk));
    assertThat(service.data(disk, 4096, 8192)).containsOnly((byte) 0x62);
  }

  @Test
  void refusesWritesOfAReadOnlyExport() {
    String uri = uri(export(bench.disk(0x63), false));
    assertThat(NbdTools.info(uri).path("exports").path(0).path("is_read_only").asBoolean())
        .isTrue();
    Ran ran = QemuIo.tryRun(uri, List.of("-f", "raw"), QemuIo.write(1, 0, 512));
    assertThat(ran.exitCode()).isNotZero();
  }

  /// The clients of an export as soon as they have read a block.
  private JsonNode readers(String export) throws InterruptedException {
    JsonNode clients = service.get("/exports/" + export + "/clients").body().path("clients");
    for (int i = 0; i < 1200 && clients.path(0).path("readBytes").asLong() < 4096; i++) {
      Thread.sleep(50);
      clients = service.get("/exports/" + export + "/clients").body().path("clients");
    }
    return clients;
  }

  @Test
  void listsItsClientsAndSendsThemAwayWhenItEnds() throws Exception {
    String export = export(bench.disk(0x64), true);
    try (QemuIoSession client = QemuIoSession.at(uri(export), List.of("-f", "raw"))) {
      assertThat(client.tell("read 0 4096")).contains("read 4096/4096 bytes");
      JsonNode clients = readers(export);
      assertThat(clients).hasSize(1);
      assertThat(clients.path(0).path("readBytes").asLong()).isGreaterThanOrEqualTo(4096);
      String gently = "/exports/" + export + "?mode=safe";
      assertThat(refusing.of(409, "EXPORT_IN_USE", () -> service.delete(gently)).text("detail"))
          .isEqualTo("export '" + export + "' is in use, number of clients: 1");
      refusing.of(
          400, "INVALID_PARAMETER", () -> service.delete("/exports/" + export + "?mode=soft"));
      service.delete("/exports/" + export).expect(200);
      refusing.of(404, "EXPORT_NOT_FOUND", () -> service.get("/exports/" + export));
      assertThat(client.tell("read 0 4096")).contains("read failed");
    }
  }

  @Test
  void followsItsNodeThroughASnapshotAndAMirrorWhileAClientVerifies() throws Exception {
    String disk = service.qcow2(8 * MIB);
    String export = export(disk, true);
    String uri = uri(export);
    CompletableFuture<Ran> client =
        CompletableFuture.supplyAsync(() -> NbdTools.fioVerify(uri, 8 * MIB));
    String overlay = service.qcow2(8 * MIB);
    service.post("/nodes/" + disk + "/snapshots", "{'overlayNode':'" + overlay + "'}").expect(201);
    assertThat(service.get("/exports/" + export).text("nodeName")).isEqualTo(overlay);
    String copy = service.qcow2(8 * MIB);
    bench.succeeds(bench.ready(overlay, copy, "'copyMode':'write-blocking'"));
    assertThat(service.get("/exports/" + export).text("nodeName")).isEqualTo(copy);
    client.get(120, TimeUnit.SECONDS).ok();
    QemuIo.run(uri, List.of("-f", "raw"), "read 0 8M");
  }

  private long lengthAt(String uri) {
    return NbdTools.info(uri).path("exports").path(0).path("export-size").asLong();
  }

  @Test
  void resizesUnderClientsWhereTheExportAllowsItAndTellsThoseWhoComeLater() throws Exception {
    String disk = service.qcow2(8 * MIB);
    String export = Service.fresh("export");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':true,'allowResize':true}"
                .formatted(export, disk))
        .expect(201);
    String uri = uri(export);
    CompletableFuture<Ran> client =
        CompletableFuture.supplyAsync(() -> NbdTools.fioVerify(uri, MIB));
    assertThat(lengthAt(uri)).isEqualTo(8 * MIB);
    service.post("/nodes/" + disk + "/resize", "{'size':%d}".formatted(16 * MIB)).expect(200);
    assertThat(lengthAt(uri)).isEqualTo(16 * MIB);
    QemuIo.run(uri, List.of("-f", "raw"), QemuIo.write(0x68, 15 * MIB, MIB));
    client.get(120, TimeUnit.SECONDS).ok();
    service
        .post("/nodes/" + disk + "/resize", "{'size':%d,'allowShrink':true}".formatted(2 * MIB))
        .expect(200);
    assertThat(lengthAt(uri)).isEqualTo(2 * MIB);
    assertThat(service.get("/exports/" + export).body().path("allowResize").asBoolean()).isTrue();
  }

  @Test
  void writesToAQuorumButNotToOneOfItsChildren() {
    String[] children = {bench.disk(0x65), bench.disk(0x65)};
    String quorum = bench.quorum(children);
    Answer refused =
        refusing.of(
            409, "PERMISSION_CONFLICT", () -> ask(Service.fresh("export"), children[0], true));
    assertThat(refused.body().path("blockers").path(0).path("unsharedBy").path("edge").asString())
        .isEqualTo(quorum + ":children.0");
    QemuIo.run(
        uri(export(children[0], false)), List.of("-f", "raw", "-r"), QemuIo.verify(0x65, 0, MIB));
    QemuIo.run(
        uri(export(quorum, true)), List.of("-f", "raw"), QemuIo.write(0x66, 0, MIB), "flush");
    assertThat(bench.content(children[1])).containsOnly((byte) 0x66);
  }

  @Test
  void refusesAnExportOfNothingAndANameThatIsTaken() {
    refusing.of(404, "NODE_NOT_FOUND", () -> ask(Service.fresh("export"), "nobody", false));
    String disk = bench.disk(0x67);
    String export = export(disk, false);
    refusing.of(409, "NODE_NAME_IN_USE", () -> ask(export, disk, false));
    refusing.of(
        400,
        "INVALID_REQUEST",
        () -> service.post("/exports", "{'id':'e','type':'iscsi','nodeName':'" + disk + "'}"));
  }
}
