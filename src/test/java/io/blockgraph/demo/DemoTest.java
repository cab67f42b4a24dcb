package io.blockgraph.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.http.ServiceProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The story of `./run demo`, told to a service in a process of its own.
class DemoTest {
  @TempDir static Path directory;
  private static ServiceProcess service;
  private static URI url;

  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  @BeforeAll
  static void start() throws Exception {
    service = ServiceProcess.on(directory.resolve("data"));
    url = service.url();
  }

  @AfterAll
  static void stop() throws Exception {
    try (ServiceProcess ending = service) {
      ending.end();
    }
  }

  @Test
  void everythingIsAsToldAndAgainOnTheSameData() {
    assertThat(tell(directory.resolve("data/images"))).as(story()).isEmpty();
    assertThat(tell(directory.resolve("data/images"))).as(story()).isEmpty();
  }

  @Test
  void tellsWhatIsNotAsTold() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));

    assertThat(tell(elsewhere)).anyMatch(broken -> broken.contains("cannot spoil"));
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("NOT AS TOLD");
  }

  private List<String> tell(Path images) {
    PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);
    return Demo.tell(url, images, new Screen(out), Witness.NOBODY);
  }

  private org.assertj.core.description.Description story() {
    return new org.assertj.core.description.LazyTextDescription(
        () -> told.toString(StandardCharsets.UTF_8));
  }
}
