package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.NbdTools;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Backups by bitmaps as a caller sees them, and QEMU's tools what they leave.
class BackupByBitmapOverHttpTest {
  private static final int MIB = 1 << 20;
  private static final int PART = 64 << 10;

  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  /// A disk with content and a bitmap `b` in its image.
  private String disk() {
    String disk = service.qcow2(2 * MIB);
    write(disk, 0, MIB, 1);
    service.post("/nodes/" + disk + "/bitmaps", "{'name':'b','persistent':true}").expect(201);
    return disk;
  }

  private void write(String node, long offset, int length, int value) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) value);
    service.putData(node, offset, bytes).expect(200);
  }

  private static String body(String job, String source, String sync, String more) {
    return "{'jobId':'%1$s','source':'%2$s','sync':'%3$s','targetFile':{'filename':'%1$s.qcow2','nodeName':'%1$s-t'}%4$s}"
        .formatted(job, source, sync, more);
  }

  private String copied(String source, String sync) {
    String job = Service.fresh("job");
    service.post("/backup-jobs", body(job, source, sync, ",'bitmap':'b'")).expect(202);
    bench.await(job, now -> now.path("status").asString().equals("concluded"));
    assertThat(service.get("/jobs/" + job).body().path("error").isNull()).isTrue();
    return job;
  }

  private long dirtyBytes(String disk) {
    Answer bitmap = service.get("/nodes/" + disk + "/bitmaps/b").expect(200);
    return bitmap.body().path("dirtyBytes").asLong();
  }

  private Path image(String job) {
    return service.image(job + ".qcow2");
  }

  @Test
  void aFullCopyAndItsIncrementsAreTheDiskOfTheirMoments(@TempDir Path directory)
      throws IOException {
    String disk = disk();
    write(disk, MIB, PART, 2);
    String full = copied(disk, "full");
    assertThat(dirtyBytes(disk)).isZero();
    write(disk, 3 * PART, 100, 3);
    String first = copied(disk, "incremental");
    byte[] then = service.data(disk, 0, 2 * MIB);
    write(disk, 7 * PART, PART, 4);
    String second = copied(disk, "incremental");
    QemuImg.rebaseUnsafe(image(first), image(full).toString(), "qcow2");
    QemuImg.rebaseUnsafe(image(second), image(first).toString(), "qcow2");
    shows(then, directory, image(first));
    shows(service.data(disk, 0, 2 * MIB), directory, image(second));
    assertThat(Files.size(image(second))).isLessThan(Files.size(image(full)));
  }

  private static void shows(byte[] content, Path directory, Path image) throws IOException {
    Path raw = Files.write(directory.resolve("then.raw"), content);
    QemuImg.assertClean(image);
    QemuImg.assertSameContent(raw, "raw", image, "qcow2");
  }

  /// What the image would have if the service was killed now.
  private List<?> killed(String disk, Path directory, String name) throws IOException {
    Path copy = Files.copy(service.image(disk + ".qcow2"), directory.resolve(name));
    return NbdTools.bitmap(copy, "b")
        .valueStream()
        .filter(e -> e.path("type").asInt() == 1)
        .toList();
  }

  @Test
  void theImageHasAllOfALentBitmapOrSaysThatItMayNot(@TempDir Path directory) throws IOException {
    String disk = disk();
    write(disk, 0, 4 * PART, 2);
    String job = Service.fresh("job");
    service
        .post("/backup-jobs", body(job, disk, "incremental", ",'bitmap':'b','autoFinalize':false"))
        .expect(202);
    assertThat(killed(disk, directory, "lent").toString()).contains("\"length\":" + 4 * PART);
    write(disk, MIB, 1, 3);
    Path written = Files.copy(service.image(disk + ".qcow2"), directory.resolve("written"));
    assertThat(QemuImg.info(written, "qcow2").toString()).contains("in-use");
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
    assertThat(dirtyBytes(disk)).isEqualTo(5 * PART);
    assertThat(killed(disk, directory, "back")).hasSize(2);
  }

  /// As QEMU's test 124 has it.
  @Test
  void whenOneOfAGroupFailsAllBitmapsAreAsTheyWere() {
    String[] disks = {disk(), disk()};
    String[] jobs = {Service.fresh("job"), Service.fresh("job")};
    for (int i = 0; i < 2; i++) {
      write(disks[i], 0, 4 * PART, 2);
      jobs[i] = Service.fresh("job");
    }
    String actions =
        "{'completionMode':'grouped','actions':[%s,%s]}"
            .formatted(
                action(body(jobs[0], disks[0], "incremental", ",'bitmap':'b'")),
                action(
                    body(jobs[1], disks[1], "incremental", ",'bitmap':'b','autoFinalize':false")));
    service.post("/transactions", actions).expect(200);
    bench.await(jobs[0], now -> now.path("status").asString().equals("pending"));
    write(disks[0], MIB, 1, 3);
    service.post("/jobs/" + jobs[1] + "/cancel", "{'mode':'force'}").expect(200);
    for (String job : jobs) {
      bench.await(job, now -> now.path("status").asString().equals("concluded"));
    }
    assertThat(dirtyBytes(disks[0])).isEqualTo(5 * PART);
    assertThat(dirtyBytes(disks[1])).isEqualTo(4 * PART);
    copied(disks[0], "incremental");
    assertThat(dirtyBytes(disks[0])).isZero();
  }

  private static String action(String body) {
    return "{'method':'POST','path':'/backup-jobs','body':" + body + "}";
  }

  /// A bitmap that an earlier action empties, or makes, is lent as that action leaves it.
  @Test
  void aFullCopyAndANewBitmapBeginAtOneMoment() {
    String disk = service.qcow2(2 * MIB);
    String job = Service.fresh("job");
    String add = "{'method':'POST','path':'/nodes/%s/bitmaps','body':{'name':'b'}}".formatted(disk);
    String start = action(body(job, disk, "full", ",'bitmap':'b'"));
    service.post("/transactions", "{'actions':[" + add + "," + start + "]}").expect(200);
    bench.await(job, now -> now.path("status").asString().equals("concluded"));
    write(disk, 5 * PART, 1, 9);
    assertThat(dirtyBytes(disk)).isEqualTo(PART);
    String next = Service.fresh("job");
    String merge =
        "{'method':'POST','path':'/nodes/%1$s/bitmaps/c/merge','body':{'bitmaps':[{'name':'b'}]}}"
            .formatted(disk);
    String more = add.replace("'b'", "'c'");
    String by = action(body(next, disk, "bitmap", ",'bitmap':'c'"));
    service.post("/transactions", "{'actions':[%s,%s,%s]}".formatted(more, merge, by)).expect(200);
    bench.await(next, now -> now.path("status").asString().equals("concluded"));
    assertThat(service.get("/jobs/" + next).body().path("progress").path("bytesTotal").asLong())
        .isEqualTo(PART);
    assertThat(dirtyBytes(disk)).isEqualTo(PART);
  }

  @Test
  void refusesBitmapsThatCannotBeTaken() {
    String disk = disk();
    String job = Service.fresh("job");
    for (String wrong :
        List.of(
            body(job, disk, "incremental", ""),
            body(job, disk, "none", ",'bitmap':'b'"),
            body(job, disk, "full", ",'bitmap':'b','bitmapMode':'never'"),
            body(job, disk, "incremental", ",'bitmap':'b','bitmapMode':'always'"))) {
      refusing.of(400, "INVALID_PARAMETER", () -> service.post("/backup-jobs", wrong));
    }
    String alone = body(job, disk, "full", ",'bitmapMode':'always'");
    refusing.of(400, "INVALID_REQUEST", () -> service.post("/backup-jobs", alone));
    String none = body(job, disk, "incremental", ",'bitmap':'nobody'");
    refusing.of(404, "BITMAP_NOT_FOUND", () -> service.post("/backup-jobs?dryRun=true", none));
    service.patch("/nodes/" + disk, "{'readOnly':true}").expect(200);
    String readOnly = body(job, disk, "incremental", ",'bitmap':'b'");
    refusing.of(409, "READ_ONLY", () -> service.post("/backup-jobs", readOnly));
    service.patch("/nodes/" + disk, "{'readOnly':false}").expect(200);
    service.post("/backup-jobs?dryRun=true", readOnly).expect(200);
    assertThat(service.get("/nodes/" + disk + "/bitmaps/b").body().path("busy").asBoolean())
        .isFalse();
  }
}
