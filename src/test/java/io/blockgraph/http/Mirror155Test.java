package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What backs the target of a mirror when the job is over (requirements 1.9, the classes of QEMU's
/// test 155): each way to have a target, each with a whole copy, a copy of the top and a copy of
/// later writes. The chain is asked of the graph, the bytes are compared, and where the image names
/// its backing file a stranger reads it.
///
/// The one class that is not here is the active commit: there is no commit job yet.
class Mirror155Test {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);
  private final MirrorChain chain = new MirrorChain(service);
  private final String target = Service.fresh("target");

  private String targetFile(String more) {
    return "'targetFile':{'filename':'%s.qcow2','nodeName':'%s'%s}".formatted(target, target, more);
  }

  /// An image for the target, which may name a backing file.
  private void image(String more) {
    service
        .post(
            "/images",
            "{'driver':'qcow2','filename':'%s.qcow2','size':%d%s}".formatted(target, MIB, more))
        .expect(201);
  }

  private void node(String more) {
    service.added(
        "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s.qcow2'}%s}"
            .formatted(target, target, more));
  }

  private String ready(String sync, String more) {
    return bench.readyWith("'source':'%s','sync':'%s',%s".formatted(chain.source, sync, more));
  }

  private String readyNode(String sync, String more) {
    return ready(sync, "'target':'" + target + "'" + more);
  }

  private void isBackedBy(String backing) {
    chain.isServedBy(target);
    assertThat(chain.backing(target)).isEqualTo(backing);
    chain.sourceIsIntact();
  }

  private void names(String backing) {
    JsonNode info = QemuImg.info(service.image(target + ".qcow2"), "qcow2");
    String file = backing.isEmpty() ? "" : backing + ".qcow2";
    assertThat(info.path("backing-filename").asString("")).isEqualTo(file);
  }

  @Nested
  class TargetFileThatIsMade {
    @ParameterizedTest
    @ValueSource(strings = {"full", "top", "none"})
    void isBackedByWhatItsCopyLacksAndSaysSo(String sync) {
      String job = ready(sync, targetFile(""));
      chain.change();
      assertThat(chain.backing(target)).isEmpty();
      bench.succeeds(job);
      isBackedBy(chain.lacking(sync));
      chain.strangerReads(target);
      names(chain.lacking(sync));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "top", "none"})
    void hasClustersOfTheSizeThatWasAskedFor(String sync) {
      String job = ready(sync, targetFile(",'clusterSize':262144"));
      chain.change();
      bench.succeeds(job);
      isBackedBy(chain.lacking(sync));
      chain.strangerReads(target);
      JsonNode info = QemuImg.info(service.image(target + ".qcow2"), "qcow2");
      assertThat(info.path("cluster-size").asInt()).isEqualTo(262_144);
    }

    @Test
    void isBackedByNothingWhenTheTopIsAllThereIs() {
      String source = bench.disk(0x55);
      String members = "'source':'%s','sync':'top',%s".formatted(source, targetFile(""));
      bench.succeeds(bench.readyWith(members));
      assertThat(chain.backing(target)).isEmpty();
      assertThat(bench.content(target)).containsOnly((byte) 0x55);
    }

    @Test
    void namesWhatBacksTheSourceInTheEndThoughThatChangedMeanwhile() {
      String job = ready("top", targetFile(""));
      String between = Service.fresh("between");
      service
          .post(
              "/nodes/" + chain.base + "/snapshots",
              "{'overlayFile':'%s.qcow2','overlayName':'%s'}".formatted(between, between))
          .expect(201);
      bench.succeeds(job);
      chain.isServedBy(target);
      assertThat(chain.backing(target)).isEqualTo(between);
      service.delete("/nodes/" + chain.above).expect(200);
      service.delete("/nodes/" + target).expect(200);
      names(between);
    }
  }

  @Nested
  class TargetFileThatIsThere {
    @ParameterizedTest
    @ValueSource(strings = {"full", "top", "none"})
    void withoutBackingFileIsBackedByWhatItsCopyLacks(String sync) {
      image("");
      String job = ready(sync, targetFile(",'mode':'existing'"));
      chain.change();
      bench.succeeds(job);
      isBackedBy(chain.lacking(sync));
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "top", "none"})
    void withABackingFileIsBackedByWhatItsCopyLacksAllTheSame(String sync) {
      String other = bench.disk(0x77);
      image(",'backingFile':'%s.qcow2','backingFormat':'qcow2'".formatted(other));
      String job = ready(sync, targetFile(",'mode':'existing'"));
      chain.change();
      bench.succeeds(job);
      isBackedBy(chain.lacking(sync));
      if (sync.equals("full")) {
        service.delete("/nodes/" + other).expect(200);
        chain.strangerReads(target);
      }
    }

    @Test
    void thatIsShorterIsRefused() {
      service
          .post("/images", "{'driver':'qcow2','filename':'%s.qcow2','size':512}".formatted(target))
          .expect(201);
      Answer refused = refuses(422, "SIZE_MISMATCH", targetFile(",'mode':'existing'"));
      assertThat(refused.text("detail")).contains("512");
    }
  }

  private Answer refuses(int status, String code, String more) {
    String members = "'source':'%s','sync':'full',%s".formatted(chain.source, more);
    String body = "{'jobId':'" + Service.fresh("job") + "'," + members + "}";
    refusing.of(status, code, () -> service.post("/mirror-jobs?dryRun=true", body));
    return refusing.of(status, code, () -> service.post("/mirror-jobs", body));
  }

  @Nested
  class TargetNode {
    @Test
    void withoutBackingDiskKeepsNoneForAWholeCopy() {
      image("");
      node("");
      String job = readyNode("full", "");
      chain.change();
      bench.succeeds(job);
      isBackedBy("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"top", "none"})
    void withoutBackingDiskIsNotSwappedInForAPartUnlessThatIsMeant(String sync) {
      image("");
      node("");
      String job = readyNode(sync, "");
      Answer refused = service.post("/jobs/" + job + "/complete", "").expect(422);
      assertThat(refused.text("code")).isEqualTo("CONSENT_MISSING");
      service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
      bench.succeeds(readyNode(sync, ",'acceptPartialData':true"));
      assertThat(service.pathFrom(chain.above, "/file")).isEqualTo(target);
      assertThat(chain.backing(target)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "top", "none"})
    void withABackingDiskKeepsIt(String sync) {
      String backing = sync.equals("full") ? bench.disk(0x77) : chain.lacking(sync);
      image(",'backingFile':'%s.qcow2','backingFormat':'qcow2'".formatted(backing));
      node(",'backing':'" + backing + "'");
      String job = readyNode(sync, "");
      if (!sync.equals("none")) {
        chain.change();
      }
      bench.succeeds(job);
      isBackedBy(backing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "top", "none"})
    void withABackingDiskThatItsImageDoesNotNameKeepsIt(String sync) {
      String backing = sync.equals("full") ? bench.disk(0x77) : chain.lacking(sync);
      image("");
      node(",'backing':'" + backing + "'");
      String job = readyNode(sync, "");
      if (!sync.equals("none")) {
        chain.change();
      }
      bench.succeeds(job);
      isBackedBy(backing);
    }
  }

  @Nested
  class TargetNodeThatGetsItsBackingDiskBeforeItIsFinalized {
    private String pending(String sync) {
      image("");
      node("");
      String job = readyNode(sync, ",'autoFinalize':false,'acceptPartialData':true");
      chain.change();
      assertThat(bench.complete(job).text("status")).isEqualTo("pending");
      bench.copiesNothingMore(job);
      return job;
    }

    private void finishes(String job) {
      Answer over = service.post("/jobs/" + job + "/finalize?wait=30", "").expect(200);
      assertThat(over.body().path("error").isNull()).describedAs(over.body().toString()).isTrue();
    }

    /// For a whole copy a disk that it does not lack, so that it must hide it; for later writes the
    /// source cannot be: it has a writer, and a backing disk of a target must not change.
    @ParameterizedTest
    @ValueSource(strings = {"full", "top"})
    void byAPatch(String sync) {
      String job = pending(sync);
      String backing = sync.equals("full") ? bench.disk(0x77) : chain.lacking(sync);
      service.patch("/nodes/" + target, "{'backing':'" + backing + "'}").expect(200);
      chain.write(900_000, 700, 0x66);
      finishes(job);
      isBackedBy(backing);
    }

    @Test
    void byAPatchWithTheSourceItselfWhileNobodyWritesToIt() {
      String job = pending("none");
      service.patch("/nodes/" + target, "{'backing':'" + chain.source + "'}").expect(200);
      refusing.of(
          409, "PERMISSION_CONFLICT", () -> service.putData(chain.above, 0, new byte[] {1}));
      finishes(job);
      isBackedBy(chain.source);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "top"})
    void byASnapshot(String sync) {
      String job = pending(sync);
      String backing = sync.equals("full") ? bench.disk(0x77) : secondNodeOverTheBase();
      service
          .post(
              "/nodes/" + backing + "/snapshots",
              "{'overlayNode':'%s','acceptContentChange':true}".formatted(target))
          .expect(201);
      chain.write(900_000, 700, 0x66);
      finishes(job);
      isBackedBy(backing);
    }

    private String secondNodeOverTheBase() {
      return service.added(
          ("{'nodeName':'%s','driver':'qcow2','readOnly':true,"
                  + "'file':{'driver':'file','filename':'%s.qcow2'}}")
              .formatted(Service.fresh("again"), chain.base));
    }

    @Test
    void butNotByASnapshotOfTheSourceWhichTheJobOwns() {
      String job = pending("none");
      refusing.of(
          409,
          "NODE_BUSY",
          () ->
              service.post(
                  "/nodes/" + chain.source + "/snapshots",
                  "{'overlayNode':'%s','acceptContentChange':true}".formatted(target)));
      service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
      chain.isServedBy(chain.source);
    }
  }
}
