package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The classes of QEMU's test 041 about sources that nobody uses, permissions, filters and what is
/// replaced (requirements 1.9, BG-01).
class Mirror041PermissionsTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  private String faulty(String below, String permissions) {
    return service.added(
        "{'nodeName':'%s','driver':'blkdebug','file':'%s',%s}"
            .formatted(Service.fresh("perm"), below, permissions));
  }

  @Test
  void aJobNeedsAnId() {
    String body =
        "{'source':'%s','target':'%s','sync':'full'}"
            .formatted(bench.disk(0x11), service.qcow2(MIB));
    Answer refused = refusing.of(400, "INVALID_REQUEST", () -> service.post("/mirror-jobs", body));
    assertThat(Refusing.pointers(refused)).containsExactly("/jobId");
  }

  @Test
  void aSourceThatNobodyUsesIsCopied() {
    String source = bench.disk(0x12);
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(source, target, ""));
    assertThat(bench.content(target)).containsOnly((byte) 0x12);
    assertThat(service.get("/nodes/" + source).expect(200).body().path("parents")).isEmpty();
  }

  @Test
  void aReadOnlyTargetIsRefused() {
    String source = bench.disk(0x13);
    String target = service.qcow2(MIB, ",'readOnly':true");
    Answer refused =
        refusing.of(409, "READ_ONLY", () -> bench.ask(Service.fresh("job"), source, target, ""));
    assertThat(refused.text("detail")).contains("'" + target + "'");
  }

  /// Somebody reads the source and somebody else forbids reading the target: the one cannot be
  /// moved to the other. The job ends once, its filter is gone, and all four nodes are where they
  /// were.
  @Test
  void aPermissionThatFailsInTheEndFailsTheJobAndLeaksNothing() {
    String source = bench.disk(0x14);
    String target = service.qcow2(MIB);
    String forbids = faulty(target, "'unshareChildPermissions':['consistent-read']");
    String job = bench.ready(source, target, "'filterNodeName':'" + Service.fresh("f") + "'");
    String reads = faulty(source, "'takeChildPermissions':['consistent-read']");
    String filter =
        service.get("/jobs/" + job).body().path("details").path("filterNodeName").asString();
    JsonNode over = bench.complete(job).body();
    assertThat(over.path("status").asString()).isEqualTo("concluded");
    assertThat(over.path("error").path("code").asString()).isEqualTo("REPLACE_NO_LONGER_SAFE");
    assertThat(over.path("error").path("blockers").toString())
        .contains("\"" + reads + "\"", "\"" + forbids + "\"", "consistent-read");
    assertThat(service.pathFrom(reads, "/file")).isEqualTo(source);
    assertThat(service.pathFrom(forbids, "/file")).isEqualTo(target);
    assertThat(service.get("/nodes/" + filter).status()).isEqualTo(404);
    isFree(source, job);
  }

  /// Nothing is held any more: the source can be written, and the next job of that id completes.
  private void isFree(String source, String job) {
    service.delete("/jobs/" + job).expect(200);
    String other = service.qcow2(MIB);
    bench.ask(job, source, other, "").expect(202);
    service.get("/jobs/" + job + "?wait=30").expect(200);
    bench.succeeds(job);
    for (String node : List.of(source, other)) {
      service.putData(node, 0, new byte[] {1}).expect(200);
    }
  }

  @Test
  void aTargetThatForbidsWritingIsRefusedAtOnce() {
    String source = bench.disk(0x15);
    String target = service.qcow2(MIB);
    String forbids = faulty(target, "'unshareChildPermissions':['write']");
    Answer refused =
        refusing.of(
            409, "PERMISSION_CONFLICT", () -> bench.ask(Service.fresh("job"), source, target, ""));
    assertThat(refused.body().path("blockers").toString()).contains("\"" + forbids + "\"");
  }

  @Test
  void aNodeBelowFiltersIsReplaced() {
    String below = bench.disk(0x16);
    String inner = bench.filter(below);
    String outer = bench.filter(inner);
    String target = service.qcow2(MIB);
    bench.succeeds(bench.ready(outer, target, "'replaces':'" + below + "'"));
    assertThat(service.pathFrom(outer, "/file/file")).isEqualTo(target);
    assertThat(bench.content(outer)).containsOnly((byte) 0x16);
  }

  /// A job above another job's filter: each has a filter of its own, and both are taken out.
  @ParameterizedTest
  @ValueSource(strings = {"", "'filterNodeName':'named-by-us'"})
  void aDiskAboveOneThatIsMirroredIsMirroredToo(String name) {
    String below = bench.disk(0x17);
    String above = bench.filter(below);
    String top = bench.filter(above);
    String first = bench.ready(below, service.qcow2(MIB), "");
    String target = service.qcow2(MIB);
    String second = bench.ready(above, target, name);
    service.putData(top, 0, new byte[] {1, 2}).expect(200);
    bench.succeeds(second);
    assertThat(service.pathFrom(top, "/file")).isEqualTo(target);
    bench.succeeds(first);
    assertThat(service.data(top, 0, 3)).isEqualTo(new byte[] {1, 2, 0x17});
    assertThat(service.graph()).doesNotContain("\"" + first + "\"", "\"" + second + "\"");
  }
}
