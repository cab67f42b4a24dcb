package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.QemuImg;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A service that is killed (SIGKILL) while it stores compressed what a client writes, and while it
/// backs up that disk compressed: what was flushed is there, the images are sound, and jobs are
/// what was answered of them, or interrupted.
@Timeout(600)
class CompressKilledTest {
  private static final int BYTES = FlushedWrites.BLOCKS * FlushedWrites.BLOCK;

  @TempDir Path data;

  /// A disk below a filter that stores compressed, written and backed up until the service is gone.
  private static final class Round {
    final String disk;
    final String packed;
    final FlushedWrites writes;
    final List<String> done = new ArrayList<>();
    String asked = "";

    Round(Service service, Random random) {
      disk = service.qcow2(BYTES);
      packed =
          service.added(
              "{'nodeName':'%1$s-packed','driver':'compress','file':'%1$s'}".formatted(disk));
      writes = new FlushedWrites(random, FlushedWrites.through(service, packed, 1));
    }

    void backUp(Service service) {
      try {
        for (int i = 0; i < 1000; i++) {
          asked = "%s-copy%d".formatted(disk, i);
          service
              .post(
                  "/backup-jobs",
                  "{'jobId':'%1$s','source':'%2$s','sync':'full','compress':true,'speed':2097152,'targetFile':{'nodeName':'%1$s-t','filename':'%1$s.qcow2'}}"
                      .formatted(asked, packed))
              .expect(202);
          Answer over = service.get("/jobs/" + asked + "?wait=30").expect(200);
          assertThat(over.body().path("error").isNull()).as("%s", over.body()).isTrue();
          done.add(asked);
        }
      } catch (UncheckedIOException e) {
        System.out.println("killed after " + writes.count() + " writes and " + done);
      }
    }
  }

  private void lookAtImages(Round round) {
    QemuImg.assertLeaksAtMost(image(round.disk));
    round.done.forEach(copy -> QemuImg.assertClean(image(copy)));
  }

  private Path image(String name) {
    return data.resolve("images").resolve(name + ".qcow2");
  }

  private void look(Service service, Round round) {
    round.writes.areIn(service.data(round.packed, 0, BYTES));
    assertThat(service.graph()).doesNotContain("backup-");
    for (String job : round.done) {
      Answer over = service.get("/jobs/" + job).expect(200);
      assertThat(over.body().path("error").isNull()).as("%s", over.body()).isTrue();
    }
    Answer last = service.get("/jobs/" + round.asked);
    if (last.status() != 404) {
      assertThat(last.text("status")).as("%s", last.body()).isEqualTo("concluded");
      assertThat(last.body().path("error").path("code").asString(""))
          .as("%s", last.body())
          .isIn("", "JOB_INTERRUPTED");
      QemuImg.assertLeaksAtMost(image(round.asked));
    }
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("CompressKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    int writes = 0;
    long compressed = 0;
    ServiceProcess process = ServiceProcess.on(data);
    try {
      for (int i = 0; i < rounds; i++) {
        Service service = process.ready();
        Round round = new Round(service, new Random(random.nextLong()));
        List<CompletableFuture<Void>> working =
            List.of(
                CompletableFuture.runAsync(round.writes, Thread::startVirtualThread),
                CompletableFuture.runAsync(
                    () -> round.backUp(service), Thread::startVirtualThread));
        Thread.sleep(100 + random.nextInt(1500));
        process.kill();
        working.forEach(CompletableFuture::join);
        lookAtImages(round);
        compressed += QemuImg.check(image(round.disk)).count("compressed-clusters");
        writes += round.writes.count();
        process.close();
        process = ServiceProcess.on(data);
        look(process.ready(), round);
      }
    } finally {
      process.close();
    }
    assertThat(writes).isPositive();
    assertThat(compressed).isPositive();
  }

  @Test
  @Tag("nightly")
  void whatWasFlushedIsThereAndImagesAreSoundAfterManyKills() throws Exception {
    killAndLook(15);
  }
}
