package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Backups and points in time as a caller and as clients over NBD see them.
@Timeout(180)
class BackupOverHttpTest {
  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final String copy = Service.fresh("copy");

  private String body(String job, String source, String more) {
    return "{'jobId':'%s','source':'%s','sync':'full','targetFile':{'filename':'%s.qcow2','nodeName':'%s'}%s}"
        .formatted(job, source, copy, copy, more);
  }

  private static Path then(ChainBench chain, Path directory) {
    Path file = directory.resolve("then.raw");
    QemuImg.run("convert", "-f", "raw", "-O", "raw", chain.uri, file.toString()).ok();
    return file;
  }

  private void copyShows(Path then) {
    QemuImg.assertClean(service.image(copy + ".qcow2"));
    QemuImg.assertSameContent(then, "raw", service.image(copy + ".qcow2"), "qcow2");
  }

  @Test
  void theFileIsTheDiskOfTheStartWhileAClientWritesAllTheTime(@TempDir Path directory)
      throws Exception {
    ChainBench chain = new ChainBench(service);
    Path then = then(chain, directory);
    String job = Service.fresh("job");
    Answer started =
        service.post("/backup-jobs", body(job, chain.top(), ",'speed':1048576")).expect(202);
    assertThat(started.headers().firstValue("Location")).contains("/api/v1/jobs/" + job);
    assertThat(started.text("type")).isEqualTo("backup");
    try (VerifyingClient client = new VerifyingClient(chain.uri, ChainBench.MIB)) {
      client.verifiesOnceMore();
      service.patch("/jobs/" + job, "{'speed':0}").expect(200);
      chain.succeeds(job);
      client.verifiesOnceMore();
      client.finish();
    }
    assertThat(service.get("/nodes/" + copy).status()).isEqualTo(404);
    copyShows(then);
  }

  @Test
  void aPointInTimeIsExportedWhileAClientWrites(@TempDir Path directory) throws Exception {
    ChainBench chain = new ChainBench(service);
    Path then = then(chain, directory);
    String scratch = Service.fresh("scratch");
    service
        .post(
            "/images",
            "{'driver':'qcow2','filename':'%s.qcow2','size':%d}"
                .formatted(scratch, Files.size(then)))
        .expect(201);
    service
        .post(
            "/nodes",
            "{'nodeName':'%s','driver':'qcow2','backing':null,'file':{'driver':'file','filename':'%s.qcow2'}}"
                .formatted(scratch, scratch))
        .expect(201);
    String cbw = Service.fresh("cbw");
    service
        .post(
            "/nodes/" + chain.top() + "/filters",
            "{'nodeName':'%s','driver':'copy-before-write','target':'%s'}".formatted(cbw, scratch))
        .expect(201);
    String past =
        service.added(
            "{'nodeName':'%s','driver':'snapshot-access','file':'%s','readOnly':true}"
                .formatted(Service.fresh("past"), cbw));
    String export = Service.fresh("export");
    String uri =
        service
            .post(
                "/exports",
                "{'id':'%s','type':'nbd','nodeName':'%s','name':'%s'}"
                    .formatted(export, past, export))
            .expect(201)
            .body()
            .path("uris")
            .path(0)
            .asString();
    Path seen = directory.resolve("seen.raw");
    try (VerifyingClient client = new VerifyingClient(chain.uri, ChainBench.MIB)) {
      client.verifiesOnceMore();
      QemuImg.run("convert", "-f", "raw", "-O", "raw", uri, seen.toString()).ok();
      client.verifiesOnceMore();
      client.finish();
    }
    assertThat(Files.mismatch(then, seen)).isEqualTo(-1);
    refusing.of(
        400,
        "INVALID_PARAMETER",
        () -> service.delete("/nodes/" + chain.top() + "/filters/" + cbw));
    assertThat(service.get("/nodes/" + cbw).body().path("facts").path("pointInTime").asString())
        .isEqualTo("kept");
  }

  @Test
  void aDryRunTellsTheNodesAndMakesNothing() {
    ChainBench chain = new ChainBench(service);
    String graph = service.graph();
    Answer planned =
        service
            .post("/backup-jobs?dryRun=true", body(Service.fresh("job"), chain.top(), ""))
            .expect(200);
    assertThat(planned.body().path("nodesAdded").toString())
        .contains("\"" + copy + "\"", ".filter");
    assertThat(service.graph()).isEqualTo(graph);
    assertThat(service.image(copy + ".qcow2")).doesNotExist();
  }

  @Test
  void aPlanFindsTheSame() {
    ChainBench chain = new ChainBench(service);
    String action = body(Service.fresh("job"), chain.top(), "");
    Answer planned =
        service
            .post(
                "/graph/plan",
                "{'actions':[{'method':'POST','path':'/backup-jobs','body':%s}]}".formatted(action))
            .expect(200);
    assertThat(planned.body().toString()).contains("\"" + copy + "\"");
  }

  @Test
  void refusesAJobThatItsGraphHasChangedFor() {
    ChainBench chain = new ChainBench(service);
    Answer refused =
        service.send(
            service
                .request("/backup-jobs")
                .header("Content-Type", "application/json")
                .header("If-Match", "\"1\"")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        body(Service.fresh("job"), chain.top(), "").replace('\'', '"'))));
    assertThat(refused.status()).isEqualTo(412);
    assertThat(service.image(copy + ".qcow2")).doesNotExist();
  }

  @Test
  void refusesWhatCannotBeABackup() {
    ChainBench chain = new ChainBench(service);
    String job = Service.fresh("job");
    for (String target : List.of(chain.top(), chain.disk(0))) {
      Answer refused =
          refusing.of(
              409,
              "SELF_MIRROR",
              () ->
                  service.post(
                      "/backup-jobs",
                      "{'jobId':'%s','source':'%s','target':'%s','sync':'full'}"
                          .formatted(job, chain.top(), target)));
      assertThat(refused.text("detail")).contains(chain.top(), target);
    }
    refusing.of(
        400,
        "INVALID_REQUEST",
        () ->
            service.post(
                "/backup-jobs",
                "{'jobId':'%s','source':'%s','sync':'full'}".formatted(job, chain.top())));
    Answer clash = service.post("/backup-jobs", body(copy, chain.top(), "")).expect(400);
    assertThat(Refusing.pointers(clash)).containsExactly("/targetFile/nodeName");
  }

  @Test
  void theCopyIsStoredCompressed(@TempDir Path directory) {
    ChainBench chain = new ChainBench(service);
    Path then = then(chain, directory);
    String job = Service.fresh("job");
    Answer started =
        service.post("/backup-jobs", body(job, chain.top(), ",'compress':true")).expect(202);
    assertThat(started.body().path("details").path("compress").asBoolean()).isTrue();
    chain.succeeds(job);
    copyShows(then);
    assertThat(QemuImg.check(service.image(copy + ".qcow2")).count("compressed-clusters"))
        .isPositive();
  }

  @Test
  void aTargetThatStoresNothingCompressedIsRefusedAlsoByADryRun() {
    ChainBench chain = new ChainBench(service);
    String raw =
        body(Service.fresh("job"), chain.top(), ",'compress':true")
            .replace("qcow2'", "raw','format':'raw'");
    Answer refused = service.post("/backup-jobs?dryRun=true", raw);
    assertThat(refused.text("code")).isEqualTo("OPERATION_UNSUPPORTED");
    assertThat(refused.text("detail")).contains("cannot store compressed data");
    assertThat(service.post("/backup-jobs", raw).text("code")).isEqualTo("OPERATION_UNSUPPORTED");
    assertThat(service.image(copy + ".raw")).doesNotExist();
  }

  @Test
  void aFilterThatCompressesIsPutOverAnImageAndNothingElse() {
    ChainBench chain = new ChainBench(service);
    String node = chain.top();
    String filter = "{'nodeName':'%s','driver':'compress'}".formatted(Service.fresh("packed"));
    service.post("/nodes/" + node + "/filters", filter).expect(201);
    String plain =
        service.added(
            "{'nodeName':'%s','driver':'null','size':1048576}".formatted(Service.fresh("plain")));
    Answer refused =
        service.post("/nodes", "{'nodeName':'p','driver':'compress','file':'%s'}".formatted(plain));
    assertThat(refused.text("code")).isEqualTo("OPERATION_UNSUPPORTED");
  }

  /// Between the filter and its image nothing fits that does not store compressed, a job's own
  /// filter neither.
  @Test
  void whatIsBelowAFilterThatCompressesIsCopiedByTheNameOfTheFilter(@TempDir Path directory) {
    ChainBench chain = new ChainBench(service);
    Path then = then(chain, directory);
    String packed = Service.fresh("packed");
    String filter = "{'nodeName':'%s','driver':'compress'}".formatted(packed);
    service.post("/nodes/" + chain.top() + "/filters", filter).expect(201);
    Answer refused =
        service.post("/backup-jobs?dryRun=true", body(Service.fresh("job"), chain.top(), ""));
    assertThat(refused.text("code")).isEqualTo("OPERATION_UNSUPPORTED");
    assertThat(refused.text("detail")).contains(packed, "cannot store compressed data");
    String job = Service.fresh("job");
    service.post("/backup-jobs", body(job, packed, "")).expect(202);
    chain.succeeds(job);
    copyShows(then);
  }

  @Test
  void aSecondJobIsToldWhichOneHoldsTheDiskAndHowToGoOn() {
    ChainBench chain = new ChainBench(service);
    String first = Service.fresh("job");
    service.post("/backup-jobs", body(first, chain.top(), ",'speed':1024")).expect(202);
    chain.awaitsFirstChunk(first);
    Answer refused =
        refusing.of(
            409,
            "NODE_BUSY",
            () ->
                service.post(
                    "/backup-jobs",
                    body(Service.fresh("job"), chain.top(), "").replace(copy, copy + "2")));
    assertThat(refused.body().toString()).contains(first);
    service.post("/jobs/" + first + "/cancel?wait=30", "").expect(200);
    assertThat(service.graph()).doesNotContain(first);
    QemuIo.run(chain.uri, List.of("-f", "raw"), QemuIo.verify(1, 0, 65536));
  }
}
