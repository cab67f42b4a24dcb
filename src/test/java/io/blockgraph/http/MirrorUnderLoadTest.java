package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Strangers who use a disk over NBD from before a mirror begins until after its target has taken
/// the place: fio writes and verifies all the time, and qemu-io leaves a mark at every status.
@Timeout(180)
class MirrorUnderLoadTest {
  private static final long MIB = MirrorBench.MIB;
  private static final long LOADED = 8 * MIB;
  private static final long SIZE = 2 * LOADED;
  private static final int MARK_BYTES = 70_144;
  private static final String SLOWLY = "'speed':65536,'bufSize':65536";
  private static final List<String> RAW = List.of("-f", "raw");

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final String source = service.qcow2(SIZE);
  private final String target = service.qcow2(SIZE);
  private final String export = bench.export(source, true);
  private final String uri = uri();
  private final List<String> marks = new ArrayList<>();

  private String uri() {
    return service.get("/exports/" + export).expect(200).body().path("uris").path(0).asString();
  }

  /// Writes what has not been written before, in the half of the disk that fio leaves alone.
  private void mark() {
    int number = marks.size() + 1;
    long offset = LOADED + (long) (number - 1) * (MIB / 2) + 512;
    QemuIo.run(uri, RAW, QemuIo.write(number, offset, MARK_BYTES));
    marks.add(QemuIo.verify(number, offset, MARK_BYTES));
  }

  /// Behind the marks: what keeps a slow job running however late its clients come.
  private void fillTheEnd() {
    byte[] bytes = new byte[(int) MIB];
    Arrays.fill(bytes, (byte) 0x5a);
    for (long offset = SIZE - 3 * MIB; offset < SIZE; offset += MIB) {
      service.putData(source, offset, bytes).expect(200);
    }
  }

  private String start(String more) {
    String job = Service.fresh("job");
    bench.ask(job, source, target, more).expect(202);
    return job;
  }

  /// Asks for a verb, waits until the job is where that leads, and leaves a mark there.
  private void markWhen(String job, String status, String verb) {
    if (!verb.isEmpty()) {
      service.post("/jobs/" + job + "/" + verb, "").expect(200);
    }
    bench.await(job, now -> now.path("status").asString().equals(status));
    mark();
    assertThat(service.get("/jobs/" + job).text("status")).isEqualTo(status);
  }

  private Path image(String node) {
    return service.image(node + ".qcow2");
  }

  /// Lets the images go, so that others may judge them.
  private void close() {
    service.delete("/exports/" + export).expect(200);
    for (String node : List.of(source, target)) {
      service.delete("/nodes/" + node).expect(200);
      QemuImg.assertClean(image(node));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"background", "write-blocking"})
  void noByteIsLostFromBeforeTheMirrorBeginsUntilAfterItsTargetHasTakenThePlace(String mode)
      throws Exception {
    fillTheEnd();
    try (VerifyingClient client = new VerifyingClient(uri, LOADED)) {
      mark();
      String job = start(SLOWLY + ",'autoFinalize':false,'copyMode':'" + mode + "'");
      markWhen(job, "running", "");
      markWhen(job, "paused", "pause");
      markWhen(job, "running", "resume");
      service.patch("/jobs/" + job, "{'speed':0}").expect(200);
      markWhen(job, "ready", "");
      markWhen(job, "standby", "pause");
      markWhen(job, "ready", "resume");
      markWhen(job, "pending", "complete");
      client.verifiesOnceMore();
      markWhen(job, "concluded", "finalize");
      assertThat(service.get("/jobs/" + job).body().path("error").isNull()).isTrue();
      assertThat(service.get("/exports/" + export).text("nodeName")).isEqualTo(target);
      client.verifiesOnceMore();
      client.finish();
    }
    QemuIo.run(uri, RAW, marks.toArray(String[]::new));
    close();
    QemuIo.run(image(target), "qcow2", marks.toArray(String[]::new));
    List<String> before = marks.subList(0, marks.size() - 1);
    QemuIo.run(image(source), "qcow2", before.toArray(String[]::new));
  }

  @Test
  void aSoftCancelOfAMirrorThatWasUnderLoadLeavesAnEqualCopy() throws Exception {
    String job;
    try (VerifyingClient client = new VerifyingClient(uri, LOADED)) {
      job = start("");
      markWhen(job, "ready", "");
      client.verifiesOnceMore();
      client.finish();
    }
    mark();
    service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'soft'}").expect(200);
    assertThat(service.get("/exports/" + export).text("nodeName")).isEqualTo(source);
    close();
    QemuIo.run(image(target), "qcow2", marks.toArray(String[]::new));
    QemuImg.assertSameContent(image(source), "qcow2", image(target), "qcow2");
  }
}
