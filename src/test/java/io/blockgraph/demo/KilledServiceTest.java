package io.blockgraph.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.http.ServiceProcess;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Kill -9 at a random moment of the story, then a new start: the graph is back, every image is
/// sound, and nothing that was flushed is lost. `-Dkills=N` sets how often the nightly test kills.
class KilledServiceTest {
  /// About as many requests as the story has.
  private static final int CALLS = 80;

  private static final long SEED = Seeds.first();

  @TempDir Path directory;
  private final Random random = new Random(SEED);

  @Test
  void comesBackAfterAKillAtSomeMoment() throws Exception {
    killAndCheck(1);
  }

  @Test
  @Tag("nightly")
  void comesBackAfterKillsAtManyMoments() throws Exception {
    killAndCheck(Integer.getInteger("kills", 25));
  }

  private void killAndCheck(int times) throws Exception {
    System.out.println("-Dseed=" + SEED);
    Path data = directory.resolve("data");
    for (int round = 0; round < times; round++) {
      int call = 1 + random.nextInt(CALLS);
      Ledger ledger = tellUntilKilled(data, call, random.nextInt(40_000));
      String moment = "-Dseed=%d, round %d, killed in call %d".formatted(SEED, round, call);
      try (ServiceProcess again = ServiceProcess.on(data);
          Service service = new Service(again.url(), Witness.NOBODY)) {
        graphIsBack(service, ledger, moment);
        flushedIsThere(service, ledger, moment);
        again.end();
      }
      imagesAreSound(data.resolve("images"), ledger, moment);
    }
  }

  private static Ledger tellUntilKilled(Path data, int call, int delayMicros) throws Exception {
    Ledger ledger = new Ledger();
    try (ServiceProcess service = ServiceProcess.on(data)) {
      URI url = service.url();
      Screen nowhere = new Screen(new PrintStream(OutputStream.nullOutputStream()));
      Witness killer = new Killer(ledger, service, call, delayMicros);
      Demo.tell(url, data.resolve("images"), nowhere, killer);
      service.kill();
    } catch (UncheckedIOException e) {
      // Killed before the story had begun: there is nothing to tell, and something to check.
      return ledger;
    }
    return ledger;
  }

  private static void graphIsBack(Service service, Ledger ledger, String moment) {
    Answer graph = service.ask(Call.get("/graph"));
    List<JsonNode> nodes = graph.json().path("nodes").valueStream().toList();

    assertThat(graph.status()).as(moment).isEqualTo(200);
    assertThat(nodes)
        .as(moment)
        .allSatisfy(node -> assertThat(node.path("state").asString()).isEqualTo("open"));
    assertThat(nodes.stream().map(node -> node.path("nodeName").asString()))
        .as(moment)
        .containsAll(ledger.nodes());
  }

  private static void flushedIsThere(Service service, Ledger ledger, String moment) {
    for (String node : ledger.nodes()) {
      ledger
          .flushed(node)
          .forEach(
              (offset, block) ->
                  assertThat(service.ask(Call.read(node, offset, block.length)).bytes())
                      .as("%s: node %s at %d", moment, node, offset)
                      .isEqualTo(block));
    }
  }

  private static void imagesAreSound(Path images, Ledger ledger, String moment) throws IOException {
    try (Stream<Path> files = Files.list(images)) {
      for (Path image : files.toList()) {
        boolean promised = ledger.images().contains(image.getFileName().toString());
        if (promised || hasHeader(image)) {
          assertThat(QemuImg.check(image).exitCode()).as(moment + ": " + image).isIn(0, 3);
        }
      }
    }
  }

  /// An image is made header last: a file without one was never answered to be there.
  private static boolean hasHeader(Path image) throws IOException {
    try (var file = Files.newInputStream(image)) {
      return new String(file.readNBytes(3), java.nio.charset.StandardCharsets.US_ASCII)
          .equals("QFI");
    }
  }

  /// Kills the service a little after one request was sent.
  private static final class Killer implements Witness {
    private final Ledger ledger;
    private final ServiceProcess service;
    private final int call;
    private final int delayMicros;
    private int calls;

    Killer(Ledger ledger, ServiceProcess service, int call, int delayMicros) {
      this.ledger = ledger;
      this.service = service;
      this.call = call;
      this.delayMicros = delayMicros;
    }

    @Override
    public void asked(Call asked) {
      ledger.asked(asked);
      if (++calls == call) {
        Thread.ofPlatform().daemon().start(this::killLater);
      }
    }

    private void killLater() {
      try {
        TimeUnit.MICROSECONDS.sleep(delayMicros);
        service.kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void answered(Call asked, int status) {
      ledger.answered(asked, status);
    }
  }
}
