package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An image whose file has to grow while a point in time of the file is kept.
class CopyBeforeWriteGrowthOverHttpTest {
  private static final long MIB = 1 << 20;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);
  private final String disk = Service.fresh("disk");
  private final String file = disk + "-file";
  private final String cbw = Service.fresh("cbw");
  private final String past = Service.fresh("past");
  private final List<String> exports = new ArrayList<>();
  private final Path image = service.image(disk + ".qcow2");
  private long sizeThen;

  @TempDir Path folder;

  /// A disk of 64 MiB, 1 MiB written, over a file whose moment is kept.
  private void keepAMomentOfTheFile() throws IOException {
    QemuImg.create(image, 64 * MIB, Map.of());
    QemuIo.run(image.toString(), List.of("-f", "qcow2"), QemuIo.write(1, 0, MIB));
    Files.copy(image, folder.resolve("then.qcow2"));
    sizeThen = Files.size(image);
    try (RandomAccessFile scratch =
        new RandomAccessFile(service.image(disk + "-scratch").toFile(), "rw")) {
      scratch.setLength(sizeThen);
    }
    service.added("{'nodeName':'%s','driver':'file','filename':'%s.qcow2'}".formatted(file, disk));
    service.added("{'nodeName':'%s','driver':'qcow2','file':'%s'}".formatted(disk, file));
    service
        .post(
            "/nodes/" + file + "/filters",
            ("{'nodeName':'%s','driver':'copy-before-write',"
                    + "'target':{'driver':'file','filename':'%s-scratch'}}")
                .formatted(cbw, disk))
        .expect(201);
    showThePast();
  }

  private void showThePast() {
    service.added(
        "{'nodeName':'%s','driver':'snapshot-access','file':'%s','readOnly':true}"
            .formatted(past, cbw));
  }

  private String exported(String node, boolean writable) {
    String export = bench.export(node, writable);
    exports.add(export);
    return service.get("/exports/" + export).body().path("uris").path(0).asString();
  }

  private void write(String uri, int value, long offset, long length) {
    QemuIo.run(uri, List.of("-f", "raw"), QemuIo.write(value, offset, length), "flush");
  }

  private long sizeOf(String node) {
    return service.get("/nodes/" + node).expect(200).body().path("sizeBytes").asLong();
  }

  private void showsWhatWasThere(String uri) throws IOException {
    Path seen = folder.resolve("seen.qcow2");
    QemuImg.run("convert", "-f", "raw", "-O", "raw", uri, seen.toString()).ok();
    assertThat(Files.mismatch(folder.resolve("then.qcow2"), seen)).isEqualTo(-1);
    assertThat(sizeOf(past)).isEqualTo(sizeThen);
    assertThat(service.get("/nodes/" + cbw).body().path("facts").path("pointInTime").asString())
        .isEqualTo("kept");
  }

  @Test
  void clientsWriteNewClustersOfTheImageAndThePastOfItsFileStaysWhatItWas() throws IOException {
    keepAMomentOfTheFile();
    String uriOfThePast = exported(past, false);
    String uri = exported(disk, true);
    write(uri, 2, 0, 8 * MIB);
    showsWhatWasThere(uriOfThePast);
    write(uri, 3, 32 * MIB, 8 * MIB);
    showsWhatWasThere(uriOfThePast);
    QemuIo.run(
        uri,
        List.of("-f", "raw"),
        QemuIo.verify(2, 0, 8 * MIB),
        QemuIo.verify(0, 8 * MIB, 24 * MIB),
        QemuIo.verify(3, 32 * MIB, 8 * MIB));
    assertThat(sizeOf(cbw)).isGreaterThan(sizeThen);
    letsGo();
    QemuImg.assertClean(image);
    QemuIo.run(image.toString(), List.of("-f", "qcow2"), QemuIo.verify(3, 32 * MIB, 8 * MIB));
  }

  private void letsGo() {
    for (String export : exports) {
      service.delete("/exports/" + export).expect(200);
    }
    for (String node : List.of(past, disk, cbw, file)) {
      service.delete("/nodes/" + node).expect(200);
    }
  }

  /// A disk of 1 MiB of ones whose moment is kept and shown.
  private String keepAMomentOfADisk() {
    String kept = bench.disk(1);
    String filter =
        "{'nodeName':'%s','driver':'copy-before-write','target':'%s'}"
            .formatted(cbw, service.qcow2(MIB));
    service.post("/nodes/" + kept + "/filters", filter).expect(201);
    showThePast();
    return kept;
  }

  private Answer resize(String node, String query, long size) {
    return service.post(
        "/nodes/" + node + "/resize" + query, "{'size':%d,'allowShrink':true}".formatted(size));
  }

  @Test
  void theFilterItselfIsResizedAndThePastIsNot() {
    String kept = keepAMomentOfADisk();
    String uriOfThePast = exported(past, false);
    resize(cbw, "?dryRun=true", 3 * MIB).expect(200);
    assertThat(sizeOf(kept)).isEqualTo(MIB);
    resize(cbw, "", 3 * MIB).expect(200);
    assertThat(sizeOf(kept)).isEqualTo(3 * MIB);
    write(exported(cbw, true), 2, 0, 3 * MIB);
    assertThat(sizeOf(past)).isEqualTo(MIB);
    QemuIo.run(uriOfThePast, List.of("-r", "-f", "raw"), QemuIo.verify(1, 0, MIB));
    resize(cbw, "", MIB).expect(409);
  }

  @Test
  void itIsNotMadeShorterThanItsMomentNorResizedFromBelow() {
    String kept = keepAMomentOfADisk();
    resize(cbw, "", 3 * MIB).expect(200);
    resize(cbw, "", MIB).expect(200);
    for (String query : List.of("?dryRun=true", "")) {
      refusing.of(422, "RESIZE_UNSUPPORTED", () -> resize(cbw, query, MIB - 512));
      refusing.of(409, "PERMISSION_CONFLICT", () -> resize(kept, query, 2 * MIB));
    }
    assertThat(service.data(past, 0, (int) MIB)).containsOnly((byte) 1);
  }

  private void turn(String node, String query, boolean active) {
    service.put("/nodes/" + node + "/active" + query, "{'active':" + active + "}").expect(200);
  }

  /// Which clusters were copied is not known any more, and the present must not be shown under the
  /// name of the past.
  @ParameterizedTest
  @ValueSource(longs = {MIB, 3 * MIB})
  void handedOverAndTakenBackTheDiskIsThereAndItsPastIsLost(long size) {
    keepAMomentOfADisk();
    resize(cbw, "", size).expect(200);
    turn(past, "", false);
    turn(past, "?dryRun=true", true);
    turn(past, "", true);
    assertThat(service.get("/nodes/" + cbw).body().path("facts").path("pointInTime").asString())
        .isEqualTo("lost");
    assertThat(service.get("/nodes/" + past + "/data?offset=0&length=512").status()).isEqualTo(500);
    assertThat(service.data(cbw, 0, (int) MIB)).containsOnly((byte) 1);
    assertThat(sizeOf(cbw)).isEqualTo(size);
    assertThat(sizeOf(past)).isEqualTo(MIB);
  }

  /// Its moment is that at which it becomes active.
  @Test
  void oneThatComesInactiveKeepsItsMomentFromItsFirstUseOn() {
    String kept = bench.disk(1);
    String target = service.qcow2(MIB);
    for (String node : List.of(kept, target)) {
      turn(node, "", false);
    }
    service.added(
        "{'nodeName':'%s','driver':'copy-before-write','active':false,'file':'%s','target':'%s'}"
            .formatted(cbw, kept, target));
    turn(cbw, "", true);
    bench.fill(cbw, 2);
    showThePast();
    assertThat(service.data(past, 0, (int) MIB)).containsOnly((byte) 1);
  }

  @Test
  void aFilterComesBetweenItAndAFileThatHasGrown() {
    String kept = keepAMomentOfADisk();
    resize(cbw, "", 3 * MIB).expect(200);
    String between = Service.fresh("throttle");
    service
        .post(
            "/nodes/" + kept + "/filters",
            "{'nodeName':'%s','driver':'throttle','iopsTotal':100000}".formatted(between))
        .expect(201);
    service.putData(cbw, 0, new byte[(int) (3 * MIB)]).expect(200);
    assertThat(service.data(past, 0, (int) MIB)).containsOnly((byte) 1);
  }

  @Test
  void inATransactionThePastCanBeUsedBehindAChangeOfLength() {
    keepAMomentOfADisk();
    String part = Service.fresh("part");
    String actions =
        """
        {'actions':[
          {'method':'POST','path':'/nodes/%s/resize','body':{'size':%d}},
          {'method':'POST','path':'/nodes','body':
            {'nodeName':'%s','driver':'raw','readOnly':true,'offset':4096,'file':'%s'}}]}
        """
            .formatted(cbw, 3 * MIB, part, past);
    service.post("/transactions?dryRun=true", actions).expect(200);
    service.post("/transactions", actions).expect(200);
    assertThat(sizeOf(part)).isEqualTo(MIB - 4096);
  }
}
