package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A socket that is polled while its client is in haste: what arrives, and when it stops.
@Timeout(60)
class PollingChannelTest {
  private static final int LARGE = 4 << 20;
  private static final Executor THREADS = work -> Thread.ofPlatform().daemon().start(work);

  @TempDir Path folder;
  private final Semaphore permits = new Semaphore(1);
  private SocketChannel client;
  private SocketChannel socket;
  private PollingChannel channel;

  @BeforeEach
  void connect() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      client = SocketChannel.open(address);
      socket = server.accept();
    }
    channel = new PollingChannel(socket, permits);
  }

  @AfterEach
  void close() throws IOException {
    channel.close();
    client.close();
  }

  private void send(int bytes) throws IOException {
    ByteBuffer sent = ByteBuffer.allocate(bytes);
    while (sent.hasRemaining()) {
      client.write(sent);
    }
  }

  /// Reads what is there already, so that no wait is long; answers how much is left of it.
  private int makeHaste() throws IOException {
    send(1_000);
    int left = 1_000;
    for (; !channel.isPolling(); left--) {
      assertThat(channel.read(ByteBuffer.allocate(1))).isOne();
    }
    assertThat(left).isBetween(1, 1_000 - PollingChannel.HASTE);
    return left;
  }

  @Test
  void pollsAfterAFewShortWaitsAndGetsTheSameBytes() throws IOException {
    assertThat(channel.isPolling()).isFalse();
    int left = makeHaste();
    assertThat(socket.isBlocking()).isFalse();
    assertThat(permits.availablePermits()).isZero();
    client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    ByteBuffer rest = ByteBuffer.allocate(2_000);
    while (rest.position() == 0 || rest.get(rest.position() - 1) != 3) {
      assertThat(channel.read(rest)).isPositive();
    }
    assertThat(rest.position()).isEqualTo(left + 3);
  }

  @Test
  void sleepsWhenTheClientIsSilent() throws Exception {
    makeHaste();
    assertThat(channel.read(ByteBuffer.allocate(1_000))).isPositive();
    CompletableFuture<Integer> read = reading(ByteBuffer.allocate(10));
    while (channel.isPolling()) {
      Thread.sleep(1);
    }
    assertThat(socket.isBlocking()).isTrue();
    assertThat(permits.availablePermits()).isOne();
    assertThat(read).isNotDone();
    send(7);
    assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(7);
  }

  private CompletableFuture<Integer> reading(ByteBuffer into) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return channel.read(into);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        THREADS);
  }

  @Test
  void doesNotPollWithoutAPermit() throws IOException {
    permits.drainPermits();
    send(1_000);
    for (int i = 0; i < 500; i++) {
      assertThat(channel.read(ByteBuffer.allocate(1))).isOne();
    }
    assertThat(channel.isPolling()).isFalse();
    assertThat(socket.isBlocking()).isTrue();
  }

  @Test
  void writesAllToAClientThatIsSlowToTakeIt() throws Exception {
    makeHaste();
    CompletableFuture<Integer> written =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return channel.write(ByteBuffer.allocate(LARGE));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            THREADS);
    while (channel.isPolling()) {
      Thread.sleep(1);
    }
    ByteBuffer taken = ByteBuffer.allocate(LARGE);
    while (taken.hasRemaining()) {
      assertThat(client.read(taken)).isPositive();
    }
    assertThat(written.get(10, TimeUnit.SECONDS)).isEqualTo(LARGE);
  }

  /// Reads `bytes` in small steps.
  private CompletableFuture<Integer> reading(int bytes) {
    return CompletableFuture.supplyAsync(
        () -> {
          int got = 0;
          while (got < bytes) {
            got += reading(ByteBuffer.allocate(10)).join();
          }
          return got;
        },
        THREADS);
  }

  /// The client takes replies only after all it has to say was read.
  @Test
  void readsOnInHasteWhileAWriterWaitsForTheClient() throws Exception {
    CompletableFuture<Integer> written =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return channel.write(ByteBuffer.allocate(LARGE));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            THREADS);
    ByteBuffer taken = ByteBuffer.allocate(LARGE);
    assertThat(client.read(taken.slice(0, 1))).isOne();
    taken.position(1);
    // By now the writer has filled the socket and waits.
    Thread.sleep(200);
    send(1_000);
    assertThat(reading(1_000).get(10, TimeUnit.SECONDS)).isEqualTo(1_000);
    while (taken.hasRemaining()) {
      assertThat(client.read(taken)).isPositive();
    }
    assertThat(written.get(10, TimeUnit.SECONDS)).isEqualTo(LARGE);
  }

  @Test
  void endsWhenItIsClosedWhilePolling() throws IOException {
    makeHaste();
    channel.close();
    assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    channel.finish();
    assertThat(permits.availablePermits()).isOne();
  }

  @Test
  void seesTheEndOfTheClient() throws IOException {
    makeHaste();
    client.close();
    ByteBuffer rest = ByteBuffer.allocate(2_000);
    while (channel.read(rest) >= 0) {
      assertThat(rest.hasRemaining()).isTrue();
    }
    channel.finish();
    channel.finish();
    assertThat(permits.availablePermits()).isOne();
  }
}
