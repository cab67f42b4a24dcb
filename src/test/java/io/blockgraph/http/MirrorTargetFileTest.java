package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A target whose image and nodes come with the job: all of it or nothing when the job begins, and
/// what is left of it when the job ends without a swap.
class MirrorTargetFileTest {
  private static final long MIB = MirrorBench.MIB;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);
  private final String target = Service.fresh("target");

  private String body(String source, String sync, String more) {
    return "{'jobId':'%s','source':'%s','sync':'%s','targetFile':{'filename':'%s.qcow2','nodeName':'%s'%s}}"
        .formatted(Service.fresh("job"), source, sync, target, target, more);
  }

  private String ready(String source, String more) {
    return bench.readyWith(
        "'source':'%s','sync':'full','targetFile':{'filename':'%s.qcow2','nodeName':'%s'}%s"
            .formatted(source, target, target, more));
  }

  private void onlyItsFileIsLeft() {
    assertThat(service.get("/nodes/" + target).status()).isEqualTo(404);
    assertThat(service.get("/nodes/" + target + ".file").status()).isEqualTo(404);
    assertThat(service.image(target + ".qcow2")).exists();
    QemuImg.assertClean(service.image(target + ".qcow2"));
  }

  @ParameterizedTest
  @CsvSource({"soft, ''", "force, JOB_CANCELLED"})
  void leavesTheFileAndTakesItsNodesAwayWhenItIsCancelled(String mode, String code) {
    String source = bench.disk(0x21);
    String job = ready(source, "");
    Answer over = service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'" + mode + "'}");
    assertThat(over.expect(200).body().path("error").path("code").asString("")).isEqualTo(code);
    onlyItsFileIsLeft();
    service.delete("/nodes/" + source).expect(200);
    QemuImg.assertSameContent(
        service.image(source + ".qcow2"), "qcow2", service.image(target + ".qcow2"), "qcow2");
  }

  @Test
  void leavesTheFileAndTakesItsNodesAwayWhenItFails() {
    String faulty =
        service.added(
            "{'nodeName':'%s','driver':'blkdebug','file':'%s','injectError':[{'operation':'read'}]}"
                .formatted(Service.fresh("faulty"), bench.disk(0x22)));
    Answer asked = service.post("/mirror-jobs", body(faulty, "full", "")).expect(202);
    Answer over = service.get("/jobs/" + asked.text("id") + "?wait=30").expect(200);
    assertThat(over.body().path("error").path("code").asString()).isEqualTo("IO_ERROR");
    onlyItsFileIsLeft();
  }

  @Test
  void belongsToNobodyWhenNobodyUsedTheSource() {
    String source = bench.disk(0x23);
    bench.succeeds(ready(source, ""));
    assertThat(service.get("/nodes/" + target).expect(200).text("origin")).isEqualTo("named");
    assertThat(bench.content(target)).containsOnly((byte) 0x23);
    service.delete("/nodes/" + target).expect(200);
    assertThat(service.get("/nodes/" + target + ".file").status()).isEqualTo(404);
  }

  @Test
  void isSeenInTheGraphWhileTheJobRunsAndCannotBeTakenAway() {
    String job = ready(bench.disk(0x24), "");
    assertThat(service.get("/nodes/" + target).expect(200).text("origin")).isEqualTo("inline");
    refusing.of(409, "NODE_IN_USE", () -> service.delete("/nodes/" + target));
    assertThat(service.get("/jobs/" + job).body().path("details").path("targetFile").toString())
        .contains("\"" + target + ".qcow2\"", "\"qcow2\"", "\"absolute-paths\"");
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
  }

  @Test
  void mayBeRaw() {
    String source = bench.disk(0x25);
    String above = bench.filter(source);
    bench.succeeds(
        bench.readyWith(
            "'source':'%s','sync':'full','targetFile':{'filename':'%s.raw','nodeName':'%s','format':'raw'}"
                .formatted(source, target, target)));
    assertThat(service.pathFrom(above, "/file/file")).isEqualTo(target + ".file");
    assertThat(bench.content(above)).containsOnly((byte) 0x25);
  }

  @Test
  void aDryRunTellsTheNodesAndMakesNothing() {
    String source = bench.disk(0x26);
    String graph = service.graph();
    Answer planned = service.post("/mirror-jobs?dryRun=true", body(source, "full", ""));
    assertThat(planned.expect(200).body().path("nodesAdded").toString())
        .contains("\"" + target + "\"", "\"" + target + ".file\"");
    assertThat(service.graph()).isEqualTo(graph);
    assertThat(service.image(target + ".qcow2")).doesNotExist();
  }

  private Answer refuses(int status, String code, String body) {
    refusing.of(status, code, () -> service.post("/mirror-jobs?dryRun=true", body));
    return refusing.of(status, code, () -> service.post("/mirror-jobs", body));
  }

  @Test
  void refusesAFileThatIsThereAndOneThatIsNot() {
    String source = bench.disk(0x27);
    service
        .post("/images", "{'driver':'raw','filename':'%s.qcow2','size':512}".formatted(target))
        .expect(201);
    Answer there = refuses(409, "IMAGE_EXISTS", body(source, "full", ""));
    assertThat(there.text("detail")).contains(target + ".qcow2");
    String missing = body(source, "full", ",'mode':'existing'").replace(target, "missing");
    refuses(404, "IMAGE_NOT_FOUND", missing);
  }

  @Test
  void refusesWhatIsNoImageOfThatFormat() {
    service
        .post("/images", "{'driver':'raw','filename':'%s.qcow2','size':4096}".formatted(target))
        .expect(201);
    refuses(422, "IMAGE_FORMAT_ERROR", body(bench.disk(0x28), "full", ",'mode':'existing'"));
  }

  @Test
  void refusesAFileOutsideOfTheImageRoots() {
    String outside = body(bench.disk(0x29), "full", "").replace(target + ".qcow2", "/etc/x.qcow2");
    refuses(403, "FORBIDDEN_PATH", outside);
  }

  @Test
  void refusesTheFileOfTheSourceItself() {
    String source = bench.disk(0x2e);
    String own =
        body(source, "full", ",'mode':'existing'").replace(target + ".qcow2", source + ".qcow2");
    refusing.of(409, "IMAGE_LOCKED", () -> service.post("/mirror-jobs", own));
  }

  @Test
  void refusesANameThatIsTaken() {
    String source = bench.disk(0x2a);
    refuses(
        409,
        "NODE_NAME_IN_USE",
        body(source, "full", "").replace("'nodeName':'" + target, "'nodeName':'" + source));
  }

  @ParameterizedTest
  @CsvSource({
    "',`clusterSize`:300', 300",
    "',`clusterSize`:65536,`format`:`raw`', raw",
    "',`clusterSize`:65536,`mode`:`existing`', there"
  })
  void refusesClustersThatCannotBe(String more, String named) {
    service.post("/images", "{'driver':'qcow2','filename':'%s','size':%d}".formatted("there", MIB));
    String body = body(bench.disk(0x2b), "full", more.replace('`', '\''));
    Answer refused = refuses(400, "INVALID_PARAMETER", body);
    assertThat(Refusing.pointers(refused)).containsExactly("/targetFile/clusterSize");
    assertThat(refused.text("detail")).contains(named);
  }

  @Test
  void refusesARawCopyOfAPartBecauseNothingCanBackIt() {
    MirrorChain chain = new MirrorChain(service);
    for (String sync : new String[] {"top", "none"}) {
      refuses(422, "BACKING_UNSUPPORTED", body(chain.source, sync, ",'format':'raw'"));
    }
  }

  @Test
  void refusesTwoTargetsAndNone() {
    String source = bench.disk(0x2c);
    String both = body(source, "full", "").replace("'sync'", "'target':'x','sync'");
    Answer refused = refuses(400, "INVALID_REQUEST", both);
    assertThat(Refusing.pointers(refused)).containsExactly("/target");
    refuses(400, "INVALID_REQUEST", "{'jobId':'j','source':'%s','sync':'full'}".formatted(source));
    Answer unknown = refuses(400, "INVALID_REQUEST", body(source, "full", ",'size':1"));
    assertThat(Refusing.pointers(unknown)).containsExactly("/targetFile/size");
  }

  /// The image would be longer than the source, because qcow2 counts in sectors; that is found when
  /// it is made.
  @Test
  void leavesNoFileWhenTheImageCannotBeAsLongAsTheSource() {
    String source = Service.fresh("odd");
    service
        .post("/images", "{'driver':'raw','filename':'%s.raw','size':1000}".formatted(source))
        .expect(201);
    service.added(
        "{'nodeName':'%s','driver':'file','filename':'%s.raw'}".formatted(source, source));
    String body = body(source, "full", "");
    refusing.of(422, "SIZE_MISMATCH", () -> service.post("/mirror-jobs", body));
  }

  @Test
  void leavesNothingWhenTheGraphHasChanged() {
    String body = body(bench.disk(0x2d), "full", "");
    refusing.of(
        412,
        "REVISION_MISMATCH",
        () ->
            service.send(
                service
                    .request("/mirror-jobs")
                    .header("Content-Type", "application/json")
                    .header("If-Match", "\"1\"")
                    .POST(Service.body(body))));
  }

  @Test
  void aServiceThatIsKilledComesBackWithTheChainsAndWithoutTheNodesOfJobsUnderWay(
      @TempDir Path data) throws Exception {
    Map<String, MirrorChain> chains = new LinkedHashMap<>();
    try (ServiceProcess process = ServiceProcess.on(data)) {
      Service service = process.ready();
      for (String sync : List.of("full", "top", "none")) {
        chains.put(sync, completed(service, sync));
      }
      String left = members("full", "full", "left");
      new MirrorBench(service).readyWith(left);
      process.kill();
    }
    try (ServiceProcess process = ServiceProcess.on(data)) {
      Service service = process.ready();
      chains.forEach((sync, chain) -> isAsBefore(chain.at(service), sync));
      assertThat(service.get("/nodes/left").status()).isEqualTo(404);
      assertThat(data.resolve("images/left.qcow2")).exists();
    }
  }

  private static String members(String source, String sync, String target) {
    return "'source':'%s','sync':'%s','targetFile':{'filename':'%s.qcow2','nodeName':'%s'}"
        .formatted(source, sync, target, target);
  }

  private static MirrorChain completed(Service service, String sync) {
    MirrorChain chain = new MirrorChain(service);
    MirrorBench bench = new MirrorBench(service);
    String job = bench.readyWith(members(chain.source, sync, sync));
    chain.change();
    bench.succeeds(job);
    chain.write(10_000, 100, 0x77);
    service.post("/nodes/" + chain.above + "/flush", "").expect(200);
    return chain;
  }

  private static void isAsBefore(MirrorChain chain, String sync) {
    chain.isServedBy(sync);
    assertThat(chain.backing(sync)).isEqualTo(chain.lacking(sync));
    chain.sourceIsIntact();
  }
}
