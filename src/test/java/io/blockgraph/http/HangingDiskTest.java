package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that hangs or fails beneath the service, made by strace: whoever looks for the reason
/// gets an answer at once, and nobody is told to restart the service.
class HangingDiskTest {
  private static final Tool STRACE = new Tool("strace", "strace");
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  private Path image = Path.of("/nowhere");

  @BeforeEach
  void makeTheImage() throws Exception {
    image = Files.createDirectories(folder.resolve("data/images")).resolve("sick.img");
    Files.write(image, new byte[(int) MIB]);
  }

  private ServiceProcess with(String fault) throws Exception {
    List<String> tracer =
        List.of(
            STRACE.require().toString(), "-f", "-qq", "-o", "/dev/null", "-P", image.toString());
    List<String> all = new ArrayList<>(tracer);
    all.addAll(List.of("-e", "inject=" + fault));
    return ServiceProcess.under(all, folder.resolve("data"));
  }

  private static void useIt(Service service) {
    service.added("{'nodeName':'sick','driver':'file','filename':'sick.img'}");
  }

  @Test
  void tellsOfAFlushThatFailed() throws Exception {
    try (ServiceProcess process = with("fdatasync:error=EIO:when=1")) {
      Service service = process.ready();
      useIt(service);
      service.putData("sick", 0, new byte[512]).expect(200);
      assertThat(service.post("/nodes/sick/flush", "").status()).isEqualTo(500);

      var graph = service.beside("/actuator/health/graph").expect(200).body();

      assertThat(graph.path("status").asString()).isEqualTo("DEGRADED");
      assertThat(graph.path("details").path("trouble").path(0).path("finding").path("check"))
          .asString()
          .contains("flush");
      assertThat(graph.toString()).doesNotContain("sick.img");
      service.beside("/livez").expect(200);
      service.beside("/readyz").expect(200);
    }
  }

  @Test
  void answersWhileManyRequestsHangInTheDisk() throws Exception {
    try (ServiceProcess process = with("pread64:delay_enter=30000000");
        ExecutorService clients = Executors.newCachedThreadPool()) {
      Service service = process.ready();
      useIt(service);
      List<CompletableFuture<byte[]>> hanging = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        long offset = i * 4096L;
        hanging.add(
            CompletableFuture.supplyAsync(() -> service.data("sick", offset, 4096), clients));
      }
      answersAtOnce(service);
      assertThat(hanging).noneMatch(CompletableFuture::isDone);
      process.kill();
    }
  }

  private static void answersAtOnce(Service service) {
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
        assertThat(System.nanoTime() - begin).describedAs(path).isLessThan(3_000_000_000L);
      }
    }
  }
}
