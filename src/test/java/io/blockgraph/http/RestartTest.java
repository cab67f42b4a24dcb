package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.FlushedWrites.Writer;
import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A service that is killed (SIGKILL) in the middle of its work and started again on the same
/// directory: what it acknowledged is there, and nothing half done.
class RestartTest {
  private static final Set<String> OURS =
      Set.of("rest.qcow2", "nbd.qcow2", "busy.qcow2", "copy.qcow2", "old.qcow2", "new.qcow2");

  @TempDir Path data;

  @Test
  void keepsWhatItAcknowledgedWhenItIsKilled() throws Exception {
    killAndRestart(3);
  }

  @Test
  @Tag("nightly")
  void keepsWhatItAcknowledgedWhenItIsKilledAgainAndAgain() throws Exception {
    killAndRestart(60);
  }

  @Test
  void leavesADirectoryThatAnotherServiceUsesAlone() throws Exception {
    try (ServiceProcess first = ServiceProcess.on(data)) {
      Service service = first.ready();
      service.added("{'nodeName':'mine','driver':'null','size':512}");
      try (ServiceProcess second = ServiceProcess.on(data, impatient())) {
        assertThat(second.exitCode()).isNotZero();
        assertThat(second.said()).contains(data.toString()).containsPattern("in use|another");
      }
      service.get("/nodes/mine").expect(200);
      service.added("{'nodeName':'mine-too','driver':'null','size':512}");
    }
  }

  /// The database as it is set, but for how long is waited until another one lets go of it.
  private static String impatient() throws IOException {
    for (String line : Files.readAllLines(Path.of("src/main/resources/application.yaml"))) {
      if (line.strip().startsWith("url: jdbc:sqlite:")) {
        assertThat(line).contains("busy_timeout=10000");
        return "--spring.datasource."
            + line.strip().replace(": jdbc", "=jdbc").replace("10000", "500");
      }
    }
    throw new AssertionError("no address of the database");
  }

  private void killAndRestart(int rounds) throws Exception {
    long seed = Seeds.first();
    System.out.println("RestartTest: -Dseed=" + seed);
    Random random = new Random(seed);
    ServiceProcess process = ServiceProcess.on(data);
    try {
      Service service = process.ready();
      prepare(service);
      ChangeStorm storm = new ChangeStorm(new Random(random.nextLong()), service);
      FlushedWrites rest =
          new FlushedWrites(
              new Random(random.nextLong()), FlushedWrites.through(service, "rest", 1));
      FlushedWrites nbd = new FlushedWrites(new Random(random.nextLong()), overNbd(service));
      for (int round = 0; round < rounds; round++) {
        startCopy(service, "slow-" + round);
        long moment = 500L + random.nextInt(2500);
        killAfter(process, moment, List.of(storm, rest, nbd));
        images(storm);
        process.close();
        process = ServiceProcess.on(data);
        service = process.ready();
        graph(service, storm);
        writes(service, rest, nbd);
        jobs(service, "slow-" + round);
      }
      assertThat(storm.acknowledged()).isPositive();
      assertThat(rest.count()).isPositive();
      assertThat(nbd.count()).isPositive();
    } finally {
      process.close();
    }
  }

  private static void prepare(Service service) {
    for (String name : OURS) {
      service
          .post("/images", "{'driver':'qcow2','filename':'%s','size':1048576}".formatted(name))
          .expect(201);
      service.added(
          "{'nodeName':'%s','driver':'qcow2','file':{'driver':'file','filename':'%s'}}"
              .formatted(name.replace(".qcow2", ""), name));
    }
    byte[] bytes = new byte[1 << 20];
    Arrays.fill(bytes, (byte) 7);
    service.putData("busy", 0, bytes).expect(200);
    service
        .post("/exports", "{'id':'served','type':'nbd','nodeName':'nbd','writable':true}")
        .expect(201);
    service.post("/mirror-jobs", MirrorBench.body("done", "old", "new", "")).expect(202);
    service.get("/jobs/done?wait=30").expect(200);
    service.post("/jobs/done/complete?wait=30", "").expect(200);
  }

  private static void startCopy(Service service, String job) {
    service
        .post("/mirror-jobs", MirrorBench.body(job, "busy", "copy", "'speed':65536"))
        .expect(202);
  }

  private static Writer overNbd(Service service) {
    String uri = service.get("/exports/served").expect(200).body().path("uris").path(0).asString();
    return (offset, value) ->
        QemuIo.tryRun(
                    uri,
                    List.of("-f", "raw"),
                    QemuIo.write(value, offset, FlushedWrites.BLOCK),
                    "flush")
                .exitCode()
            == 0;
  }

  private static void killAfter(ServiceProcess process, long ms, List<Runnable> workers)
      throws InterruptedException {
    List<Throwable> mistakes = new java.util.concurrent.CopyOnWriteArrayList<>();
    List<Thread> threads = workers.stream().map(Thread.ofPlatform()::unstarted).toList();
    for (Thread thread : threads) {
      thread.setUncaughtExceptionHandler((_, mistake) -> mistakes.add(mistake));
      thread.start();
    }
    Thread.sleep(ms);
    process.kill();
    for (Thread thread : threads) {
      thread.join(60_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(mistakes).isEmpty();
  }

  /// No image in use has an error before anybody repairs it; leaks may be.
  private void images(ChangeStorm storm) {
    Stream<String> used = storm.known().disks().stream().map(disk -> disk + ".qcow2");
    for (String file : Stream.concat(OURS.stream(), used).toList()) {
      QemuImg.Check check = QemuImg.check(data.resolve("images").resolve(file));
      assertThat(check.corruptions() + check.checkErrors()).describedAs(file).isZero();
    }
  }

  private void graph(Service service, ChangeStorm storm) throws IOException {
    RememberedGraph found = RememberedGraph.of(service);
    assertThat(found).isIn(storm.known(), storm.wanted());
    Set<String> files = files();
    boolean kept = files.contains(storm.newFile());
    if (found.equals(storm.known()) && !storm.wanted().equals(storm.known())) {
      assertThat(kept).describedAs(storm.newFile()).isFalse();
    }
    files.removeAll(OURS);
    files.remove(storm.newFile());
    assertThat(files).isEqualTo(storm.files());
    assertThat(found.disks().stream().map(disk -> disk + ".qcow2")).isSubsetOf(files());
    for (JsonNode node : service.get("/graph").body().path("nodes")) {
      assertThat(node.path("state").asString()).describedAs(node.toString()).isEqualTo("open");
      assertThat(node.path("origin").asString()).isNotEqualTo("implicit");
    }
    storm.resume(service, found, kept);
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("images"))) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(java.util.TreeSet::new));
    }
  }

  private static void writes(Service service, FlushedWrites rest, FlushedWrites nbd) {
    int length = FlushedWrites.BLOCKS * FlushedWrites.BLOCK;
    byte[] restContent = service.data("rest", 0, length);
    byte[] nbdContent = service.data("nbd", 0, length);
    rest.areIn(restContent);
    nbd.areIn(nbdContent);
    rest.resume(FlushedWrites.through(service, "rest", 1), restContent);
    nbd.resume(overNbd(service), nbdContent);
    String uri = service.get("/exports/served").expect(200).body().path("uris").path(0).asString();
    QemuIo.run(uri, List.of("-f", "raw", "-r"), QemuIo.verify(nbdContent[0] & 0xff, 0, 4096));
  }

  private static void jobs(Service service, String interrupted) {
    JsonNode done = service.get("/jobs/done").expect(200).body();
    assertThat(done.path("status").asString()).isEqualTo("concluded");
    assertThat(done.path("error").path("code").asString("")).isEmpty();
    JsonNode slow = service.get("/jobs/" + interrupted).expect(200).body();
    assertThat(slow.path("status").asString()).isEqualTo("concluded");
    assertThat(slow.path("error").path("code").asString()).isEqualTo("JOB_INTERRUPTED");
  }
}
