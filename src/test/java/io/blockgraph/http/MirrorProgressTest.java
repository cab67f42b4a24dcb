package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import io.blockgraph.strangers.QemuIoSession;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What a mirror job tells of how far it is, while a client writes over NBD faster than it may copy
/// and after the client has stopped: numbers that fit together, and no time that will not hold.
@Timeout(300)
class MirrorProgressTest {
  private static final long MIB = MirrorBench.MIB;
  private static final long SIZE = 8 * MIB;
  private static final long SPEED = 2 * MIB;

  private final Service service = Service.shared();
  private final MirrorBench bench = new MirrorBench(service);
  private final List<JsonNode> told = new ArrayList<>();

  private String uri(String export) {
    return service.get("/exports/" + export).expect(200).body().path("uris").path(0).asString();
  }

  /// A client that overwrites the disk again and again until it is told to stop. Each write makes
  /// half a second of work for the job, so that it outruns the job on a busy machine, too.
  private static final class Writer implements AutoCloseable {
    private final AtomicBoolean end = new AtomicBoolean();
    private final QemuIoSession client;
    private final CompletableFuture<Void> writing;

    Writer(String uri) {
      client = QemuIoSession.at(uri, List.of("-f", "raw"));
      overwrite(1);
      writing = CompletableFuture.runAsync(this::run, Thread::startVirtualThread);
    }

    private void run() {
      for (int value = 2; !end.get(); value = 1 + value % 255) {
        overwrite(value);
      }
    }

    private void overwrite(int value) {
      for (long offset = 0; offset < SIZE && !end.get(); offset += MIB) {
        assertThat(client.tell(QemuIo.write(value, offset, MIB))).contains("wrote");
        LockSupport.parkNanos(50_000_000);
      }
    }

    void stop() throws Exception {
      end.set(true);
      writing.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      end.set(true);
      client.close();
    }
  }

  /// A job that copies and is made work in small steps, so that its rates are even.
  private String limited(String source, String target, long speed) {
    String job = Service.fresh("job");
    bench
        .ask(job, source, target, "'granularity':4096,'bufSize':65536,'speed':" + speed)
        .expect(202);
    return job;
  }

  /// Looks at the job's progress again and again, at each as `until` wants, and keeps what is told.
  private JsonNode look(String job, Predicate<JsonNode> until) {
    return bench
        .await(
            job,
            now -> {
              told.add(now.path("progress"));
              return until.test(now);
            })
        .path("progress");
  }

  private static boolean converging(JsonNode job) {
    return job.path("progress").path("converging").asBoolean();
  }

  private static long number(JsonNode progress, String name) {
    return progress.path(name).asLong(-1);
  }

  private void numbersFitTogether() {
    long done = 0;
    for (JsonNode progress : told) {
      assertThat(number(progress, "bytesDone")).isGreaterThanOrEqualTo(done);
      done = number(progress, "bytesDone");
      assertThat(number(progress, "bytesLeft")).isNotNegative();
      assertThat(done + number(progress, "bytesLeft")).isEqualTo(number(progress, "bytesTotal"));
      if (!progress.path("converging").asBoolean()) {
        assertThat(progress.path("etaSeconds").isNull()).describedAs(progress.toString()).isTrue();
      }
    }
  }

  @Test
  void aJobThatIsOutrunSaysSoAndConvergesWhenTheWriterStops() throws Exception {
    String source = service.qcow2(SIZE);
    String target = service.qcow2(SIZE);
    String export = bench.export(source, true);
    String job;
    try (Writer writer = new Writer(uri(export))) {
      job = limited(source, target, SPEED);
      look(job, now -> now.path("progress").path("phase").asString().equals("converging"));
      look(job, now -> !converging(now));
      int outrunFrom = told.size();
      look(job, _ -> told.size() >= outrunFrom + 200);
      saidMostlyThatItIsOutrun(told.subList(outrunFrom, told.size()));
      writer.stop();
    }

    // So that there is much left when it says that it gains.
    service.patch("/jobs/" + job, "{'speed':" + SPEED / 2 + "}").expect(200);
    JsonNode gaining = look(job, MirrorProgressTest::converging);
    assertThat(gaining.path("etaSeconds").asLong(-1)).isPositive();
    service.patch("/jobs/" + job, "{'speed':0}").expect(200);
    look(job, now -> now.path("status").asString().equals("ready"));
    numbersFitTogether();
    bench.succeeds(job);
    isTheSame(export, source, target);
  }

  @Test
  void aSlowJobThatNobodyOutrunsIsNeitherSaidToBeOutrunNorNearlyOver() {
    long speed = 64 << 10;
    String job = limited(bench.disk(0x61), service.qcow2(MIB), speed);
    look(job, now -> number(now.path("progress"), "bytesDone") >= 4 * speed);
    numbersFitTogether();
    assertThat(told).allMatch(now -> now.path("converging").asBoolean());
    List<JsonNode> timed = told.stream().filter(now -> !now.path("etaSeconds").isNull()).toList();
    assertThat(timed)
        .isNotEmpty()
        .allMatch(now -> number(now, "etaSeconds") >= number(now, "bytesLeft") / speed);
    service.post("/jobs/" + job + "/pause?wait=30", "").expect(200);
    JsonNode resting = service.get("/jobs/" + job).expect(200).body();
    assertThat(resting.path("status").asString()).isEqualTo("paused");
    assertThat(resting.path("progress").path("etaSeconds").isNull()).isTrue();
    assertThat(converging(resting)).isTrue();
    service.post("/jobs/" + job + "/cancel?wait=30", "").expect(200);
  }

  /// A writer that is held up for a moment by a busy machine does not outrun anybody just then.
  private static void saidMostlyThatItIsOutrun(List<JsonNode> progresses) {
    long hopeful = progresses.stream().filter(now -> now.path("converging").asBoolean()).count();
    assertThat(hopeful).describedAs("of %s", progresses.size()).isLessThan(progresses.size() / 2);
  }

  /// The judge needs images that nobody else has open.
  private void isTheSame(String export, String source, String target) {
    service.delete("/exports/" + export).expect(200);
    for (String node : List.of(source, target)) {
      service.delete("/nodes/" + node).expect(200);
      QemuImg.assertClean(service.image(node + ".qcow2"));
    }
    QemuImg.assertSameContent(
        service.image(source + ".qcow2"), "qcow2", service.image(target + ".qcow2"), "qcow2");
  }
}
