package io.blockgraph.export.nbd;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.nbd.Wire;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads of a disk that makes them wait: they are served side by side.
class SideReadsTest {
  private static final int SIZE = 4 << 20;
  private static final int BLOCK = 4096;

  /// Offsets with a meaning of their own.
  private static final long HELD = SIZE - BLOCK;

  private static final long BAD = SIZE - 2L * BLOCK;
  private static final long MISTAKEN = SIZE - 3L * BLOCK;

  private final WaitingDisk disk = new WaitingDisk();
  private final TestServer server = new TestServer().with("waits", disk);

  /// A disk whose reads take their time; one place is held, one fails, one is broken.
  private static final class WaitingDisk implements BlockIo {
    final MemoryDisk memory = new MemoryDisk(SIZE);
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final Set<String> readers = ConcurrentHashMap.newKeySet();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger held = new AtomicInteger();
    volatile long nanos = 200_000;

    @Override
    public void read(long offset, MemorySegment into) {
      if (offset == HELD) {
        entered.countDown();
        held.incrementAndGet();
        await(release);
      } else if (offset == BAD) {
        throw new BlockException(BlockException.Kind.IO, "a bad sector");
      } else if (offset == MISTAKEN) {
        throw new IllegalStateException("a mistake of ours");
      }
      reads.incrementAndGet();
      readers.add(Thread.currentThread().getName().replaceFirst("\\d+", ""));
      LockSupport.parkNanos(nanos);
      memory.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      memory.write(offset, from);
    }

    @Override
    public void flush() {
      memory.flush();
    }

    @Override
    public long sizeBytes() {
      return memory.sizeBytes();
    }
  }

  @BeforeEach
  void fill() {
    ByteBuffer numbers = ByteBuffer.allocateDirect(SIZE);
    for (int at = 0; at < SIZE; at += Long.BYTES) {
      numbers.putLong(at, at * 0x9e3779b97f4a7c15L);
    }
    disk.memory.write(0, MemorySegment.ofBuffer(numbers));
  }

  @AfterEach
  void close() {
    disk.release.countDown();
    server.close();
  }

  private static byte[] bytesAt(long offset, int length) {
    ByteBuffer numbers = ByteBuffer.allocate(length + 16);
    long first = offset & -Long.BYTES;
    for (long at = first; at < offset + length; at += Long.BYTES) {
      numbers.putLong(at * 0x9e3779b97f4a7c15L);
    }
    byte[] bytes = new byte[length];
    numbers.get((int) (offset - first), bytes);
    return bytes;
  }

  private static byte[] read(long cookie, long offset, int length) {
    return RawClient.request(0, Command.READ.ordinal(), cookie, offset, length);
  }

  /// A client whose reads have been seen to wait, and are done side by side from now on.
  private RawClient waiting() {
    RawClient client = server.simple("waits");
    for (int i = 0; i < 8; i++) {
      client.send(read(i, 0, BLOCK));
    }
    for (int i = 0; i < 8; i++) {
      assertThat(client.simple().error()).isZero();
      client.read(BLOCK);
    }
    return client;
  }

  @Test
  void aReadThatWaitsDoesNotHoldUpThoseBehindIt() {
    try (RawClient client = waiting()) {
      client.send(join(read(100, HELD, BLOCK), read(101, BLOCK, BLOCK), read(102, 0, BLOCK)));
      List<Long> first = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        first.add(client.simple().cookie());
        client.read(BLOCK);
      }
      assertThat(first).containsExactlyInAnyOrder(101L, 102L);
      assertThat(disk.readers).contains("nbd-reader");
      disk.release.countDown();
      assertThat(client.simple().cookie()).isEqualTo(100);
      assertThat(client.read(BLOCK)).isEqualTo(bytesAt(HELD, BLOCK));
    }
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Stream.of(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  private static byte[] reads(int count, long offset, int length) {
    byte[][] all = new byte[count][];
    Arrays.setAll(all, i -> read(100 + i, offset, length));
    return join(all);
  }

  @Test
  void aWriteIsServedWhileReadsWait() {
    try (RawClient client = waiting()) {
      client.send(join(read(100, HELD, BLOCK), read(101, 0, BLOCK)));
      assertThat(client.simple().cookie()).isEqualTo(101);
      client.read(BLOCK);
      assertThat(client.write(0, BLOCK, new byte[BLOCK])).isZero();
    }
  }

  /// Takes the replies to `count` reads of the same place, in whatever order.
  private static void requireReplies(RawClient client, int count, long offset, int length) {
    Set<Long> answered = new HashSet<>();
    for (int i = 0; i < count; i++) {
      answered.add(client.simple().cookie());
      assertThat(client.read(length)).isEqualTo(bytesAt(offset, length));
    }
    assertThat(answered).hasSize(count);
  }

  private void awaitAllReadersHeld() throws InterruptedException {
    while (disk.held.get() < SideReads.MOST_WORKERS) {
      Thread.sleep(10);
    }
  }

  private void awaitNoClients() throws InterruptedException {
    while (!server.server.clients().isEmpty()) {
      Thread.sleep(10);
    }
  }

  @Test
  void aWriteIsServedWhileMoreReadsWaitThanThereAreReaders() {
    try (RawClient client = waiting()) {
      int reads = 3 * SideReads.MOST_WORKERS;
      client.send(reads(reads, HELD, BLOCK));
      assertThat(client.write(0, BLOCK, new byte[BLOCK])).isZero();
      disk.release.countDown();
      requireReplies(client, reads, HELD, BLOCK);
    }
  }

  @Test
  @Timeout(60)
  void whatWaitsWhenTheClientIsGoneIsNotRead() throws Exception {
    int asked = 12 * SideReads.MOST_WORKERS;
    try (RawClient client = waiting()) {
      disk.reads.set(0);
      client.send(reads(asked, HELD, BLOCK));
      await(disk.entered);
    }
    disk.release.countDown();
    awaitNoClients();
    assertThat(disk.reads.get()).isLessThan(asked / 2);
  }

  /// The connection's thread is the one that finds out, with all that readers can put aside behind
  /// it.
  @Test
  @Timeout(60)
  void aClientThatGoesWithoutTakingItsRepliesIsGone() throws Exception {
    int asked = 4 * SideReads.MOST_WORKERS;
    try (RawClient client = waiting()) {
      byte[][] more = new byte[16][];
      Arrays.setAll(more, i -> read(i, 0, 2 << 20));
      client.send(join(reads(asked, HELD, BLOCK), join(more)));
      awaitAllReadersHeld();
      Thread.sleep(200);
      disk.release.countDown();
      Thread.sleep(200);
    }
    awaitNoClients();
    assertThat(server.server.remove(new ExportName("waits"))).contains(new NbdServer.Removal(0, 0));
  }

  @Test
  @Timeout(60)
  void aClientThatTakesNoRepliesHasFewOfThemRead() throws Exception {
    int asked = 10 * SideReads.MOST_WORKERS;
    try (RawClient client = waiting()) {
      disk.reads.set(0);
      client.send(reads(asked, 0, SideReads.MOST_BYTES));
      int before;
      do {
        before = disk.reads.get();
        Thread.sleep(500);
      } while (disk.reads.get() > before);
      assertThat(before).isLessThan(asked / 2);

      requireReplies(client, asked, 0, SideReads.MOST_BYTES);
    }
  }

  @Test
  @Timeout(60)
  void whatWaitsWhenTheExportIsTakenAwayIsRefused() throws Exception {
    int asked = 4 * SideReads.MOST_WORKERS;
    try (RawClient client = waiting()) {
      disk.reads.set(0);
      client.send(reads(asked, HELD, BLOCK));
      awaitAllReadersHeld();
      Thread removal =
          Thread.ofPlatform().start(() -> server.server.remove(new ExportName("waits")));
      while (removal.getState() != Thread.State.TIMED_WAITING) {
        Thread.sleep(10);
      }
      disk.release.countDown();
      int refused = 0;
      for (int i = 0; i < asked; i++) {
        if (client.simple().error() == NbdError.ESHUTDOWN.number()) {
          refused++;
        } else {
          client.read(BLOCK);
        }
      }
      removal.join();
      assertThat(refused).isEqualTo(asked - SideReads.MOST_WORKERS);
    }
  }

  /// A place that a request asks for.
  private record Asked(long offset, int length) {}

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyReplyHoldsTheBytesOfItsOwnRequest(boolean structured) {
    long seed = Seeds.first();
    System.out.println("SideReadsTest: -Dseed=" + seed);
    Random random = new Random(seed);
    try (RawClient client = structured ? server.structured("waits") : server.simple("waits")) {
      Map<Long, Asked> open = new HashMap<>();
      for (long cookie = 0; cookie < 1500 || !open.isEmpty(); cookie++) {
        disk.nanos = random.nextInt(4) == 0 ? 300_000 : random.nextInt(60_000);
        if (cookie < 1500) {
          int length = 1 + random.nextInt(random.nextInt(8) == 0 ? 200_000 : 5_000);
          Asked asked = new Asked(random.nextInt((int) MISTAKEN - length), length);
          open.put(cookie, asked);
          client.send(read(cookie, asked.offset(), asked.length()));
        }
        while (open.size() > random.nextInt(64) || (cookie >= 1499 && !open.isEmpty())) {
          answered(client, structured, open);
        }
      }
    }
  }

  private static void answered(RawClient client, boolean structured, Map<Long, Asked> open) {
    if (!structured) {
      RawClient.SimpleReply reply = client.simple();
      assertThat(reply.error()).isZero();
      Asked asked = open.remove(reply.cookie());
      assertThat(client.read(asked.length())).isEqualTo(bytesAt(asked.offset(), asked.length()));
      return;
    }
    RawClient.Chunk chunk = client.chunk();
    Asked asked = open.get(chunk.cookie());
    long offset = chunk.buffer().getLong();
    byte[] data = new byte[chunk.payload().length - Long.BYTES];
    chunk.buffer().get(Long.BYTES, data);
    assertThat(offset).isGreaterThanOrEqualTo(asked.offset());
    assertThat(data).isEqualTo(bytesAt(offset, data.length));
    if (chunk.isDone()) {
      assertThat(offset + data.length).isEqualTo(asked.offset() + asked.length());
      open.remove(chunk.cookie());
    }
  }

  @Test
  void aReadThatFailsIsAnsweredAndTheOthersGoOn() {
    try (RawClient client = waiting()) {
      client.send(join(read(100, BAD, BLOCK), read(101, BAD, BLOCK), read(102, 0, BLOCK)));
      Map<Long, Integer> errors = new HashMap<>();
      for (int i = 0; i < 3; i++) {
        RawClient.SimpleReply reply = client.simple();
        errors.put(reply.cookie(), reply.error());
        client.read(reply.error() == 0 ? BLOCK : 0);
      }
      int eio = NbdError.EIO.number();
      assertThat(errors).isEqualTo(Map.of(100L, eio, 101L, eio, 102L, 0));
      assertThat(client.isServed()).isTrue();
    }
  }

  @Test
  void aMistakeInAReadEndsItsConnectionAndNoOther() {
    try (RawClient client = waiting();
        RawClient other = waiting()) {
      client.send(join(read(100, 0, BLOCK), read(101, MISTAKEN, BLOCK), read(102, 0, BLOCK)));
      assertThat(client.readToEnd()).isLessThanOrEqualTo(2L * (BLOCK + Wire.SIMPLE_REPLY_BYTES));
      assertThat(other.isServed()).isTrue();
    }
  }

  /// Nobody may close a disk while it is read.
  @Test
  void aClientThatIsGoneIsAUserUntilItsReadsHaveEnded() throws InterruptedException {
    RawClient client = waiting();
    client.send(join(read(100, HELD, BLOCK), read(101, 0, BLOCK)));
    assertThat(disk.entered.await(20, TimeUnit.SECONDS)).isTrue();
    client.close();
    ExportName name = new ExportName("waits");
    Thread removal = Thread.ofPlatform().start(() -> server.server.remove(name));
    removal.join(Duration.ofMillis(300));
    assertThat(removal.isAlive()).isTrue();
    disk.release.countDown();
    assertThat(removal.join(Duration.ofSeconds(20))).isTrue();
  }
}
