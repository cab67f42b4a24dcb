package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What images name as their backing files after a snapshot, so that a stranger who opens them
/// without the service sees the same disk (BG-14).
class BackingLinksOverHttpTest {
  private static final int MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);

  private Path file(String node) {
    return service.image(node + ".qcow2");
  }

  private JsonNode info(String node) {
    return QemuImg.info(file(node), "qcow2");
  }

  private byte[] filled(String node, int value) {
    byte[] bytes = new byte[MIB];
    Arrays.fill(bytes, (byte) value);
    service.putData(node, 0, bytes).expect(200);
    return bytes;
  }

  private String snapshot(String node, String more) {
    String overlay = Service.fresh("overlay");
    Answer taken =
        service.post(
            "/nodes/" + node + "/snapshots",
            "{'overlayFile':'%s.qcow2','overlayName':'%s'%s}".formatted(overlay, overlay, more));
    assertThat(taken.expect(201).body().path("warnings")).isEmpty();
    return overlay;
  }

  /// Takes the nodes away, top first, so that nobody holds the images any more.
  private void letGo(String... nodes) {
    for (String node : nodes) {
      service.delete("/nodes/" + node).expect(200);
    }
  }

  private void strangerReads(String node, byte[] content) throws Exception {
    Path raw = service.image(Service.fresh("copy") + ".raw");
    QemuImg.convert(file(node), "qcow2", raw, "raw");
    assertThat(java.nio.file.Files.readAllBytes(raw)).isEqualTo(content);
  }

  @Test
  void aNewOverlayNamesTheFileOfTheNodeSoThatAStrangerSeesTheWholeDisk() throws Exception {
    String node = service.qcow2(MIB);
    byte[] content = filled(node, 0x5a);
    String overlay = snapshot(node, "");
    service.putData(overlay, 4096, new byte[] {7}).expect(200);
    content[4096] = 7;
    letGo(overlay, node);
    assertThat(info(overlay).get("backing-filename").asString()).isEqualTo(node + ".qcow2");
    assertThat(info(overlay).get("backing-filename-format").asString()).isEqualTo("qcow2");
    strangerReads(overlay, content);
  }

  @Test
  void aNewOverlayOnAQuorumNamesNothingBecauseNoFileShowsItsData() {
    String[] children = {service.qcow2(MIB), service.qcow2(MIB)};
    String quorum =
        service.added(
            "{'nodeName':'%s','driver':'quorum','voteThreshold':2,'children':['%s']}"
                .formatted(Service.fresh("quorum"), String.join("','", children)));
    String overlay = snapshot(quorum, "");
    letGo(overlay);
    assertThat(info(overlay).has("backing-filename")).isFalse();
  }

  @Test
  void aSnapshotInTheMiddleRewritesTheImageAboveWhenAskedTo() throws Exception {
    String base = service.qcow2(MIB);
    byte[] content = filled(base, 0x61);
    String top = snapshot(base, "");
    service.putData(top, 0, new byte[] {1}).expect(200);
    content[0] = 1;
    String between = snapshot(base, ",'persistBackingLinks':true");
    assertThat(service.pathFrom(top, "/backing/backing")).isEqualTo(base);
    letGo(top, between, base);
    assertThat(info(top).get("backing-filename").asString()).isEqualTo(between + ".qcow2");
    assertThat(info(between).get("backing-filename").asString()).isEqualTo(base + ".qcow2");
    strangerReads(top, content);
  }

  @Test
  void anExistingOverlayNamesTheNodeWhenAskedTo() throws Exception {
    String node = service.qcow2(MIB);
    byte[] content = filled(node, 0x62);
    String overlay = service.qcow2(MIB);
    service
        .post(
            "/nodes/" + node + "/snapshots",
            "{'overlayNode':'%s','persistBackingLinks':true}".formatted(overlay))
        .expect(201);
    letGo(overlay, node);
    strangerReads(overlay, content);
  }

  @Test
  void theImageAboveStaysAsItIsWhenNothingIsSaid() {
    String base = service.qcow2(MIB);
    String top = snapshot(base, "");
    String between = snapshot(base, "");
    letGo(top, between);
    assertThat(info(top).get("backing-filename").asString()).isEqualTo(base + ".qcow2");
  }

  @Test
  void refusesToRewriteAnImageThatIsReadOnlyBeforeAnythingHappens() {
    String base = service.qcow2(MIB);
    String middle = snapshot(base, "");
    snapshot(middle, "");
    Answer refused =
        refusing.of(
            409,
            "READ_ONLY",
            () ->
                service.post(
                    "/nodes/" + base + "/snapshots",
                    "{'overlayFile':'%s.qcow2','overlayName':'never','persistBackingLinks':true}"
                        .formatted(Service.fresh("never"))));
    assertThat(refused.text("detail")).contains("'" + middle + "'", "persistBackingLinks");
  }
}
