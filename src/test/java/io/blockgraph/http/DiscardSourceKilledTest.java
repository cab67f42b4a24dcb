package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while a backup gives up the past that it copies, and a client
/// writes: what was flushed is there, and of what was overwritten the past is in the copy or where
/// it was kept. The job is over, as interrupted.
@Timeout(600)
class DiscardSourceKilledTest {
  private static final int CLUSTER = 64 << 10;
  private static final int STRIDE = CLUSTER / FlushedWrites.BLOCK;
  private static final int BYTES = FlushedWrites.BLOCKS * CLUSTER;

  @TempDir Path data;

  /// A disk, the filter that keeps what it was, and who writes the first block of each cluster.
  private static final class Round {
    final String disk;
    final String scratch;
    final String keeper;
    final String past;
    final String job;
    final FlushedWrites writes;

    Round(Service service, Random random) {
      disk = service.qcow2(BYTES);
      scratch = disk + "-scratch";
      keeper = disk + "-keeper";
      past = disk + "-past";
      job = disk + "-copy";
      service.putData(disk, 0, ones()).expect(200);
      service
          .post(
              "/images", "{'driver':'raw','filename':'%s.img','size':%d}".formatted(scratch, BYTES))
          .expect(201);
      service.added("{'nodeName':'%1$s','driver':'file','filename':'%1$s.img'}".formatted(scratch));
      service
          .post(
              "/nodes/" + disk + "/filters",
              "{'nodeName':'%s','driver':'copy-before-write','target':'%s'}"
                  .formatted(keeper, scratch))
          .expect(201);
      service.added(
          "{'nodeName':'%s','driver':'snapshot-access','file':'%s','readOnly':true}"
              .formatted(past, keeper));
      writes = new FlushedWrites(random, (_, _) -> false);
      writes.resume(FlushedWrites.through(service, keeper, STRIDE), ones());
    }

    void backUp(Service service) {
      service
          .post(
              "/backup-jobs",
              "{'jobId':'%1$s','source':'%2$s','sync':'full','discardSource':true,'speed':4194304,'targetFile':{'nodeName':'%1$s-t','filename':'%1$s.qcow2'}}"
                  .formatted(job, past))
          .expect(202);
    }
  }

  private static byte[] ones() {
    byte[] ones = new byte[BYTES];
    Arrays.fill(ones, (byte) 1);
    return ones;
  }

  private Path image(String name) {
    return data.resolve("images").resolve(name);
  }

  private byte[] content(Path qcow2) throws Exception {
    Path raw = data.resolve("content.raw");
    QemuImg.run("convert", "-f", "qcow2", "-O", "raw", qcow2.toString(), raw.toString()).ok();
    return Files.readAllBytes(raw);
  }

  private static byte[] cluster(byte[] content, int index) {
    return Arrays.copyOfRange(content, index * CLUSTER, (index + 1) * CLUSTER);
  }

  /// Looks at what the kill has left; answers how many clusters are in the copy alone.
  private int lookAtImages(Round round) throws Exception {
    QemuImg.assertLeaksAtMost(image(round.disk + ".qcow2"));
    QemuImg.assertLeaksAtMost(image(round.job + ".qcow2"));
    byte[] disk = content(image(round.disk + ".qcow2"));
    byte[] copy = content(image(round.job + ".qcow2"));
    byte[] kept = Files.readAllBytes(image(round.scratch + ".img"));
    byte[] past = cluster(ones(), 0);
    int copied = 0;
    for (int i = 0; i < FlushedWrites.BLOCKS; i++) {
      boolean isKept = Arrays.equals(past, cluster(kept, i));
      if (!Arrays.equals(past, cluster(disk, i)) && !isKept) {
        assertThat(cluster(copy, i)).as("past of cluster %d", i).isEqualTo(past);
        copied++;
      }
    }
    return copied;
  }

  private static void look(Service service, Round round) {
    byte[] blocks = new byte[FlushedWrites.BLOCKS * FlushedWrites.BLOCK];
    for (int i = 0; i < FlushedWrites.BLOCKS; i++) {
      byte[] block = service.data(round.keeper, (long) i * CLUSTER, FlushedWrites.BLOCK);
      System.arraycopy(block, 0, blocks, i * FlushedWrites.BLOCK, block.length);
    }
    round.writes.areIn(blocks);
    assertThat(service.graph()).doesNotContain("backup-");
    Answer job = service.get("/jobs/" + round.job).expect(200);
    assertThat(job.text("status")).as("%s", job.body()).isEqualTo("concluded");
    assertThat(job.body().path("error").path("code").asString(""))
        .as("%s", job.body())
        .isIn("", "JOB_INTERRUPTED");
    assertThat(service.get("/nodes/" + round.past + "/data?length=512").status()).isNotEqualTo(200);
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("DiscardSourceKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    int copied = 0;
    ServiceProcess process = ServiceProcess.on(data);
    try {
      for (int i = 0; i < rounds; i++) {
        Service service = process.ready();
        Round round = new Round(service, new Random(random.nextLong()));
        CompletableFuture<Void> writing =
            CompletableFuture.runAsync(round.writes, Thread::startVirtualThread);
        round.backUp(service);
        Thread.sleep(random.nextInt(1200));
        process.kill();
        writing.join();
        copied += lookAtImages(round);
        process.close();
        process = ServiceProcess.on(data);
        look(process.ready(), round);
      }
    } finally {
      process.close();
    }
    System.out.println("clusters whose past was in the copy alone: " + copied);
    assertThat(copied).isPositive();
  }

  @Test
  @Tag("nightly")
  void thePastIsInTheCopyOrWhereItWasKeptAfterManyKills() throws Exception {
    killAndLook(15);
  }
}
