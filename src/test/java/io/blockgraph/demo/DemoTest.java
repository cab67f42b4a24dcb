package io.blockgraph.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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

  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  @BeforeAll
  static void start() throws Exception {
    service = ServiceProcess.start(directory.resolve("data"));
  }

  @AfterAll
  static void stop() {
    service.close();
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
    return Demo.tell(service.url(), images, new Screen(out), Witness.NOBODY);
  }

  private org.assertj.core.description.Description story() {
    return new org.assertj.core.description.LazyTextDescription(
        () -> told.toString(StandardCharsets.UTF_8));
  }
}
