package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.ResidentMemory;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many clients, silent clients, slow clients: memory and time stay bounded.
@Timeout(60)
class NbdLoadTest {
  private static final long MUCH = 32 << 20;

  private static NbdLimits withHandshake(long deadlineMs, int connections) {
    NbdLimits.Negotiation usual = NbdLimits.DEFAULT.negotiation();
    return new NbdLimits(
        new NbdLimits.Negotiation(
            deadlineMs, usual.options(), usual.optionBytes(), usual.queries(), connections),
        NbdLimits.DEFAULT.transfer(),
        NbdLimits.DEFAULT.removalMs());
  }

  @Test
  void servesAProperClientBesidesThreeHundredSilentOnes() {
    try (TestServer server = new TestServer()) {
      List<RawClient> silent = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        silent.add(server.connect());
      }
      Instant start = Instant.now();
      try (RawClient proper = server.simple("disk")) {
        assertThat(proper.isServed()).isTrue();
      }
      assertThat(Duration.between(start, Instant.now()))
          .as("as long as one of them may be silent")
          .isLessThan(Duration.ofMillis(NbdLimits.DEFAULT.negotiation().deadlineMs()));
      silent.forEach(RawClient::close);
    }
  }

  @Test
  void closesASilentClientAtTheDeadline() {
    Instant start = Instant.now();
    try (TestServer server = new TestServer(withHandshake(300, 100));
        RawClient silent = server.connect()) {
      silent.read(18);
      assertThat(silent.isClosed()).isTrue();
      assertThat(Duration.between(start, Instant.now()))
          .isBetween(Duration.ofMillis(290), Duration.ofSeconds(15));
    }
  }

  @Test
  void closesAClientThatDripsBytesAtTheDeadline() {
    try (TestServer server = new TestServer(withHandshake(1_000, 100));
        RawClient slow = server.greeted()) {
      byte[] header = RawClient.optionHeader(Wire.OPTION_LIST, 0);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 400; i++) {
                  slow.send(header[i % 4]);
                  Thread.sleep(50);
                }
              })
          .isInstanceOf(RawClient.Closed.class)
          .hasCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void leavesAClientAloneThatHasFinishedItsHandshake() throws InterruptedException {
    try (TestServer server = new TestServer(withHandshake(1_500, 100));
        RawClient idle = server.simple("disk")) {
      Thread.sleep(1_800);
      assertThat(idle.isServed()).isTrue();
    }
  }

  @Test
  void letsTheLongestSilentClientMakeRoom() {
    try (TestServer server = new TestServer(withHandshake(10_000, 3));
        RawClient first = server.greeted();
        RawClient second = server.greeted();
        RawClient third = server.greeted();
        RawClient fourth = server.greeted()) {
      assertThat(first.isClosed()).isTrue();
      for (RawClient client : List.of(second, third, fourth)) {
        client.go("disk");
        assertThat(client.isServed()).isTrue();
      }
    }
  }

  @Test
  void holdsLittleForAClientThatNeverReadsItsReplies() throws Exception {
    try (TestServer server = new TestServer();
        RawClient other = server.simple("disk")) {
      other.isServed();
      long before = residentBytes();
      try (RawClient deaf = server.structured("disk")) {
        ByteBuffer reads = ByteBuffer.allocate(5000 * 28);
        for (int i = 0; i < 5000; i++) {
          reads.put(RawClient.request(0, Command.READ, 0, 65_536));
        }
        Thread sender = Thread.ofPlatform().daemon().start(() -> deaf.send(reads));
        sender.join(2000);
        awaitLittleMoreThan(before);
        assertThat(other.isServed()).isTrue();
      }
      assertThat(other.isServed()).isTrue();
    }
  }

  @Test
  void servesAHundredClientsOfOneExport() {
    try (TestServer server = new TestServer()) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        clients.add(server.simple("disk"));
      }
      clients.forEach(client -> assertThat(client.write(0, 0, new byte[4096])).isZero());
      clients.forEach(client -> assertThat(client.isServed()).isTrue());
      clients.forEach(RawClient::close);
    }
  }

  /// What others hold in the same process, as its compiler does, goes again; what the client would
  /// be waited for with stays.
  private static void awaitLittleMoreThan(long bytes) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    long more = residentBytes() - bytes;
    while (more >= MUCH && System.nanoTime() < end) {
      Thread.sleep(100);
      more = residentBytes() - bytes;
    }
    assertThat(more).isLessThan(MUCH);
  }

  /// The heap is let alone: what counts is what the process holds.
  private static long residentBytes() throws IOException {
    System.gc();
    return ResidentMemory.ownAnonymousBytes();
  }
}
