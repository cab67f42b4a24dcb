package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The classes of QEMU's test 041 about one disk (requirements 1.9): each length and each way to
/// name the target, from the start to every end.
class Mirror041SingleDiskTest {
  private final Service service = Service.shared();
  private final Refusing refusing = new Refusing(service);
  private final MirrorBench bench = new MirrorBench(service);

  /// How long the disk is: usual, nothing at all, no whole cluster.
  private enum Length {
    USUAL(1 << 20),
    ZERO(0),
    UNALIGNED(1025 * 1024);

    final int bytes;

    Length(int bytes) {
      this.bytes = bytes;
    }
  }

  /// A disk below a filter, its target, and what both hold in the end.
  private final class Case {
    final Length length;
    final String source;
    final String above;
    final String target = Service.fresh("target");

    Case(Length length) {
      this.length = length;
      this.source = service.qcow2(length.bytes);
      this.above = bench.filter(source);
      write(0, length.bytes, 0x41);
    }

    void write(int offset, int bytes, int value) {
      byte[] data = new byte[Math.min(bytes, length.bytes - Math.min(offset, length.bytes))];
      Arrays.fill(data, (byte) value);
      if (data.length > 0) {
        service.putData(above, offset, data).expect(200);
      }
    }

    String ready(String more) {
      return bench.readyWith(
          ("'source':'%s','sync':'full',"
                  + "'targetFile':{'filename':'%s.qcow2','nodeName':'%s'%s}")
              .formatted(source, target, target, more));
    }

    void isCopied(String job) {
      write(length.bytes / 2, 700, 0x42);
      byte[] wanted = content();
      bench.succeeds(job);
      assertThat(service.pathFrom(above, "/file")).isEqualTo(target);
      assertThat(content()).isEqualTo(wanted);
      assertThat(service.get("/nodes/" + target).body().path("sizeBytes").asLong())
          .isEqualTo(length.bytes);
    }

    byte[] content() {
      return length.bytes == 0 ? new byte[0] : service.data(above, 0, length.bytes);
    }
  }

  @ParameterizedTest
  @EnumSource
  void isCopiedAndTakenOver(Length length) {
    Case disk = new Case(length);
    disk.isCopied(disk.ready(""));
  }

  @ParameterizedTest
  @EnumSource
  void isLeftAsItIsByACancel(Length length) {
    Case disk = new Case(length);
    String job = Service.fresh("job");
    service
        .post(
            "/mirror-jobs",
            MirrorBench.body(job, disk.source, service.qcow2(length.bytes), "'speed':1024"))
        .expect(202);
    Answer over = service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
    assertThat(over.body().path("error").path("code").asString()).isEqualTo("JOB_CANCELLED");
    assertThat(service.pathFrom(disk.above, "/file")).isEqualTo(disk.source);
  }

  @ParameterizedTest
  @EnumSource
  void isEqualToItsCopyWhenAReadyJobIsCancelledSoftly(Length length) {
    Case disk = new Case(length);
    String target = service.qcow2(length.bytes);
    String job = bench.ready(disk.source, target, "");
    disk.write(length.bytes / 2, 700, 0x43);
    service.post("/jobs/" + job + "/cancel?wait=30", "{'mode':'soft'}").expect(200);
    assertThat(service.pathFrom(disk.above, "/file")).isEqualTo(disk.source);
    byte[] copy = length.bytes == 0 ? new byte[0] : service.data(target, 0, length.bytes);
    assertThat(copy).isEqualTo(disk.content());
  }

  @ParameterizedTest
  @EnumSource
  void isNotCopiedWhileTheJobRests(Length length) {
    Case disk = new Case(length);
    String job = disk.ready("");
    service.post("/jobs/" + job + "/pause", "").expect(200);
    bench.await(job, now -> now.path("status").asString().equals("standby"));
    long done = done(job);
    disk.write(0, 5_000, 0x44);
    assertThat(done(job)).isEqualTo(done);
    service.post("/jobs/" + job + "/resume", "").expect(200);
    disk.isCopied(job);
  }

  private long done(String job) {
    return service.get("/jobs/" + job).body().path("progress").path("bytesDone").asLong();
  }

  /// Less memory than a cluster, than what is remembered at once, and than a sector.
  @ParameterizedTest
  @CsvSource({
    "USUAL, 4096, 65536",
    "USUAL, 1, 512",
    "UNALIGNED, 65536, 4096",
    "UNALIGNED, 512, 67108864",
    "ZERO, 4096, 65536"
  })
  void isCopiedWithSmallBuffers(Length length, int buffer, int granularity) {
    Case disk = new Case(length);
    String target = service.qcow2(length.bytes);
    String more = "'bufSize':%d,'granularity':%d".formatted(buffer, granularity);
    String job = bench.ready(disk.source, target, more);
    disk.write(length.bytes / 3, 900, 0x45);
    byte[] wanted = disk.content();
    bench.succeeds(job);
    assertThat(service.pathFrom(disk.above, "/file")).isEqualTo(target);
    assertThat(disk.content()).isEqualTo(wanted);
  }

  @ParameterizedTest
  @EnumSource
  void isCopiedIntoLargeClusters(Length length) {
    Case disk = new Case(length);
    disk.isCopied(disk.ready(",'clusterSize':1048576"));
  }

  @ParameterizedTest
  @EnumSource
  void isReadyAtOnceAndVerifiedWhenThereIsNothingToCopy(Length length) {
    String source = service.qcow2(length.bytes);
    String job = bench.ready(source, service.qcow2(length.bytes), "'verify':true");
    assertThat(done(job)).isZero();
    bench.succeeds(job);
  }

  @Test
  void isWatchedByAFilterThatIsHiddenAndGoesWithTheJob() {
    Case disk = new Case(Length.USUAL);
    String job = disk.ready("");
    String filter =
        service.get("/jobs/" + job).body().path("details").path("filterNodeName").asString();
    assertThat(service.pathFrom(disk.above, "/file")).isEqualTo(filter);
    assertThat(nodes("/nodes")).contains(disk.source).doesNotContain(filter);
    assertThat(nodes("/nodes?implicit=true")).contains(filter);
    disk.isCopied(job);
    assertThat(service.get("/nodes/" + filter).status()).isEqualTo(404);
  }

  private List<String> nodes(String path) {
    return service
        .get(path)
        .expect(200)
        .body()
        .path("nodes")
        .valueStream()
        .map(node -> node.path("nodeName").asString())
        .toList();
  }

  @Test
  void isNotCopiedWhenANodeOrAFileIsNotThere() {
    String disk = bench.disk(0x46);
    refusing.of(404, "NODE_NOT_FOUND", () -> bench.ask(Service.fresh("job"), "nobody", disk, ""));
    refusing.of(404, "NODE_NOT_FOUND", () -> bench.ask(Service.fresh("job"), disk, "nobody", ""));
    String file =
        "{'jobId':'%s','source':'%s','sync':'full','targetFile':{'filename':'nothing.qcow2','nodeName':'x','mode':'existing'}}"
            .formatted(Service.fresh("job"), disk);
    refusing.of(404, "IMAGE_NOT_FOUND", () -> service.post("/mirror-jobs", file));
    String twice =
        "{'jobId':'%1$s','source':'%2$s','sync':'full','targetFile':{'filename':'nothing.qcow2','nodeName':'%1$s'}}"
            .formatted(Service.fresh("job"), disk);
    Answer clash = service.post("/mirror-jobs", twice).expect(400);
    assertThat(Refusing.pointers(clash)).containsExactly("/targetFile/nodeName");
    assertThat(clash.text("detail")).contains("is to be the job, too");
    refusing.of(409, "SELF_MIRROR", () -> bench.ask(Service.fresh("job"), disk, disk, ""));
  }
}
