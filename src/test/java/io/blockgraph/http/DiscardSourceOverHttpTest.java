package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Image fleecing that gives back its storage on the way, as a caller sees it.
@Timeout(120)
class DiscardSourceOverHttpTest {
  private static final int MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final String disk = service.qcow2(2 * MIB);
  private final String scratch = service.qcow2(2 * MIB);
  private final String cbw = Service.fresh("cbw");
  private final String past = Service.fresh("past");
  private final String copy = Service.fresh("copy");

  @BeforeEach
  void keepsThePastOfADiskThatIsWritten() {
    write(disk, 1);
    service
        .post(
            "/nodes/" + disk + "/filters",
            "{'nodeName':'%s','driver':'copy-before-write','target':'%s'}".formatted(cbw, scratch))
        .expect(201);
    look(past);
    write(cbw, 2);
  }

  private void write(String node, int value) {
    byte[] bytes = new byte[MIB];
    Arrays.fill(bytes, (byte) value);
    service.putData(node, 0, bytes).expect(200);
  }

  private String look(String name) {
    return service.added(
        "{'nodeName':'%s','driver':'snapshot-access','file':'%s','readOnly':true}"
            .formatted(name, cbw));
  }

  private Answer backUp(String query, String source, String sync, String more) {
    return service.post(
        "/backup-jobs" + query,
        "{'jobId':'%s','source':'%s','sync':'%s','discardSource':true,'targetFile':{'filename':'%s.qcow2','nodeName':'%s'}%s}"
            .formatted(Service.fresh("job"), source, sync, copy, copy, more));
  }

  @Test
  void theCopyIsOfThePastAndThePastIsGone(@TempDir Path directory) throws Exception {
    byte[] bytes = new byte[2 * MIB];
    Arrays.fill(bytes, 0, MIB, (byte) 1);
    Path then = Files.write(directory.resolve("then.raw"), bytes);
    backUp("?dryRun=true", past, "full", "").expect(200);
    Answer started = backUp("", past, "full", "").expect(202);
    assertThat(started.body().path("details").path("discardSource").asBoolean()).isTrue();
    Answer over = service.get("/jobs/" + started.text("id") + "?wait=30").expect(200);
    assertThat(over.text("status")).describedAs("%s", over.body()).isEqualTo("concluded");
    QemuImg.assertClean(service.image(copy + ".qcow2"));
    QemuImg.assertSameContent(then, "raw", service.image(copy + ".qcow2"), "qcow2");
    assertThat(service.get("/nodes/" + cbw).body().path("facts").path("discardedBytes").asLong())
        .isEqualTo(2 * MIB);
    refusing.of(400, "INVALID_PARAMETER", () -> service.get("/nodes/" + past + "/data?length=512"));
  }

  @Test
  void refusesWhateverElseSomebodyMayWantToRead() {
    for (String query : List.of("?dryRun=true", "")) {
      for (String source : List.of(disk, cbw)) {
        assertThat(refused(() -> backUp(query, source, "full", ""))).contains(source);
      }
      assertThat(refused(() -> backUp(query, past, "top", ""))).contains("'top'");
    }
    String other = look(Service.fresh("past"));
    assertThat(refused(() -> backUp("", past, "full", ""))).contains(other);
  }

  private String refused(Supplier<Answer> request) {
    Answer refused = refusing.of(400, "INVALID_PARAMETER", request);
    assertThat(refused.body().path("errors").path(0).path("pointer").asString())
        .isEqualTo("/discardSource");
    return refused.text("detail");
  }

  @Test
  void whoReadsThePastIsNamed() {
    String export = Service.fresh("export");
    service
        .post("/exports", "{'id':'%s','type':'nbd','nodeName':'%s'}".formatted(export, past))
        .expect(201);
    Answer refused = refusing.of(409, "PERMISSION_CONFLICT", () -> backUp("", past, "full", ""));
    assertThat(refused.text("detail")).contains(export);
  }
}
