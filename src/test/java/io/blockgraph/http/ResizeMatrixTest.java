package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The rows of the resize matrix in requirements 1.5 that are not among those of
/// [ResizesOverHttpTest].
class ResizeMatrixTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private Answer resize(String node, long size) {
    return service.post("/nodes/" + node + "/resize", "{'size':%d}".formatted(size));
  }

  private long sizeOf(String node) {
    return service.get("/nodes/" + node).expect(200).body().path("sizeBytes").asLong();
  }

  private static JsonNode blocker(Answer refused) {
    return refused.body().path("blockers").path(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesANodeWithAnExportWritableOrNotBG22(boolean writable) {
    String node = service.qcow2(MIB);
    String export = Service.fresh("export");
    service
        .post(
            "/exports",
            "{'id':'%s','type':'nbd','nodeName':'%s','writable':%s}"
                .formatted(export, node, writable))
        .expect(201);
    Answer refused = refusing.of(409, "PERMISSION_CONFLICT", () -> resize(node, 2 * MIB));
    assertThat(blocker(refused).path("node").asString()).isEqualTo(node);
    assertThat(blocker(refused).path("permissions").path(0).asString()).isEqualTo("resize");
    assertThat(blocker(refused).path("requiredBy").path("kind").asString()).isEqualTo("command");
    assertThat(blocker(refused).path("unsharedBy").path("edge").asString())
        .isEqualTo(export + ":root");
    service.delete("/exports/" + export).expect(200);
    resize(node, 2 * MIB).expect(200);
  }

  @Test
  void refusesTheFileUnderAChildOfAQuorumAndNamesTheEdgeOfTheFormatBG22() {
    String child = service.qcow2(MIB);
    bench.quorum(child, service.qcow2(MIB));
    String file = service.pathFrom(child, "/file");
    Answer refused = refusing.of(409, "PERMISSION_CONFLICT", () -> resize(file, 8 * MIB));
    assertThat(blocker(refused).path("unsharedBy").path("edge").asString())
        .isEqualTo(child + ":file");
  }

  @Test
  void resizesNoChildOfAQuorumWhenOneOfThemFails() {
    String[] children = {service.qcow2(MIB), service.qcow2(MIB), service.qcow2(MIB)};
    String faulty =
        service.added(
            ("{'nodeName':'%s','driver':'blkdebug','file':'%s',"
                    + "'injectError':[{'operation':'resize','errno':'ENOSPC'}]}")
                .formatted(Service.fresh("faulty"), children[1]));
    String quorum = bench.quorum(children[0], faulty, children[2]);
    byte[] before = bench.fill(quorum, 0x52);
    String graph = service.graph();
    Answer refused = Refusing.isProblem(resize(quorum, 2 * MIB), 507, "NO_SPACE");
    assertThat(refused.text("detail")).contains(quorum);
    assertThat(service.graph()).isEqualTo(graph);
    assertThat(bench.content(quorum)).isEqualTo(before);
    for (String child : children) {
      assertThat(sizeOf(child)).isEqualTo(MIB);
    }
    assertThat(sizeOf(quorum)).isEqualTo(MIB);
  }

  @Test
  void growsTheDeepestDiskOfAChainAndAllAboveReadAsBeforeBG20() {
    String[] chain = service.chain(3, MIB);
    byte[] bytes = bench.fill(chain[0], 0x51);
    resize(chain[0], 2 * MIB).expect(200);
    assertThat(sizeOf(chain[0])).isEqualTo(2 * MIB);
    assertThat(sizeOf(chain[2])).isEqualTo(MIB);
    assertThat(bench.content(chain[2])).isEqualTo(bytes);
  }

  @Test
  void answersTheLengthThatCameOfItBG24() {
    Answer answer = resize(service.qcow2(MIB), 3 * MIB + 512).expect(200);
    assertThat(answer.body().path("size").asLong()).isEqualTo(3 * MIB + 512);
    assertThat(answer.body().path("effectiveSize").asLong()).isEqualTo(3 * MIB + 512);
    assertThat(answer.body().path("from").asLong()).isEqualTo(MIB);
  }

  @Test
  void writesIntoTheNewAreaAreNeverOverwrittenByItsZeroesBG25() throws Exception {
    byte[] word = {1, 2, 3, 4};
    for (int round = 0; round < 6; round++) {
      String base = service.qcow2(3 * MIB);
      byte[] pattern = new byte[(int) (3 * MIB)];
      Arrays.fill(pattern, (byte) 0xaa);
      service.putData(base, 0, pattern).expect(200);
      String overlay = service.qcow2(MIB, ",'backing':'" + base + "'");
      long at = 2 * MIB + 8192;
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> writeAsSoonAsItFits(overlay, at, word));
      resize(overlay, 3 * MIB).expect(200);
      writer.get();
      byte[] seen = service.data(overlay, MIB, (int) (2 * MIB));
      byte[] wanted = new byte[seen.length];
      System.arraycopy(word, 0, wanted, (int) (at - MIB), word.length);
      assertThat(seen).as("round %d", round).isEqualTo(wanted);
      service.delete("/nodes/" + overlay).expect(200);
      QemuImg.assertClean(service.image(overlay + ".qcow2"));
    }
  }

  /// Tries until the disk is long enough.
  private void writeAsSoonAsItFits(String node, long offset, byte[] bytes) {
    int status = 416;
    for (int i = 0; i < 10_000 && status == 416; i++) {
      status = service.putData(node, offset, bytes).status();
    }
    assertThat(status).isEqualTo(200);
  }
}
