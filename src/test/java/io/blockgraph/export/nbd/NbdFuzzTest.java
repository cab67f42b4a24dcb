package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.nbd.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Messages with random faults never break the server: no mistake of ours shows, each conversation
/// comes to its end, and a proper client is served afterwards.
///
/// `-Dseed=N` replays a run, `-DfuzzMessages=N` makes it longer.
@Timeout(120)
class NbdFuzzTest {
  private final long seed = Seeds.first();
  private final int messages = Integer.getInteger("fuzzMessages", 5000);
  private final Random random = new Random(seed);
  private final List<Throwable> mistakes = new CopyOnWriteArrayList<>();

  @Test
  void survivesRandomMessages() throws Exception {
    System.out.println("NbdFuzzTest: -Dseed=" + seed);
    NbdEvents events =
        new NbdEvents() {
          @Override
          public void broken(NbdClient client, Throwable mistake) {
            mistakes.add(mistake);
          }
        };
    try (NbdServer server = new NbdServer(NbdLimits.DEFAULT, Clock.systemUTC(), events)) {
      BareDisk disk = new BareDisk(1 << 20);
      disk.fail(BlockException.Kind.IO, offset -> offset > 0 && offset % 7 == 0);
      server.add(NbdExport.of("disk", disk, NbdExport.Access.WRITABLE));
      NbdAddress.Tcp address = (NbdAddress.Tcp) server.listen(TestServer.loopback());
      for (int sent = 0; sent < messages; ) {
        sent += converse(address);
      }
      try (RawClient proper = RawClient.connect(address.address()).greet()) {
        proper.go("disk");
        assertThat(proper.isServed()).isTrue();
      }
      assertThat(mistakes).as("seed " + seed).isEmpty();
    }
  }

  /// One connection from greeting to end: how many random messages it took.
  private int converse(NbdAddress.Tcp address) throws IOException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(
        ByteBuffer.allocate(4).putInt(random.nextInt(20) == 0 ? random.nextInt() : 3).array());
    int options = random.nextInt(6);
    for (int i = 0; i < options; i++) {
      all.write(broken(option()));
    }
    boolean extended = random.nextInt(3) == 0;
    all.write(message(extended ? Wire.OPTION_EXTENDED_HEADERS : Wire.OPTION_STRUCTURED_REPLY));
    all.write(message(Wire.OPTION_SET_META_CONTEXT, RawClient.metaData("disk", "base:allocation")));
    all.write(message(Wire.OPTION_GO, RawClient.infoData("disk")));
    int commands = random.nextInt(60);
    for (int i = 0; i < commands; i++) {
      all.write(broken(extended ? extendedCommand() : command()));
    }
    sendAll(address, all.toByteArray());
    return 1 + options + commands;
  }

  private void sendAll(NbdAddress.Tcp address, byte[] bytes) throws InterruptedException {
    try (RawClient client = RawClient.connect(address.address())) {
      Thread reader = Thread.ofVirtual().start(client::readToEnd);
      try {
        client.send(bytes).endOutput();
      } catch (RawClient.Closed early) {
        assertThat(early).as("seed " + seed).hasCauseInstanceOf(IOException.class);
      }
      assertThat(reader.join(Duration.ofSeconds(60))).as("seed " + seed).isTrue();
    }
  }

  private static byte[] message(int option, byte... data) {
    return ByteBuffer.allocate(16 + data.length)
        .put(RawClient.optionHeader(option, data.length))
        .put(data)
        .array();
  }

  private byte[] option() {
    byte[] data =
        switch (random.nextInt(4)) {
          case 0 -> RawClient.infoData("disk", random.nextInt(5), random.nextInt(70_000));
          case 1 -> RawClient.metaData("disk", "base:", "base:allocation", "q:");
          case 2 -> new byte[random.nextInt(300)];
          default -> new byte[0];
        };
    return message(1 + random.nextInt(12), data);
  }

  private byte[] command() {
    int command = random.nextInt(10);
    int payload = command == 1 ? random.nextInt(9000) : 0;
    long offset = random.nextInt(10) == 0 ? random.nextLong() : random.nextInt(1 << 20);
    long length = command == 1 ? payload : random.nextInt(100_000);
    byte[] message = new byte[28 + payload];
    byte[] header = RawClient.request(flags(), command, random.nextLong(), offset, length);
    System.arraycopy(header, 0, message, 0, 28);
    return message;
  }

  /// Payloads where none belongs, none where one belongs, lengths beyond everything.
  private byte[] extendedCommand() {
    int command = random.nextInt(10);
    boolean carries = random.nextInt(20) == 0 ? random.nextBoolean() : command == 1;
    int payload = carries ? random.nextInt(9000) : command == 7 && random.nextBoolean() ? 12 : 0;
    int payloadFlag = payload > 0 ? Wire.PAYLOAD_LENGTH : 0;
    long offset = random.nextInt(10) == 0 ? random.nextLong() : random.nextInt(1 << 20);
    long effect = random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(100_000);
    byte[] header =
        RawClient.extendedRequest(
            (flags() & ~Wire.PAYLOAD_LENGTH) | payloadFlag,
            command,
            offset,
            payload > 0 ? payload : effect);
    ByteBuffer message = ByteBuffer.allocate(header.length + payload).put(header);
    if (payload == 12) {
      message.putLong(effect).putInt(random.nextInt(3));
    }
    return message.array();
  }

  private int flags() {
    return random.nextInt(3) == 0 ? random.nextInt(64) : 0;
  }

  /// Sometimes a bit is flipped or the end is missing.
  private byte[] broken(byte[] message) {
    switch (random.nextInt(20)) {
      case 0 -> message[random.nextInt(message.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        return Arrays.copyOf(message, random.nextInt(message.length));
      }
      default -> {
        return message;
      }
    }
    return message;
  }
}
