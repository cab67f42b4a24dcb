package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ResidentMemory;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many clients, silent clients, slow clients: memory and time stay bounded.
@Timeout(60)
class NbdLoadTest {
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
      assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(1));
      silent.forEach(RawClient::close);
    }
  }

  @Test
  void closesASilentClientAtTheDeadline() {
    try (TestServer server = new TestServer(withHandshake(300, 100));
        RawClient silent = server.connect()) {
      Instant start = Instant.now();
      silent.read(18);
      assertThat(silent.isClosed()).isTrue();
      assertThat(Duration.between(start, Instant.now()))
          .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
    }
  }

  @Test
  void closesAClientThatDripsBytesAtTheDeadline() throws InterruptedException {
    try (TestServer server = new TestServer(withHandshake(500, 100));
        RawClient slow = server.greeted()) {
      byte[] header = RawClient.optionHeader(Wire.OPTION_LIST, 0);
      Instant start = Instant.now();
      try {
        for (int i = 0; i < 100; i++) {
          slow.send(header[i % 4]);
          Thread.sleep(50);
        }
      } catch (RawClient.Closed e) {
        assertThat(e).hasCauseInstanceOf(IOException.class);
      }
      assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(3));
    }
  }

  @Test
  void leavesAClientAloneThatHasFinishedItsHandshake() throws InterruptedException {
    try (TestServer server = new TestServer(withHandshake(300, 100));
        RawClient idle = server.simple("disk")) {
      Thread.sleep(600);
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
        assertThat(residentBytes() - before).isLessThan(32 << 20);
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

  /// The heap is let alone: what counts is what the process holds.
  private static long residentBytes() throws IOException {
    System.gc();
    return ResidentMemory.ownAnonymousBytes();
  }
}
