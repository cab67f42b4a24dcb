package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.MemoryDisk;
import io.blockgraph.nbd.Wire;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The transmission phase as the protocol's MUSTs want it; C numbers are those of the conformance
/// checklist.
class TransmissionTest {
  private static final int SIZE = TestServer.SIZE_BYTES;

  private final TestServer server = new TestServer();
  private final RawClient client = server.simple("disk");
  private final RawClient structured = server.structured("disk");

  @AfterEach
  void close() {
    client.close();
    structured.close();
    server.close();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] data(List<RawClient.Chunk> chunks, long from) {
    ByteBuffer all = ByteBuffer.allocate(SIZE);
    for (RawClient.Chunk chunk : chunks) {
      ByteBuffer payload = chunk.buffer();
      assertThat(chunk.type()).isEqualTo(Wire.CHUNK_OFFSET_DATA);
      assertThat(payload.getLong()).isEqualTo(from + all.position());
      assertThat(payload.remaining()).isPositive();
      all.put(payload);
    }
    return Arrays.copyOf(all.array(), all.position());
  }

  @Test
  void readsWhatWasWrittenAtAnyOffset() {
    for (int length : new int[] {1, 511, 4096, 65_537, 1 << 20, (1 << 20) + 1, 3 << 20}) {
      byte[] data = bytes(length);
      assertThat(client.write(0, 12_345, data)).isZero();
      assertThat(client.error(0, Command.READ, 12_345, length)).isZero();
      assertThat(client.read(length)).isEqualTo(data);
      List<RawClient.Chunk> chunks = structured.ask(0, Command.READ, 12_345, length).chunks();
      assertThat(data(chunks, 12_345)).isEqualTo(data);
    }
  }

  @Test
  void givesEveryCookieBack() { // C18
    for (long cookie : new long[] {0, -1, Long.MIN_VALUE, 0x0102030405060708L, -1}) {
      client.send(RawClient.request(0, Command.FLUSH.ordinal(), cookie, 0, 0));
      assertThat(client.simple().cookie()).isEqualTo(cookie);
      structured.send(RawClient.request(0, Command.READ.ordinal(), cookie, 0, 1));
      assertThat(structured.chunk().cookie()).isEqualTo(cookie);
    }
  }

  @Test
  void answersAPipelineInOneGo() {
    ByteBuffer many = ByteBuffer.allocate(1000 * 28);
    for (int i = 0; i < 1000; i++) {
      many.put(RawClient.request(0, Command.READ.ordinal(), i, i, 1));
    }
    client.send(many);
    Set<Long> answered = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      RawClient.SimpleReply reply = client.simple();
      assertThat(reply.error()).isZero();
      answered.add(reply.cookie());
      client.read(1);
    }
    assertThat(answered).hasSize(1000);
  }

  @Test
  void answersFlushOnlyWhenAllIsDurable() { // C19
    client.write(0, 0, bytes(4096));
    assertThat(server.disk.durableContent(0, 4096)).isEqualTo(new byte[4096]);
    assertThat(client.error(0, Command.FLUSH, 0, 0)).isZero();
    assertThat(server.disk.durableContent(0, 4096)).isEqualTo(bytes(4096));
  }

  @Test
  void flushCoversWritesOfOtherConnections() { // multi-conn
    client.write(0, 4096, bytes(512));
    assertThat(structured.ask(0, Command.FLUSH, 0, 0).simple().error()).isZero();
    assertThat(server.disk.durableContent(4096, 512)).isEqualTo(bytes(512));
  }

  @Test
  void fuaMakesWritesDurableAndIsTakenEverywhere() { // C20
    assertThat(client.write(Wire.FUA, 0, bytes(4096))).isZero();
    assertThat(server.disk.durableContent(0, 4096)).isEqualTo(bytes(4096));
    assertThat(client.error(Wire.FUA, Command.WRITE_ZEROES, 0, 512)).isZero();
    assertThat(server.disk.durableContent(0, 512)).isEqualTo(new byte[512]);
    assertThat(client.error(Wire.FUA, Command.TRIM, 0, 4096)).isZero();
    assertThat(server.disk.durableContent(0, 4096)).isEqualTo(new byte[4096]);
    assertThat(client.error(Wire.FUA, Command.FLUSH, 0, 0)).isZero();
    assertThat(client.error(Wire.FUA, Command.READ, 0, 1)).isZero();
  }

  @Test
  void refusesEveryWriteToAReadOnlyExport() { // C22, C25
    server.withReadOnly("ro", new MemoryDisk(8192));
    try (RawClient reader = server.simple("ro")) {
      int eperm = NbdError.EPERM.number();
      assertThat(reader.write(0, 0, bytes(4096))).isEqualTo(eperm);
      assertThat(reader.write(Wire.FUA, 0, bytes(4096))).isEqualTo(eperm);
      assertThat(reader.error(0, Command.TRIM, 0, 4096)).isEqualTo(eperm);
      assertThat(reader.error(0, Command.WRITE_ZEROES, 0, 4096)).isEqualTo(eperm);
      assertThat(reader.error(0, Command.FLUSH, 0, 0)).isZero();
      assertThat(reader.isServed()).isTrue();
    }
  }

  @Test
  void sendsOneChunkWhenAskedNotToFragment() { // C24
    for (int length : new int[] {1, 65_536, 1 << 20}) {
      structured.ask(Wire.DONT_FRAGMENT, Command.READ, 0, length);
      assertThat(structured.chunks()).hasSize(1);
    }
    structured.ask(Wire.DONT_FRAGMENT, Command.READ, 0, (1 << 20) + 1);
    assertThat(structured.chunk().error()).isEqualTo(NbdError.EOVERFLOW.number());
  }

  @Test
  void zeroesReadBackAsZeroes() { // C26
    for (int flags : new int[] {0, Wire.NO_HOLE, Wire.FAST_ZERO}) {
      client.write(0, 0, bytes(65_536));
      assertThat(client.error(flags, Command.WRITE_ZEROES, 100, 60_000)).isZero();
      assertThat(server.disk.content(100, 60_000)).isEqualTo(new byte[60_000]);
      assertThat(server.disk.content(0, 100)).isEqualTo(Arrays.copyOf(bytes(65_536), 100));
    }
  }

  @Test
  void keepsZeroesAllocatedWhenToldSo() { // C26, C32
    client.error(Wire.NO_HOLE, Command.WRITE_ZEROES, 0, 8192);
    client.error(0, Command.WRITE_ZEROES, 4096, 4096);
    ByteBuffer status = status(0, 8192);
    assertThat(status.getInt()).isEqualTo(4096);
    assertThat(status.getInt() & Wire.STATE_HOLE).isZero();
    assertThat(status.getInt()).isEqualTo(4096);
    assertThat(status.getInt()).isEqualTo(Wire.STATE_HOLE | Wire.STATE_ZERO);
  }

  @Test
  void writesZeroesOnADiskThatCannotZero() { // C26
    BareDisk bare = new BareDisk(5 << 20);
    server.with("bare", bare);
    try (RawClient writer = server.simple("bare")) {
      writer.write(0, 0, bytes(4096));
      assertThat(writer.error(Wire.FAST_ZERO, Command.WRITE_ZEROES, 0, 4096))
          .isEqualTo(NbdError.ENOTSUP.number());
      assertThat(writer.error(0, Command.WRITE_ZEROES, 0, 5 << 20)).isZero();
      assertThat(bare.memory.content(0, 4096)).isEqualTo(new byte[4096]);
      assertThat(writer.error(0, Command.TRIM, 0, 4096)).isEqualTo(NbdError.EINVAL.number());
    }
  }

  @Test
  void trimTouchesNothingOutside() { // C27
    client.write(0, 0, bytes(65_536));
    assertThat(client.error(0, Command.TRIM, 5000, 20_000)).isZero();
    byte[] now = server.disk.content(0, 65_536);
    assertThat(Arrays.copyOf(now, 5000)).isEqualTo(Arrays.copyOf(bytes(65_536), 5000));
    assertThat(Arrays.copyOfRange(now, 25_000, 65_536))
        .isEqualTo(Arrays.copyOfRange(bytes(65_536), 25_000, 65_536));
  }

  private ByteBuffer status(long offset, long length) {
    return status(0, offset, length);
  }

  private ByteBuffer status(int flags, long offset, long length) {
    List<RawClient.Chunk> chunks =
        structured.ask(flags, Command.BLOCK_STATUS, offset, length).chunks();
    assertThat(chunks).hasSize(1);
    assertThat(chunks.getFirst().type()).isEqualTo(Wire.CHUNK_BLOCK_STATUS);
    ByteBuffer payload = chunks.getFirst().buffer();
    assertThat(payload.getInt()).isEqualTo(Session.ALLOCATION_CONTEXT);
    return payload;
  }

  @Test
  void reportsEachRunOnceAndNotMoreThanWasAsked() { // C28
    client.write(0, 8192, bytes(4096));
    ByteBuffer status = status(0, SIZE);
    assertThat(status.remaining()).isEqualTo(3 * 8);
    assertThat(status.getInt(4)).isEqualTo(8192);
    assertThat(status.getInt(8)).isEqualTo(3);
    assertThat(status.getInt(12)).isEqualTo(4096);
    assertThat(status.getInt(16)).isZero();
    assertThat(status.getInt(20)).isEqualTo(SIZE - 12_288);
  }

  @Test
  void reportsOneRunWhenOneIsAsked() { // C28
    client.write(0, 8192, bytes(4096));
    ByteBuffer status = status(Wire.REQUEST_ONE, 0, SIZE);
    assertThat(status.remaining()).isEqualTo(8);
    assertThat(status.getInt()).isEqualTo(8192);
    assertThat(status(Wire.REQUEST_ONE, 1, 5).getInt()).isEqualTo(5);
  }

  @Test
  void boundsTheRunsOfOneReply() { // C28, CVE-2025-47711
    MemoryDisk large = new MemoryDisk(80 << 20);
    server.with("large", large);
    try (RawClient writer = server.structured("large")) {
      for (int i = 0; i < 10_000; i++) {
        large.write(i * 8192L, java.lang.foreign.MemorySegment.ofArray(new byte[1]));
      }
      RawClient.Chunk chunk = writer.ask(0, Command.BLOCK_STATUS, 0, 80 << 20).chunk();
      assertThat(chunk.payload()).hasSize(4 + 4096 * 8);
    }
  }

  @Test
  void finishesAHundredReadsBeforeItLeaves() { // C29
    ByteBuffer many = ByteBuffer.allocate(101 * 28);
    for (int i = 0; i < 100; i++) {
      many.put(RawClient.request(0, Command.READ.ordinal(), i, 0, 4096));
    }
    client.send(many.put(RawClient.request(0, Command.DISC, 0, 0)));
    assertThat(client.readToEnd()).isEqualTo(100 * (16 + 4096));
  }

  @Test
  void ignoresWhatFollowsADisconnect() { // C29
    client.send(RawClient.request(0, Command.DISC, 0, 0));
    client.send(RawClient.request(0, Command.WRITE_ZEROES, 0, 4096));
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void followsTheDiskWhenItIsResized() {
    server.disk.resize(SIZE * 2L);
    try (RawClient later = server.greeted()) {
      assertThat(later.go("disk").sizeBytes()).isEqualTo(SIZE * 2L);
    }
    assertThat(client.write(0, SIZE, bytes(4096))).as("where it has grown").isZero();
    assertThat(status(0, SIZE * 2L).remaining()).isEqualTo(3 * 8);
    server.disk.resize(4096);
    assertThat(client.error(0, Command.READ, 4096, 1)).isEqualTo(NbdError.EINVAL.number());
    assertThat(client.write(0, 4096, bytes(1))).isEqualTo(NbdError.ENOSPC.number());
    assertThat(client.isServed()).isTrue();
  }

  @Test
  void writesLargePayloadsAlsoWhenMemoryForThemIsUsedUp() {
    NbdLimits.Transfer tight = new NbdLimits.Transfer(32 << 20, 64 << 20, 1 << 20, 0, 4096);
    NbdLimits limits = new NbdLimits(NbdLimits.DEFAULT.negotiation(), tight, 1000);
    try (TestServer other = new TestServer(limits);
        RawClient writer = other.simple("disk")) {
      assertThat(writer.write(0, 0, bytes(SIZE - 1))).isZero();
      assertThat(other.disk.content(0, SIZE - 1)).isEqualTo(bytes(SIZE - 1));
      assertThat(writer.isServed()).isTrue();
    }
  }
}
