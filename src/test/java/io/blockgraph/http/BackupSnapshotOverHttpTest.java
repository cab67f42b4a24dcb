package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Disks get an overlay while they are backed up, as a caller and as clients over NBD see it.
@Timeout(180)
class BackupSnapshotOverHttpTest {
  private static final long MIB = ChainBench.MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final String copy = Service.fresh("copy");
  private final String job = Service.fresh("job");
  private final String over = Service.fresh("over");

  private static String backup(String job, String source, String copy, String more) {
    return "{'jobId':'%s','source':'%s','sync':'full','targetFile':{'filename':'%s.qcow2','nodeName':'%s'}%s}"
        .formatted(job, source, copy, copy, more);
  }

  private static String overlay(String name) {
    return "{'overlayFile':'%1$s.qcow2','overlayName':'%1$s'}".formatted(name);
  }

  private static String action(String path, String body) {
    return "{'method':'POST','path':'%s','body':%s}".formatted(path, body);
  }

  private void assertCopied(Path then) {
    QemuImg.assertClean(service.image(copy + ".qcow2"));
    QemuImg.assertSameContent(then, "raw", service.image(copy + ".qcow2"), "qcow2");
  }

  @Test
  void clientsGoOnInTheOverlayWhichStandsOnTheDiskInTheEnd(@TempDir Path directory)
      throws Exception {
    ChainBench chain = new ChainBench(service);
    Path then = directory.resolve("then.raw");
    QemuImg.run("convert", "-f", "raw", "-O", "raw", chain.uri, then.toString()).ok();
    service.post("/backup-jobs", backup(job, chain.top(), copy, ",'speed':1024")).expect(202);
    try (VerifyingClient client = new VerifyingClient(chain.uri, MIB)) {
      client.verifiesOnceMore();
      Answer taken =
          service.post("/nodes/" + chain.top() + "/snapshots", overlay(over)).expect(201);
      assertThat(taken.body().path("warnings")).isEmpty();
      assertThat(chain.backing(over)).isEqualTo(job + ".filter");
      client.verifiesOnceMore();
      refusesToTakeApart(chain);
      service.patch("/jobs/" + job, "{'speed':0}").expect(200);
      chain.succeeds(job);
      client.verifiesOnceMore();
      client.finish();
    }
    assertThat(chain.backing(over)).isEqualTo(chain.top());
    assertThat(chain.chainOf(over)).startsWith(over, chain.top());
    assertCopied(then);
  }

  /// The disk is the job's until it ends.
  private void refusesToTakeApart(ChainBench chain) {
    String disk = chain.top();
    isBusy("/commit-jobs", "{'jobId':'%s-c','top':'%s','base':'%s'}".formatted(copy, over, disk));
    isBusy("/stream-jobs", "{'jobId':'%s-s','node':'%s'}".formatted(copy, over));
    isBusy("/nodes/" + disk + "/resize", "{'size':16777216}");
  }

  private void isBusy(String path, String body) {
    assertThat(service.post(path, body).expect(409).text("code")).isEqualTo("NODE_BUSY");
  }

  /// Whichever comes first: the copies and the disks that are kept are of the same moment.
  @Test
  void disksAreCopiedAndKeptInOneTransaction() {
    String[] disks = {service.qcow2(MIB), service.qcow2(MIB)};
    List<String> actions = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      service.putData(disks[i], 5, new byte[] {(byte) (i + 1)}).expect(200);
      String backup = action("/backup-jobs", backup(job + i, disks[i], copy + i, ""));
      actions.add(i, action("/nodes/" + disks[i] + "/snapshots", overlay(over + i)));
      actions.add(i, backup);
    }
    service
        .post(
            "/transactions",
            "{'completionMode':'grouped','actions':[" + String.join(",", actions) + "]}")
        .expect(200);
    for (int i = 0; i < 2; i++) {
      service.putData(over + i, 5, new byte[] {9}).expect(200);
    }
    for (int i = 0; i < 2; i++) {
      assertThat(is(job + i, "concluded").path("error").isNull()).isTrue();
      QemuIo.run(service.image(copy + i + ".qcow2"), "qcow2", QemuIo.verify(i + 1, 5, 1));
      assertThat(service.data(over + i, 5, 1)).containsExactly(9);
      assertThat(service.data(disks[i], 5, 1)).containsExactly(i + 1);
    }
  }

  private JsonNode is(String job, String status) {
    return bench.await(job, now -> now.path("status").asString().equals(status));
  }
}
