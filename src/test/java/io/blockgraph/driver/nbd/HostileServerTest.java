package io.blockgraph.driver.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.nbd.HostileServer.Peer;
import io.blockgraph.driver.nbd.HostileServer.Request;
import io.blockgraph.driver.nbd.HostileServer.Session;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that lies gets an error that says so, in time, and costs no memory.
@Timeout(60)
class HostileServerTest {
  private static Arguments of(String what, String told, Session session) {
    return Arguments.argumentSet(what, told, session);
  }

  static Stream<Arguments> handshakes() {
    return Stream.of(
        of("says nothing of NBD", "no NBD server", peer -> peer.out.writeLong(1)),
        of("speaks the old style", "old style", HostileServerTest::oldStyle),
        of("ends at once", "ended the connection", peer -> {}),
        of("sends a reply of 2 GiB", "bytes to an option", peer -> reply(peer, 1 << 30)),
        of("answers another option", "instead of", peer -> otherOption(peer)),
        of("tells no length", "how long the export is", HostileServerTest::noLength),
        of("tells without an end", "without an end", HostileServerTest::endless));
  }

  private static void oldStyle(Peer peer) throws IOException {
    peer.out.writeLong(Wire.NBD_MAGIC);
    peer.out.writeLong(0x00420281861253L);
  }

  private static void reply(Peer peer, int length) throws IOException {
    peer.greet();
    peer.reply(Wire.OPTION_STRUCTURED_REPLY, Wire.REPLY_ACK, length);
    peer.in.read();
  }

  private static void otherOption(Peer peer) throws IOException {
    peer.greet();
    peer.reply(Wire.OPTION_LIST, Wire.REPLY_ACK, 0);
    peer.in.read();
  }

  private static void noLength(Peer peer) throws IOException {
    peer.greet();
    peer.reply(Wire.OPTION_STRUCTURED_REPLY, Wire.REPLY_UNSUPPORTED, 0);
    peer.reply(Wire.OPTION_GO, Wire.REPLY_ACK, 0);
    while (peer.in.read() >= 0) {}
  }

  private static void endless(Peer peer) throws IOException {
    peer.greet();
    peer.reply(Wire.OPTION_STRUCTURED_REPLY, Wire.REPLY_UNSUPPORTED, 0);
    while (true) {
      peer.reply(Wire.OPTION_GO, Wire.REPLY_INFO, 2);
      peer.out.writeShort(99);
    }
  }

  @ParameterizedTest
  @MethodSource("handshakes")
  void aLieInTheHandshakeIsToldWhenTheNodeIsOpened(String told, Session session) {
    try (HostileServer server = new HostileServer(session);
        Bench bench = new Bench()) {
      assertThatThrownBy(() -> open(bench, server, Map.of()))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("inet:127.0.0.1:" + server.port())
          .hasMessageContaining(told);
    }
  }

  static Stream<Arguments> replies() {
    return Stream.of(
        of("another magic", "begins with 0x7b", (p, r) -> p.out.writeInt(123)),
        of("another cookie", "not made", (p, r) -> p.chunk(1, 0, r.cookie() + 1, 0)),
        of("a simple reply", "where chunks", HostileServerTest::simple),
        of("nothing of it", "before all was said", (p, r) -> p.chunk(1, 0, r.cookie(), 0)),
        of("2 GiB of it", "in reply to a read", (p, r) -> data(p, r, r.offset(), 1 << 30)),
        of("bytes behind it", "in reply to a read", (p, r) -> data(p, r, r.offset() + 1, 4096)),
        of("bytes before it", "in reply to a read", (p, r) -> data(p, r, r.offset() - 1, 4096)),
        of("the same bytes twice", "twice", HostileServerTest::twice),
        of("a part of it", "before all was said", HostileServerTest::part),
        of("a hole as long as an ocean", "in reply to a read", HostileServerTest::hole),
        of("an error without a number", "an error that is none", HostileServerTest::noError),
        of(
            "an error as long as a book",
            "an error of",
            (p, r) -> p.chunk(1, 32769, r.cookie(), 99999)),
        of("an unknown chunk", "chunk of type 77", (p, r) -> p.chunk(1, 77, r.cookie(), 5)),
        of("half of it and then ends", "ended the connection", HostileServerTest::half));
  }

  private interface Reply {
    void to(Peer peer, Request request) throws IOException;
  }

  private static Arguments of(String what, String told, Reply reply) {
    Session session =
        peer -> {
          peer.agree();
          reply.to(peer, peer.next());
          if (!what.contains("then ends")) {
            while (peer.in.read() >= 0) {}
          }
        };
    return Arguments.argumentSet(what, told, session);
  }

  private static void data(Peer peer, Request request, long offset, int length) throws IOException {
    peer.chunk(Wire.CHUNK_DONE, Wire.CHUNK_OFFSET_DATA, request.cookie(), 8 + length);
    peer.out.writeLong(offset);
  }

  private static void simple(Peer peer, Request request) throws IOException {
    peer.out.writeInt(Wire.SIMPLE_REPLY_MAGIC);
    peer.out.writeInt(0);
    peer.out.writeLong(request.cookie());
  }

  private static void twice(Peer peer, Request request) throws IOException {
    for (int i = 0; i < 2; i++) {
      peer.chunk(0, Wire.CHUNK_OFFSET_HOLE, request.cookie(), 12);
      peer.out.writeLong(request.offset());
      peer.out.writeInt(request.length());
    }
  }

  private static void part(Peer peer, Request request) throws IOException {
    peer.chunk(Wire.CHUNK_DONE, Wire.CHUNK_OFFSET_HOLE, request.cookie(), 12);
    peer.out.writeLong(request.offset());
    peer.out.writeInt(request.length() - 1);
  }

  private static void hole(Peer peer, Request request) throws IOException {
    peer.chunk(Wire.CHUNK_DONE, Wire.CHUNK_OFFSET_HOLE, request.cookie(), 12);
    peer.out.writeLong(request.offset());
    peer.out.writeInt(-1);
  }

  private static void noError(Peer peer, Request request) throws IOException {
    peer.chunk(Wire.CHUNK_DONE, Wire.CHUNK_ERROR, request.cookie(), 6);
    peer.out.writeInt(0);
    peer.out.writeShort(0);
  }

  private static void half(Peer peer, Request request) throws IOException {
    data(peer, request, request.offset(), request.length());
    peer.out.write(new byte[request.length() / 2]);
  }

  @ParameterizedTest
  @MethodSource("replies")
  void aLieInAReplyIsToldToWhoeverWaits(String told, Session session) {
    try (HostileServer server = new HostileServer(session);
        Bench bench = new Bench()) {
      BlockIo disk = open(bench, server, Map.of());
      assertThatThrownBy(() -> Content.read(disk, 8192, 4096))
          .isInstanceOfSatisfying(
              BlockException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IO))
          .hasMessageContaining(told);
    }
  }

  private static BlockIo open(Bench bench, HostileServer server, Map<String, ?> more) {
    return bench.open(NbdDrivers.trusting(), NbdDrivers.inet(server.port(), more), Map.of()).disk();
  }

  @Test
  void whatTheServerSaysOfAnErrorIsTold() {
    Session full =
        peer -> {
          peer.agree();
          Request request = peer.next();
          peer.chunk(Wire.CHUNK_DONE, Wire.CHUNK_ERROR, request.cookie(), 6 + 9);
          peer.out.writeInt(28);
          peer.out.writeShort(9);
          peer.out.writeBytes("full\u001b[31m");
          peer.in.read();
        };
    try (HostileServer server = new HostileServer(full);
        Bench bench = new Bench()) {
      BlockIo disk = open(bench, server, Map.of());
      assertThatThrownBy(() -> Content.fill(disk, 0, 10, 1))
          .isInstanceOfSatisfying(
              BlockException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_SPACE))
          .hasMessageContaining("ENOSPC: 'full?[31m'");
    }
  }

  @Test
  void aServerThatDripsIsTooSlow() {
    Session drip =
        peer -> {
          peer.agree();
          Request request = peer.next();
          data(peer, request, request.offset(), request.length());
          for (int i = 0; i < request.length(); i++) {
            peer.out.write(0);
            pause();
          }
        };
    try (HostileServer server = new HostileServer(drip);
        Bench bench = new Bench()) {
      BlockIo disk = open(bench, server, Map.of("requestTimeout", 1));
      assertThatThrownBy(() -> Content.read(disk, 0, 65_536))
          .isInstanceOfSatisfying(
              BlockException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aServerThatTakesNothingIsTooSlow() {
    Session deaf =
        peer -> {
          peer.agree();
          for (int i = 0; i < 500; i++) {
            pause();
          }
        };
    try (HostileServer server = new HostileServer(deaf);
        Bench bench = new Bench()) {
      BlockIo disk = open(bench, server, Map.of("requestTimeout", 1));
      byte[] much = new byte[(int) HostileServer.SIZE_BYTES];
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 16; i++) {
                  Content.write(disk, 0, much);
                }
              })
          .isInstanceOfSatisfying(
              BlockException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
    }
  }

  @Test
  void extentsThatContradictTheProtocolAreToldAndLongOnesAreCut() {
    Session status =
        peer -> {
          peer.agree();
          status(peer, peer.next(), 1 << 30);
          status(peer, peer.next(), 0);
          peer.in.read();
        };
    try (HostileServer server = new HostileServer(status);
        Bench bench = new Bench()) {
      BlockIo disk = open(bench, server, Map.of());
      ByteRange range = new ByteRange(5, 1000);
      assertThat(Extents.of(disk, range)).hasSize(1).allMatch(e -> e.range().equals(range));
      assertThatThrownBy(() -> Extents.of(disk, range)).hasMessageContaining("without bytes");
    }
  }

  private static void status(Peer peer, Request request, int length) throws IOException {
    peer.chunk(Wire.CHUNK_DONE, Wire.CHUNK_BLOCK_STATUS, request.cookie(), 12);
    peer.out.writeInt(7);
    peer.out.writeInt(length);
    peer.out.writeInt(Wire.STATE_HOLE | Wire.STATE_ZERO);
  }
}
