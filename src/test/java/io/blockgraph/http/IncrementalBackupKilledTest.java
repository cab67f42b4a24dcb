package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service that is killed (SIGKILL) while it backs up by a bitmap that lives in the image: what
/// was written since the last copy is in the bitmap afterwards, or the bitmap says that it is not
/// to be believed.
@Timeout(600)
class IncrementalBackupKilledTest {
  private static final int PART = 64 << 10;
  private static final int PARTS = 64;

  @TempDir Path data;

  /// Writes, copies and writes until it is killed, and knows the parts that no copy can have.
  private static final class Round {
    private final Service service;
    private final String disk;
    private final Random random;
    private final Set<Integer> since = new HashSet<>();

    Round(Service service, Random random) {
      this.service = service;
      this.random = random;
      this.disk = service.qcow2((long) PARTS * PART);
      service.post("/nodes/" + disk + "/bitmaps", "{'name':'b','persistent':true}").expect(201);
    }

    private int write() {
      int part = random.nextInt(PARTS);
      byte[] bytes = new byte[PART];
      Arrays.fill(bytes, (byte) random.nextInt(1, 100));
      since.add(part);
      service.putData(disk, (long) part * PART, bytes);
      return part;
    }

    void work() {
      try {
        for (int i = 0; i < 1000; i++) {
          for (int n = random.nextInt(4); n >= 0; n--) {
            write();
          }
          copy("%s-j%d".formatted(disk, i));
        }
      } catch (UncheckedIOException e) {
        System.out.println("killed while it was asked");
      }
    }

    private void copy(String job) {
      String speed = random.nextBoolean() ? ",'speed':1048576" : "";
      service
          .post(
              "/backup-jobs",
              "{'jobId':'%1$s','source':'%2$s','sync':'incremental','bitmap':'b','autoFinalize':false,'targetFile':{'nodeName':'%1$s-t','filename':'%1$s.qcow2'}%3$s}"
                  .formatted(job, disk, speed))
          .expect(202);
      // Mostly not: with the first write the image says that the bitmap may be wrong.
      finish(job, random.nextInt(4) == 0 ? Set.of(write()) : Set.of());
    }

    private void finish(String job, Set<Integer> during) {
      if (random.nextInt(3) == 0) {
        service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
        return;
      }
      while (!service.get("/jobs/" + job).text("status").equals("pending")) {
        pause();
      }
      // From here on the copy may be there, and what it has need not be in the bitmap.
      since.retainAll(during);
      service.post("/jobs/" + job + "/finalize?wait=30", "").expect(200);
    }

    private static void pause() {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static void look(Service service, Round round, String what) {
    assertThat(service.graph()).as(what).doesNotContain("backup-");
    JsonNode bitmap = service.get("/nodes/" + round.disk + "/bitmaps/b").expect(200).body();
    if (bitmap.path("inconsistent").asBoolean()) {
      System.out.println(what + ": inconsistent");
      return;
    }
    String job = round.disk + "-after";
    service
        .post(
            "/backup-jobs",
            "{'jobId':'%1$s','source':'%2$s','sync':'bitmap','bitmap':'b','bitmapMode':'never','targetFile':{'nodeName':'%1$s-t','filename':'%1$s.qcow2'}}"
                .formatted(job, round.disk))
        .expect(202);
    while (!service.get("/jobs/" + job).text("status").equals("concluded")) {
      Round.pause();
    }
    String copy =
        service.added(
            "{'nodeName':'%1$s-c','driver':'qcow2','file':{'driver':'file','filename':'%1$s.qcow2'}}"
                .formatted(job));
    for (int part : round.since) {
      assertThat(service.data(copy, (long) part * PART, PART))
          .as("%s: part %d", what, part)
          .isEqualTo(service.data(round.disk, (long) part * PART, PART));
    }
  }

  private void killAndLook(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("IncrementalBackupKilledTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      for (int i = 0; i < rounds; i++) {
        Round round = new Round(process.ready(), new Random(random.nextLong()));
        CompletableFuture<Void> working =
            CompletableFuture.runAsync(round::work, Thread::startVirtualThread);
        Thread.sleep(100 + random.nextInt(1500));
        process.kill();
        working.join();
        process.close();
        process = ServiceProcess.on(data);
        look(process.ready(), round, "round " + i + ", -Dseed=" + seed);
      }
    } finally {
      process.close();
    }
  }

  @Test
  @Tag("nightly")
  void theBitmapHasWhatWasWrittenOrSaysThatItMayNotAfterManyKills() throws Exception {
    killAndLook(15);
  }
}
