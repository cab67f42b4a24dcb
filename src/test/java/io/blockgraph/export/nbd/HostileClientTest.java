package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.nbd.Wire;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that means no good gets the answer the protocol foresees, and others are served as
/// before.
class HostileClientTest {
  private static final long SIZE = TestServer.SIZE_BYTES;
  private static final int EINVAL = NbdError.EINVAL.number();
  private static final int ENOSPC = NbdError.ENOSPC.number();

  private final TestServer server = new TestServer();
  private final RawClient client = server.greeted();

  @AfterEach
  void close() {
    try (RawClient other = server.simple("disk")) {
      assertThat(other.isServed()).isTrue();
    } finally {
      client.close();
      server.close();
    }
  }

  private RawClient serving() {
    client.go("disk");
    return client;
  }

  @Test
  void closesOnBadOptionMagic() {
    assertThat(client.send(new byte[16]).isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65_537, 4097})
  void closesOnAnEndlessExportName(int length) {
    client.send(RawClient.optionHeader(Wire.OPTION_EXPORT_NAME, length));
    if (length == 4097) {
      client.send(new byte[4097]);
    }
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void skipsTheDataOfAnUnknownOptionUpToItsLimit() {
    client.option(99, new byte[65_536]);
    assertThat(client.reply().type()).isEqualTo(Wire.REPLY_UNSUPPORTED);
    assertThat(client.send(RawClient.optionHeader(99, 65_537)).isClosed()).isTrue();
  }

  @Test
  void closesOnMoreThanSixtyFourOptions() {
    for (int i = 0; i < 64; i++) {
      assertThat(client.option(Wire.OPTION_LIST).replies()).hasSize(2);
    }
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void echoesNothingOfALongName() { // CVE-2020-10761
    String name = "n".repeat(4096);
    RawClient.OptionReply reply = client.option(Wire.OPTION_GO, RawClient.infoData(name)).reply();
    assertThat(reply.type()).isEqualTo(Wire.REPLY_UNKNOWN);
    assertThat(reply.data()).hasSizeLessThan(256);
    assertThat(reply.text()).doesNotContain("nnn");
  }

  @Test
  void closesWithoutAReplyOnBadRequestMagic() {
    byte[] request = RawClient.request(0, Command.READ, 0, 1);
    request[0] ^= 1;
    assertThat(serving().send(request).isClosed()).isTrue();
  }

  @Test
  void readsNothingWithoutComplaint() {
    assertThat(serving().error(0, Command.READ, 0, 0)).isZero();
    assertThat(client.error(0, Command.READ, SIZE, 0)).isZero();
    assertThat(client.write(0, SIZE, new byte[0])).isZero();
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void refusesReadsThatLeaveTheDisk() { // C30
    serving();
    assertThat(client.error(0, Command.READ, SIZE, 1)).isEqualTo(EINVAL);
    assertThat(client.error(0, Command.READ, SIZE - 1, 2)).isEqualTo(EINVAL);
    assertThat(client.error(0, Command.READ, -1, 1)).isEqualTo(EINVAL);
    assertThat(client.error(0, Command.READ, -4096, 8192)).isEqualTo(EINVAL);
    assertThat(client.error(0, Command.READ, Long.MAX_VALUE, 4096)).isEqualTo(EINVAL);
    assertThat(client.error(0, Command.READ, 0, 0xffffffffL)).isEqualTo(EINVAL);
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void refusesWritesPastTheEndAndServesTheNext() { // C25, C30
    serving();
    assertThat(client.write(0, SIZE - 100, new byte[4096])).isEqualTo(ENOSPC);
    assertThat(client.write(0, -1, new byte[4096])).isEqualTo(ENOSPC);
    assertThat(client.error(0, Command.WRITE_ZEROES, SIZE, 1)).isEqualTo(ENOSPC);
    assertThat(client.error(0, Command.TRIM, SIZE, 1)).isEqualTo(EINVAL);
    assertThat(client.isServed()).isTrue();
    assertThat(server.disk.content(0, (int) SIZE)).isEqualTo(new byte[(int) SIZE]);
  }

  @ParameterizedTest
  @ValueSource(ints = {(32 << 20) + 1, 48 << 20, 64 << 20})
  void swallowsAWriteThatIsTooLargeAndServesTheNext(int length) { // C25
    serving().ask(0, Command.WRITE, 0, length);
    byte[] part = new byte[1 << 20];
    Arrays.fill(part, (byte) 1);
    for (int sent = 0; sent < length; sent += part.length) {
      client.send(Arrays.copyOf(part, Math.min(part.length, length - sent)));
    }
    assertThat(client.simple().error()).isEqualTo(EINVAL);
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void closesOnAWriteBeyondWhatItSwallows() {
    serving().ask(0, Command.WRITE, 0, (64 << 20) + 1);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void refusesUnknownCommandsAndFlags() {
    serving();
    for (int command : new int[] {5, 8, 9, 100, 0xffff}) {
      client.send(RawClient.request(0, command, 1, 0, 0));
      assertThat(client.simple().error()).isEqualTo(EINVAL);
    }
    assertThat(client.error(0x8000, Command.READ, 0, 1)).isEqualTo(EINVAL);
    assertThat(client.error(Wire.DONT_FRAGMENT, Command.READ, 0, 1)).isEqualTo(EINVAL);
    assertThat(client.error(Wire.NO_HOLE, Command.TRIM, 0, 1)).isEqualTo(EINVAL);
    assertThat(client.write(32, 0, new byte[100])).isEqualTo(EINVAL);
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void refusesAFlushOfARange() {
    assertThat(serving().error(0, Command.FLUSH, 1, 0)).isEqualTo(EINVAL);
    assertThat(client.error(0, Command.FLUSH, 0, 1)).isEqualTo(EINVAL);
  }

  @Test
  void refusesBlockStatusThatWasNotAgreedOrAsksForNothing() {
    assertThat(serving().error(0, Command.BLOCK_STATUS, 0, 512)).isEqualTo(EINVAL);
    try (RawClient structured = server.structured("disk")) {
      for (long[] range : new long[][] {{0, 0}, {0, 0xffffffffL}, {SIZE, 1}, {-1, 1}}) {
        structured.ask(0, Command.BLOCK_STATUS, range[0], range[1]);
        assertThat(structured.chunk().error()).isEqualTo(EINVAL);
      }
    }
  }

  @Test
  void writesNothingOfAHalfSentWrite() {
    byte[] half = new byte[512 << 10];
    Arrays.fill(half, (byte) 7);
    serving().ask(0, Command.WRITE, 0, 1 << 20).send(half).close();
    try (RawClient large = server.simple("disk")) {
      large.ask(0, Command.WRITE, 0, 3 << 20).send(half).send(half).send(half);
    }
    awaitNobody();
    assertThat(server.disk.content(0, 3 << 20)).isEqualTo(new byte[3 << 20]);
  }

  @Test
  void survivesADisconnectAtEveryByteOfGo() {
    byte[] go = RawClient.infoData("disk", 1, 2, 3);
    byte[] all = new byte[16 + go.length];
    System.arraycopy(RawClient.optionHeader(Wire.OPTION_GO, go.length), 0, all, 0, 16);
    System.arraycopy(go, 0, all, 16, go.length);
    for (int n = 0; n <= 200; n++) {
      try (RawClient quitter = server.greeted()) {
        quitter.send(Arrays.copyOf(all, Math.min(n, all.length)));
      }
    }
    client.close();
    awaitNobody();
  }

  @Test
  void survivesADisconnectAtEveryByteOfWrite() {
    ByteBuffer write = ByteBuffer.allocate(28 + 200);
    write.put(RawClient.request(0, Command.WRITE, 0, 200));
    Arrays.fill(write.array(), 28, 228, (byte) 9);
    for (int n = 0; n <= 200; n++) {
      try (RawClient quitter = server.simple("disk")) {
        quitter.send(Arrays.copyOf(write.array(), n));
      }
    }
    client.close();
    awaitNobody();
    assertThat(server.disk.content(0, 200)).isEqualTo(new byte[200]);
  }

  @Test
  void mayReuseACookieThatIsInUse() {
    byte[] read = RawClient.request(0, Command.READ, 0, 1);
    serving().send(read).send(read);
    assertThat(List.of(client.simple().cookie(), (long) client.read(1)[0])).containsExactly(7L, 0L);
    assertThat(client.simple().cookie()).isEqualTo(7);
  }

  private void awaitNobody() {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!server.server.clients().isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(server.server.clients()).isEmpty();
  }
}
