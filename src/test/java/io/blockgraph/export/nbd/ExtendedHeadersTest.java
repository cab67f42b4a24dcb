package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.nbd.Wire;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Extended headers, as the protocol's branch `extension-ext-header` wants them. No client of other
/// people that speaks them is on this machine, so the only judge is [RawClient].
class ExtendedHeadersTest {
  private static final long TERABYTE = 1L << 40;
  private static final int SIZE = TestServer.SIZE_BYTES;
  private static final int EINVAL = NbdError.EINVAL.number();

  private final TestServer server = new TestServer();
  private final VastDisk vast = new VastDisk(8 * TERABYTE);

  @AfterEach
  void close() {
    try (RawClient other = server.simple("disk")) {
      assertThat(other.isServed()).isTrue();
    } finally {
      server.close();
    }
  }

  private RawClient extended() {
    return server.extended("disk");
  }

  private RawClient onVastDisk() {
    return server.with("vast", vast).extended("vast");
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static int only(RawClient client, int option, byte... data) {
    List<RawClient.OptionReply> replies = client.option(option, data).replies();
    assertThat(replies).hasSize(1);
    return replies.getFirst().type();
  }

  @Test
  void takesPrecedenceOverStructuredReplies() {
    try (RawClient client = server.greeted()) {
      assertThat(only(client, Wire.OPTION_EXTENDED_HEADERS, (byte) 1))
          .isEqualTo(Wire.REPLY_INVALID);
      assertThat(only(client, Wire.OPTION_STRUCTURED_REPLY)).isEqualTo(Wire.REPLY_ACK);
      assertThat(only(client, Wire.OPTION_EXTENDED_HEADERS)).isEqualTo(Wire.REPLY_ACK);
      assertThat(only(client, Wire.OPTION_STRUCTURED_REPLY))
          .isEqualTo(Wire.REPLY_EXTENDED_REQUIRED);
      client.go("disk");
      assertThat(client.extendedError(0, Command.FLUSH, 0, 0)).isZero();
    }
  }

  @Test
  void closesOnExportNameOnceAgreed() {
    try (RawClient client = server.greeted()) {
      only(client, Wire.OPTION_EXTENDED_HEADERS);
      assertThat(client.option(Wire.OPTION_EXPORT_NAME, (byte) 'd').isClosed()).isTrue();
    }
  }

  @Test
  void offersFilteredStatusOnlyWhereAContextWasChosen() {
    try (RawClient without = server.greeted();
        RawClient with = server.greeted()) {
      only(without, Wire.OPTION_EXTENDED_HEADERS);
      assertThat(without.go("disk").flags() & Wire.BLOCK_STATUS_PAYLOAD).isZero();
      only(with, Wire.OPTION_EXTENDED_HEADERS);
      with.option(Wire.OPTION_SET_META_CONTEXT, RawClient.metaData("disk", "base:allocation"))
          .replies();
      int flags = with.go("disk").flags();
      assertThat(flags & Wire.BLOCK_STATUS_PAYLOAD).isNotZero();
      assertThat(flags & Wire.SEND_DF).isNotZero();
    }
  }

  @Test
  void readsWhatWasWrittenAtAnyLength() {
    try (RawClient client = extended()) {
      for (int length : new int[] {1, 4096, 65_537, 1 << 20, (1 << 20) + 1, 3 << 20}) {
        byte[] data = bytes(length);
        assertThat(client.extendedWrite(Wire.FUA, 12_345, data)).isZero();
        client.askExtended(0, Command.READ, 12_345, length);
        assertThat(data(client.extendedChunks(12_345), 12_345)).isEqualTo(data);
      }
      assertThat(client.extendedError(0, Command.READ, 5, 0)).isZero();
    }
  }

  private static byte[] data(List<RawClient.Chunk> chunks, long from) {
    ByteBuffer all = ByteBuffer.allocate(SIZE);
    for (RawClient.Chunk chunk : chunks) {
      ByteBuffer payload = chunk.buffer();
      assertThat(chunk.type()).isEqualTo(Wire.CHUNK_OFFSET_DATA);
      assertThat(chunk.cookie()).isEqualTo(7);
      assertThat(payload.getLong()).isEqualTo(from + all.position());
      all.put(payload);
    }
    return Arrays.copyOf(all.array(), all.position());
  }

  @Test
  void zeroesAndDiscardsTerabytesInOneRequest() {
    try (RawClient client = onVastDisk()) {
      assertThat(client.extendedError(0, Command.WRITE_ZEROES, 1, 5 * TERABYTE)).isZero();
      assertThat(client.extendedError(0, Command.TRIM, TERABYTE, 6 * TERABYTE + 1)).isZero();
      assertThat(vast.zeroedBytes.get()).isEqualTo(5 * TERABYTE);
      assertThat(vast.discardedBytes.get()).isEqualTo(6 * TERABYTE + 1);
    }
  }

  @Test
  void reportsARunOfTerabytesAsOne() {
    try (RawClient client = onVastDisk()) {
      client.askExtended(0, Command.BLOCK_STATUS, 3, 7 * TERABYTE);
      List<RawClient.Chunk> chunks = client.extendedChunks(3);
      assertThat(chunks).hasSize(1);
      assertThat(chunks.getFirst().type()).isEqualTo(Wire.CHUNK_BLOCK_STATUS_EXTENDED);
      ByteBuffer status = chunks.getFirst().buffer();
      assertThat(status.remaining()).isEqualTo(8 + 16);
      assertThat(status.getInt()).isEqualTo(Session.ALLOCATION_CONTEXT);
      assertThat(status.getInt()).isEqualTo(1);
      assertThat(status.getLong()).isEqualTo(7 * TERABYTE);
      assertThat(status.getLong()).isEqualTo(Wire.STATE_HOLE | Wire.STATE_ZERO);
    }
  }

  @Test
  void countsTheRunsOfAStatusAlsoForShortRequests() {
    server.disk.write(8192, java.lang.foreign.MemorySegment.ofArray(bytes(4096)));
    try (RawClient client = extended()) {
      client.askExtended(0, Command.BLOCK_STATUS, 0, SIZE);
      RawClient.Chunk chunk = client.extendedChunks(0).getFirst();
      assertThat(chunk.type()).isEqualTo(Wire.CHUNK_BLOCK_STATUS_EXTENDED);
      assertThat(chunk.payload()).hasSize(8 + 3 * 16);
      assertThat(chunk.buffer().getInt(4)).isEqualTo(3);
      assertThat(chunk.buffer().getLong(8 + 16)).isEqualTo(4096);
      client.askExtended(Wire.REQUEST_ONE, Command.BLOCK_STATUS, 1, 5);
      assertThat(client.extendedChunks(1).getFirst().buffer().getLong(8)).isEqualTo(5);
    }
  }

  private static RawClient.Chunk filtered(RawClient client, byte... payload) {
    client.askExtended(Wire.PAYLOAD_LENGTH, Command.BLOCK_STATUS, 0, payload.length);
    return client.send(payload).extendedChunks(0).getLast();
  }

  private static byte[] filter(long effectBytes, int... contexts) {
    ByteBuffer payload = ByteBuffer.allocate(8 + 4 * contexts.length).putLong(effectBytes);
    for (int context : contexts) {
      payload.putInt(context);
    }
    return payload.array();
  }

  @Test
  void reportsOnlyTheContextsThatAPayloadNames() {
    try (RawClient client = extended()) {
      RawClient.Chunk chunk = filtered(client, filter(SIZE, Session.ALLOCATION_CONTEXT));
      assertThat(chunk.buffer().getLong(8)).isEqualTo(SIZE);
      for (byte[] bad :
          List.of(
              filter(SIZE, 2),
              filter(SIZE, 1, 1),
              filter(SIZE),
              filter(0, 1),
              filter(SIZE + 1, 1),
              filter(-1, 1),
              new byte[11],
              new byte[1 << 20])) {
        assertThat(filtered(client, bad).error()).isEqualTo(EINVAL);
      }
    }
  }

  @Test
  void takesNoPayloadWhereNoContextWasChosen() {
    try (RawClient client = server.greeted()) {
      only(client, Wire.OPTION_EXTENDED_HEADERS);
      client.go("disk");
      assertThat(filtered(client, filter(SIZE, 1)).error()).isEqualTo(EINVAL);
      assertThat(client.extendedError(0, Command.FLUSH, 0, 0)).isZero();
    }
  }

  @Test
  void swallowsThePayloadOfACommandThatHasNone() {
    try (RawClient client = extended()) {
      for (Command command : List.of(Command.READ, Command.FLUSH, Command.TRIM, Command.UNKNOWN)) {
        client.askExtended(Wire.PAYLOAD_LENGTH, command, 0, 100_000).send(new byte[100_000]);
        assertThat(client.extendedChunks(0).getLast().error()).isEqualTo(EINVAL);
      }
      assertThat(client.extendedError(0, Command.FLUSH, 0, 0)).isZero();
    }
  }

  @Test
  void closesOnAPayloadBeyondTheLargestAnnounced() {
    for (long length : new long[] {(32 << 20) + 1, 1L << 32, -1}) {
      for (Command command : List.of(Command.WRITE, Command.BLOCK_STATUS)) {
        try (RawClient client = extended()) {
          client.askExtended(Wire.PAYLOAD_LENGTH, command, 0, length);
          assertThat(client.isClosed()).isTrue();
        }
      }
    }
  }

  @Test
  void closesOnAWriteThatDoesNotSayWhetherItsDataFollows() {
    try (RawClient client = extended()) {
      assertThat(client.askExtended(0, Command.WRITE, 0, 4096).isClosed()).isTrue();
    }
  }

  @Test
  void closesOnACompactRequest() {
    try (RawClient client = extended()) {
      client.ask(0, Command.READ, 0, 1).send(new byte[4]);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void refusesWhatLeavesTheDiskWithoutWrapping() {
    try (RawClient client = extended()) {
      long[][] beyond = {{SIZE, 1}, {1, SIZE}, {0, Long.MIN_VALUE}, {1, -1}, {-1, 1}, {-4096, -1}};
      for (long[] range : beyond) {
        for (Command command : List.of(Command.READ, Command.TRIM, Command.BLOCK_STATUS)) {
          assertThat(client.extendedError(0, command, range[0], range[1])).isEqualTo(EINVAL);
        }
        assertThat(client.extendedError(0, Command.WRITE_ZEROES, range[0], range[1]))
            .isEqualTo(NbdError.ENOSPC.number());
      }
      assertThat(client.extendedWrite(0, SIZE - 1, bytes(2))).isEqualTo(NbdError.ENOSPC.number());
      assertThat(client.extendedError(0, Command.READ, 0, 1L << 40)).isEqualTo(EINVAL);
      assertThat(client.extendedError(0, Command.FLUSH, 0, 0)).isZero();
    }
  }

  @Test
  void tellsErrorsInWordsThatNameTheLengthAsItWasSent() {
    try (RawClient client = extended()) {
      client.askExtended(0, Command.READ, 0, -1);
      RawClient.Chunk chunk = client.extendedChunks(0).getLast();
      assertThat(new String(chunk.payload(), java.nio.charset.StandardCharsets.UTF_8))
          .contains("READ of 18446744073709551615 bytes");
    }
  }

  @Test
  void endsLongWorkWhenTheClientIsSentAway() {
    VastDisk endless = new VastDisk(Long.MAX_VALUE);
    server.with("endless", endless);
    try (RawClient client = server.extended("endless")) {
      client.askExtended(0, Command.TRIM, 0, Long.MAX_VALUE);
      awaitWork(endless);
      assertThat(server.server.disconnect(server.server.clients().getFirst().id())).isTrue();
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(server.server.remove(new ExportName("endless")).orElseThrow().lingering()).isZero();
  }

  private static void awaitWork(VastDisk disk) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (disk.discardedBytes.get() == 0) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
