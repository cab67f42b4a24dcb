package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.nbd.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Bytes under TLS arrive as they were sent, however records and requests cut each other.
@Timeout(120)
class TlsChannelTest {
  private static final int SIZE = TestServer.SIZE_BYTES;

  @TempDir static Path folder;
  private static @Nullable TlsWorld world;

  private final TestServer server = new TestServer(NbdLimits.DEFAULT, world.required());

  @BeforeAll
  static void makeCertificates() {
    world = new TlsWorld(folder);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private RawClient secured() {
    RawClient client = server.greeted();
    client.startTls(world.stranger());
    return client;
  }

  private RawClient serving(String name) {
    RawClient client = secured();
    client.go(name);
    return client;
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void readsWhatWasWrittenAtAnyLength() {
    try (RawClient client = serving("disk")) {
      for (int length : new int[] {1, 16_383, 16_384, 16_385, 100_000, 1 << 20, 3 << 20}) {
        byte[] data = bytes(length);
        assertThat(client.write(Wire.FUA, 12_345, data)).isZero();
        assertThat(server.disk.durableContent(12_345, length)).isEqualTo(data);
        assertThat(client.error(0, Command.READ, 12_345, length)).isZero();
        assertThat(client.read(length)).isEqualTo(data);
      }
    }
  }

  @Test
  void takesRequestsThatRecordsCutAtEveryByte() {
    try (RawClient client = serving("disk")) {
      byte[] write =
          ByteBuffer.allocate(28 + 5)
              .put(RawClient.request(0, Command.WRITE, 3, 5))
              .put(new byte[] {1, 2, 3, 4, 5})
              .array();
      for (byte one : write) {
        client.send(one);
      }
      assertThat(client.simple().error()).isZero();
      assertThat(server.disk.content(3, 5)).containsExactly(1, 2, 3, 4, 5);
    }
  }

  @Test
  void takesRecordsThatArriveByteByByte() throws java.io.IOException {
    try (Trickle way = new Trickle(server.address.address());
        RawClient client = RawClient.connect(way.address()).greet()) {
      client.startTls(world.stranger());
      client.go("disk");
      byte[] data = bytes(20_000);
      ByteBuffer write = ByteBuffer.allocate(28 + data.length);
      client.send(write.put(RawClient.request(0, Command.WRITE, 0, data.length)).put(data));
      assertThat(client.simple().error()).isZero();
      assertThat(server.disk.content(0, data.length)).isEqualTo(data);
    }
  }

  @Test
  void speaksExtendedHeaders() {
    try (RawClient client = secured().extended("disk")) {
      byte[] data = bytes(2 << 20);
      assertThat(client.extendedWrite(0, 0, data)).isZero();
      client.askExtended(0, Command.READ, 0, data.length);
      assertThat(client.extendedChunks(0)).hasSize(2);
    }
  }

  @Test
  void answersAPipelineFromManyThreads() {
    server.with("slow", new SlowDisk(server.disk));
    server.disk.write(0, MemorySegment.ofArray(bytes(SIZE)));
    try (RawClient client = serving("slow")) {
      ByteBuffer many = ByteBuffer.allocate(500 * 28);
      for (int i = 0; i < 500; i++) {
        many.put(RawClient.request(0, Command.READ.ordinal(), i, i * 8000L, 8000));
      }
      client.send(many);
      Set<Long> answered = new HashSet<>();
      for (int i = 0; i < 500; i++) {
        RawClient.SimpleReply reply = client.simple();
        assertThat(client.read(8000)).isEqualTo(server.disk.content(reply.cookie() * 8000, 8000));
        answered.add(reply.cookie());
      }
      assertThat(answered).hasSize(500);
    }
  }

  /// Waits with each read, so that reads are taken aside.
  private static final class SlowDisk extends FilterDisk {
    SlowDisk(MemoryDisk memory) {
      super(memory);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      LockSupport.parkNanos(200_000);
      super.read(offset, into);
    }
  }

  @Test
  void writesNothingOfAHalfSentWrite() {
    try (RawClient client = serving("disk")) {
      client.ask(0, Command.WRITE, 0, 1 << 20).send(bytes(512 << 10));
    }
    assertThat(server.server.remove(new ExportName("disk")).orElseThrow().lingering()).isZero();
    assertThat(server.disk.content(0, 1 << 20)).isEqualTo(new byte[1 << 20]);
  }

  @Test
  void sendsClientsAwayWhenTheExportGoes() {
    try (RawClient client = serving("disk")) {
      assertThat(server.server.remove(new ExportName("disk")).orElseThrow().cut()).isZero();
      assertThat(client.readToEnd()).isZero();
    }
  }

  @Test
  void waitsForNobodyWhoTakesNoReplies() {
    try (RawClient deaf = serving("disk")) {
      ByteBuffer reads = ByteBuffer.allocate(500 * 28);
      for (int i = 0; i < 500; i++) {
        reads.put(RawClient.request(0, Command.READ, 0, 1 << 20));
      }
      deaf.send(reads);
      await(() -> server.server.clients().getFirst().traffic().reads() > 0);
      server.server.disconnect(server.server.clients().getFirst().id());
      await(() -> server.server.clients().isEmpty());
    }
  }

  private static void await(BooleanSupplier sight) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!sight.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void survivesWhateverComesInPlaceOfTls() throws SSLException {
    long seed = Seeds.first();
    System.out.println("TlsChannelTest: -Dseed=" + seed);
    Random random = new Random(seed);
    List<Throwable> mistakes = new CopyOnWriteArrayList<>();
    try (NbdServer other = new NbdServer(NbdLimits.DEFAULT, Clock.systemUTC(), into(mistakes))) {
      other.add(NbdExport.of("disk", server.disk, NbdExport.Access.WRITABLE));
      NbdAddress.Tcp at = (NbdAddress.Tcp) other.listen(TestServer.loopback(), world.required());
      for (int i = 0; i < 300; i++) {
        try (RawClient client = RawClient.connect(at.address()).greet()) {
          client.option(Wire.OPTION_STARTTLS).reply();
          sendAll(client, random.nextInt(4) == 0 ? noise(random) : brokenHello(random));
        }
      }
      try (RawClient proper = RawClient.connect(at.address()).greet()) {
        proper.startTls(world.stranger());
        proper.go("disk");
        assertThat(proper.isServed()).isTrue();
      }
    }
    assertThat(mistakes).as("seed " + seed).isEmpty();
  }

  private static void sendAll(RawClient client, byte[] bytes) {
    try {
      client.send(bytes).endOutput();
      client.readToEnd();
    } catch (RawClient.Closed early) {
      assertThat(early).hasCauseInstanceOf(java.io.IOException.class);
    }
  }

  private static byte[] noise(Random random) {
    byte[] noise = new byte[random.nextInt(40_000)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] brokenHello(Random random) throws SSLException {
    SSLEngine engine = world.stranger().createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    byte[] bytes = java.util.Arrays.copyOf(hello.array(), hello.position());
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static NbdEvents into(List<Throwable> mistakes) {
    return new NbdEvents() {
      @Override
      public void broken(NbdClient client, Throwable mistake) {
        mistakes.add(mistake);
      }

      @Override
      public void failed(NbdClient client, BlockException trouble) {
        mistakes.add(trouble);
      }
    };
  }
}
