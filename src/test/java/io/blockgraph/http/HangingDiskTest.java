package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.Service.Answer;
import io.blockgraph.strangers.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Disks that hang or fail beneath the service, made by strace: whoever looks for the reason gets
/// an answer at once, and nobody is told to restart the service.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HangingDiskTest {
  private static final Tool STRACE = new Tool("strace", "strace");
  private static final int MIB = 1 << 20;

  @TempDir static Path folder;

  private final ExecutorService clients = Executors.newCachedThreadPool();
  private ServiceProcess process;
  private Service service;

  @BeforeAll
  void start() throws Exception {
    String failing = image("failing.img");
    String hanging = image("hanging.img");
    List<String> tracer = new ArrayList<>(List.of(STRACE.require().toString(), "-f", "-qq"));
    tracer.addAll(List.of("--seccomp-bpf", "-e", "trace=fdatasync,pread64"));
    tracer.addAll(List.of("-o", "/dev/null", "-P", failing, "-P", hanging));
    tracer.addAll(List.of("-e", "inject=fdatasync:error=EIO:when=1"));
    tracer.addAll(List.of("-e", "inject=pread64:delay_enter=600000000"));
    process = ServiceProcess.under(tracer, folder.resolve("data"));
    service = process.ready();
  }

  private static String image(String name) throws Exception {
    Path image = Files.createDirectories(folder.resolve("data/images")).resolve(name);
    return Files.write(image, new byte[MIB]).toString();
  }

  @AfterAll
  void stop() throws Exception {
    try (clients;
        ServiceProcess _ = process) {
      // The service ends first: nobody waits for it then.
    }
  }

  private void use(String name) {
    service.added("{'nodeName':'%s','driver':'file','filename':'%s.img'}".formatted(name, name));
  }

  @Test
  void tellsOfAFlushThatFailed() {
    use("failing");
    service.putData("failing", 0, new byte[512]).expect(200);
    assertThat(service.post("/nodes/failing/flush", "").status()).isEqualTo(500);

    var graph = service.beside("/actuator/health/graph").expect(200).body();

    assertThat(graph.path("status").asString()).isEqualTo("DEGRADED");
    assertThat(graph.path("details").path("trouble").path(0).path("finding").path("check"))
        .asString()
        .contains("flush");
    assertThat(graph.toString()).doesNotContain("failing.img");
    service.beside("/livez").expect(200);
    service.beside("/readyz").expect(200);
  }

  @Test
  void answersWhileManyRequestsHangInTheDisk() {
    use("hanging");
    List<CompletableFuture<Answer>> hanging = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      long offset = i * 4096L;
      hanging.add(CompletableFuture.supplyAsync(() -> read(offset), clients));
    }
    answers();
    assertThat(hanging).noneMatch(CompletableFuture::isDone);
  }

  /// Waits as long as the disk hangs.
  private Answer read(long offset) {
    return service.send(
        service
            .request("/nodes/hanging/data?length=4096&offset=" + offset)
            .timeout(Duration.ofMinutes(10)));
  }

  /// Far sooner than the disk does, but a busy machine has its time.
  private void answers() {
    for (int round = 0; round < 3; round++) {
      for (String path :
          List.of(
              "/livez",
              "/readyz",
              "/actuator/health",
              "/actuator/blockgraph",
              "/actuator/blockjobs",
              "/actuator/prometheus")) {
        long begin = System.nanoTime();
        service.beside(path).expect(200);
        assertThat(System.nanoTime() - begin).describedAs(path).isLessThan(20_000_000_000L);
      }
    }
  }
}
