package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockgraph.strangers.Ran;
import io.blockgraph.strangers.Tool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A state store whose disk is full: the service is alive and serves, but not ready for changes.
class FullStoreOverHttpTest {
  @TempDir Path folder;

  private Path data = Path.of("/nowhere");
  private boolean mounted;

  @BeforeEach
  void mountASmallDataDirectory() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
    data = Files.createDirectory(folder.resolve("data"));
    Ran ran =
        new Tool("mount", "mount")
            .run(List.of("-t", "tmpfs", "-o", "size=4m", "tmpfs", data.toString()));
    assumeTrue(ran.exitCode() == 0, () -> "this machine does not allow it: " + ran.err());
    mounted = true;
  }

  @AfterEach
  void unmount() {
    if (mounted) {
      new Tool("umount", "mount").run(List.of("-l", data.toString())).ok();
    }
  }

  @Test
  void isNotReadyWhileItCannotRememberAndReadyAgainAfterwards() throws Exception {
    try (Service service = Service.on(data)) {
      service.added("{'nodeName':'before','driver':'null'}");
      Path filler = data.resolve("filler");
      fill(filler);
      awaitReadiness(service, 503);

      assertThat(service.beside("/actuator/health/serving").body().toString())
          .contains("\"kept\":false")
          .doesNotContain(data.toString());
      service.beside("/livez").expect(200);
      assertThat(service.data("before", 0, 512)).containsOnly((byte) 0);
      Refusing.isProblem(
          service.post("/nodes", "{'nodeName':'late','driver':'null'}"),
          507,
          "STATE_NOT_REMEMBERED");

      Files.delete(filler);
      awaitReadiness(service, 200);
      service.added("{'nodeName':'after','driver':'null'}");
    }
  }

  private static void awaitReadiness(Service service, int status) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (service.beside("/readyz").status() != status) {
      assertThat(System.nanoTime()).describedAs("/readyz is %d", status).isLessThan(deadline);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < 16 << 20; i += 512) {
        out.write(new byte[512]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("space");
    }
  }
}
