package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import io.blockgraph.strangers.StorageDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A format over `preallocate`, as clients and the file system see it.
class PreallocateOverHttpTest {
  private static final long MIB = 1 << 20;
  private static final long RESERVE = 32 * MIB;
  private static final String FILTER =
      "'driver':'preallocate','preallocSize':" + RESERVE + ",'preallocAlign':" + 4 * MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final String disk = Service.fresh("disk");
  private final Path image = service.image(disk + ".qcow2");

  @TempDir Path folder;

  /// A disk of 64 MiB over the filter, which has no name.
  private void overTheFilter() {
    QemuImg.create(image, 64 * MIB, Map.of());
    service.added(
        "{'nodeName':'%s','driver':'qcow2','file':{%s,'file':%s}}".formatted(disk, FILTER, file()));
  }

  private String file() {
    return "{'nodeName':'%s-file','driver':'file','filename':'%s.qcow2'}".formatted(disk, disk);
  }

  private String exported() {
    String export = bench.export(disk, true);
    return service.get("/exports/" + export).body().path("uris").path(0).asString();
  }

  private static void write(String uri, int pattern, long offset, long length) {
    QemuIo.run(uri, List.of("-f", "raw"), QemuIo.write(pattern, offset, length), "flush");
  }

  private long length() {
    return length(image);
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copy(Path to) {
    try {
      Files.copy(image, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theFileIsCutToItsDataWhenItsWriterGoesAndIsAsLongAsQemuLeavesIt() {
    overTheFilter();
    Path qemus = folder.resolve("qemus.qcow2");
    copy(qemus);
    String export = bench.export(disk, true);
    String uri = service.get("/exports/" + export).body().path("uris").path(0).asString();
    write(uri, 7, 0, 4 * MIB);
    write(uri, 8, 32 * MIB, 3 * MIB);
    assertThat(length()).isGreaterThan(RESERVE).isEqualTo(length() / (4 * MIB) * (4 * MIB));
    service.delete("/exports/" + export).expect(200);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    byQemu(qemus);
    assertThat(length()).isEqualTo(length(qemus));
    QemuImg.assertClean(image);
    QemuImg.assertSameContent(image, "qcow2", qemus, "qcow2");
  }

  private void byQemu(Path copy) {
    Path socket = folder.resolve("nbd.sock");
    String filter =
        "file.driver=preallocate,file.prealloc-size=%d,file.prealloc-align=%d"
            .formatted(RESERVE, 4 * MIB);
    try (StorageDaemon daemon =
        StorageDaemon.start(
            folder,
            "--blockdev",
            "driver=qcow2,node-name=d,"
                + filter
                + ",file.file.driver=file,file.file.filename="
                + copy,
            "--nbd-server",
            "addr.type=unix,addr.path=" + socket,
            "--export",
            "nbd,id=e,node-name=d,name=d,writable=on")) {
      assertThat(daemon.pid()).isPositive();
      String uri = "nbd+unix:///d?socket=" + socket;
      write(uri, 7, 0, 4 * MIB);
      write(uri, 8, 32 * MIB, 3 * MIB);
      assertThat(length(copy)).isGreaterThan(RESERVE);
    }
  }

  /// What a machine that loses its power leaves.
  @Test
  void anImageWithItsReserveIsCleanAndHoldsWhatWasFlushed() {
    overTheFilter();
    write(exported(), 9, 5 * MIB, 2 * MIB);
    Path left = folder.resolve("left.qcow2");
    copy(left);
    assertThat(length(left)).isGreaterThan(RESERVE);
    QemuImg.assertClean(left);
    QemuIo.run(left, "qcow2", QemuIo.verify(9, 5 * MIB, 2 * MIB), QemuIo.write(1, 0, 20 * MIB));
    QemuImg.assertClean(left);
  }

  @Test
  void getsBelowAFormatThatIsWrittenAndOutAgain() {
    QemuImg.create(image, 64 * MIB, Map.of());
    service.added("{'nodeName':'%s','driver':'qcow2','file':%s}".formatted(disk, file()));
    String uri = exported();
    write(uri, 1, 0, MIB);
    String filter = Service.fresh("room");
    service
        .post("/nodes/" + disk + "-file/filters", "{'nodeName':'%s',%s}".formatted(filter, FILTER))
        .expect(201);
    write(uri, 2, MIB, 8 * MIB);
    assertThat(length()).isGreaterThan(RESERVE);
    assertThat(service.get("/nodes/" + filter).body().path("sizeBytes").asLong())
        .isLessThan(RESERVE);
    service.delete("/nodes/" + disk + "-file/filters/" + filter).expect(200);
    assertThat(length()).isLessThan(RESERVE);
    write(uri, 3, 40 * MIB, 8 * MIB);
    QemuIo.run(
        uri,
        List.of("-f", "raw"),
        QemuIo.verify(1, 0, MIB),
        QemuIo.verify(2, MIB, 8 * MIB),
        QemuIo.verify(3, 40 * MIB, 8 * MIB));
  }

  /// The longer table is written without the filter, before the filter is closed.
  @Test
  void whatAChangeWritesBehindTheDataWhileTheFilterGoesIsKept() {
    QemuImg.create(image, 64 * MIB, Map.of("cluster_size", "4096"));
    service.added("{'nodeName':'%s','driver':'qcow2','file':%s}".formatted(disk, file()));
    String filter = Service.fresh("room");
    service
        .post("/nodes/" + disk + "-file/filters", "{'nodeName':'%s',%s}".formatted(filter, FILTER))
        .expect(201);
    byte[] bytes = bench.fill(disk, 5);
    assertThat(length()).isGreaterThan(RESERVE);
    String remove =
        "{'method':'DELETE','path':'/nodes/%s-file/filters/%s'}".formatted(disk, filter);
    String grow =
        "{'method':'POST','path':'/nodes/%s/resize','body':{'size':%d}}"
            .formatted(disk, (2 << 20) * MIB);
    service.post("/transactions", "{'actions':[%s,%s]}".formatted(remove, grow)).expect(200);
    assertThat(service.data(disk, 0, (int) MIB)).isEqualTo(bytes);
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    QemuImg.assertClean(image);
    QemuIo.run(
        image.toString(),
        List.of("-r", "-f", "qcow2"),
        QemuIo.verify(5, 0, MIB),
        "read -P 0 2097148M 4M");
  }

  @Test
  void reservesAsMuchAsItIsToldMeanwhile() {
    QemuImg.create(image, 64 * MIB, Map.of());
    String filter =
        service.added("{'nodeName':'%s-room',%s,'file':%s}".formatted(disk, FILTER, file()));
    service.added("{'nodeName':'%s','driver':'qcow2','file':'%s'}".formatted(disk, filter));
    service.patch("/nodes/" + filter, "{'preallocSize':" + 100 * MIB + "}").expect(200);
    write(exported(), 1, 0, MIB);
    assertThat(length()).isGreaterThan(100 * MIB);
    assertThat(service.get("/nodes/" + filter).body().toString()).contains("reservedBytes");
  }

  /// Its end is seen by whoever reads it.
  @Test
  void aRawDiskGetsTheLengthItIsGiven() {
    String filter =
        service.added("{'nodeName':'%s-room',%s,'file':%s}".formatted(disk, FILTER, newFile()));
    service.added("{'nodeName':'%s','driver':'raw','file':'%s'}".formatted(disk, filter));
    service.post("/nodes/" + disk + "/resize", "{'size':" + 5 * MIB + "}").expect(200);
    assertThat(length()).isEqualTo(5 * MIB);
  }

  private String newFile() {
    QemuImg.createRaw(image, MIB);
    return file();
  }
}
