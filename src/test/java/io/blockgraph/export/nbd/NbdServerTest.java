package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Listening, exports that come and go, clients that are shown and cut.
@Timeout(60)
class NbdServerTest {
  @TempDir Path folder;
  private final TestServer server = new TestServer();

  @AfterEach
  void close() {
    server.close();
  }

  private NbdServer another() {
    return new NbdServer(NbdLimits.DEFAULT, Clock.systemUTC(), NbdEvents.NONE);
  }

  private NbdAddress socket() {
    return new NbdAddress.Unix(folder.resolve("nbd.sock"));
  }

  @Test
  void makesSocketFilesOnlyItsUserCanOpenAndRemovesThem() throws IOException {
    try (NbdServer other = another()) {
      other.listen(socket());
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("nbd.sock"))))
          .isEqualTo("rw-------");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void replacesAStaleSocketFile() throws IOException {
    Path path = folder.resolve("nbd.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    server.server.listen(socket());
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void leavesASocketFileAloneOnWhichSomebodyListens() {
    server.server.listen(socket());
    try (NbdServer other = another()) {
      assertThatThrownBy(() -> other.listen(socket()))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("another server listens");
    }
    assertThat(folder.resolve("nbd.sock")).exists();
  }

  @Test
  void leavesAFileAloneThatIsNoSocket() throws IOException {
    Files.writeString(folder.resolve("nbd.sock"), "precious");
    assertThatThrownBy(() -> server.server.listen(socket())).hasMessageContaining("not a socket");
    assertThat(folder.resolve("nbd.sock")).hasContent("precious");
  }

  @Test
  void listensOnLoopbackOnly() {
    assertThatThrownBy(() -> new NbdAddress.Tcp(new InetSocketAddress("0.0.0.0", 0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysAtWhichUriAnExportIs() {
    server.server.listen(socket());
    assertThat(server.server.uris(new ExportName("disk")))
        .map(Object::toString)
        .containsExactly(
            "nbd://127.0.0.1:" + server.address.address().getPort() + "/disk",
            "nbd+unix:///disk?socket=" + folder.resolve("nbd.sock"));
  }

  @Test
  void refusesASecondExportOfAName() {
    assertThatThrownBy(() -> server.with("disk", new MemoryDisk(512)))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("'disk'");
  }

  @Test
  void showsItsClientsAndCutsThem() {
    try (RawClient silent = server.greeted();
        RawClient client = server.simple("disk")) {
      List<NbdClient> clients = server.server.clients();
      assertThat(clients).hasSize(2);
      assertThat(clients.get(0).export()).isEmpty();
      assertThat(clients.get(1).export()).contains(new ExportName("disk"));
      assertThat(clients.get(1).peer()).startsWith("127.0.0.1:");
      assertThat(server.server.disconnect(clients.get(1).id())).isTrue();
      assertThat(client.isClosed()).isTrue();
      silent.go("disk");
      assertThat(silent.isServed()).isTrue();
      assertThat(server.server.disconnect(new NbdClient.Id(999))).isFalse();
    }
  }

  @Test
  void admitsNoMoreClientsThanAnExportAllows() {
    ExportName name = new ExportName("single");
    server.server.add(new NbdExport(name, "", server.disk, NbdExport.Access.WRITABLE, 1));
    try (RawClient second = server.greeted()) {
      try (RawClient first = server.greeted()) {
        assertThat(first.go("single").flags() & Wire.CAN_MULTI_CONN).isZero();
        second.option(Wire.OPTION_GO, RawClient.infoData("single"));
        assertThat(second.reply().type()).isEqualTo(Wire.REPLY_POLICY);
        first.ask(0, Command.DISC, 0, 0);
        assertThat(first.isClosed()).isTrue();
      }
      awaitClients(1);
      second.go("single");
      assertThat(second.isServed()).isTrue();
    }
  }

  @Test
  void sendsIdleClientsAwayAtOnceWhenTheirExportIsRemoved() {
    try (RawClient idle = server.simple("disk")) {
      assertThat(server.server.remove(new ExportName("disk")))
          .contains(new NbdServer.Removal(0, 0));
      assertThat(idle.isClosed()).isTrue();
      assertThat(server.server.remove(new ExportName("disk"))).isEmpty();
    }
  }

  @Test
  void finishesWhatIsUnderWayAndRefusesTheRest() throws InterruptedException { // C31
    BareDisk slow = new BareDisk(4096);
    server.with("slow", slow);
    CountDownLatch hold = new CountDownLatch(1);
    try (RawClient client = server.simple("slow")) {
      slow.hold(hold);
      byte[] read = RawClient.request(0, Command.READ, 0, 1);
      client.send(java.nio.ByteBuffer.allocate(56).put(read).put(read));
      slow.entered.await();
      Thread remover =
          Thread.ofPlatform().start(() -> server.server.remove(new ExportName("slow")));
      awaitToldAll(remover);
      hold.countDown();
      assertThat(client.simple().error()).isZero();
      client.read(1);
      assertThat(client.simple().error()).isEqualTo(NbdError.ESHUTDOWN.number());
      assertThat(client.isClosed()).isTrue();
      remover.join();
    }
  }

  /// The export leaves the list before its clients are told. That they are is seen from who has
  /// told them: it waits for them then, and for nobody before.
  private static void awaitToldAll(Thread remover) {
    await(() -> remover.getState() == Thread.State.TIMED_WAITING);
  }

  @Test
  void cutsWhoDoesNotEndInTime() {
    NbdLimits hasty =
        new NbdLimits(NbdLimits.DEFAULT.negotiation(), NbdLimits.DEFAULT.transfer(), 300);
    try (TestServer other = new TestServer(hasty);
        RawClient deaf = other.simple("disk")) {
      for (int i = 0; i < 100; i++) {
        deaf.ask(0, Command.READ, 0, 4 << 20);
      }
      awaitSent(other);
      assertThat(other.server.remove(new ExportName("disk")).orElseThrow().cut()).isEqualTo(1);
      await(() -> other.server.clients().isEmpty());
      assertThat(deaf.readToEnd()).isLessThan(100L * (4 << 20));
    }
  }

  @Test
  void survivesTheRemovalOfAnExportInAStormOfClients()
      throws InterruptedException { // CVE-2024-7409
    List<Thread> storm = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      storm.add(Thread.ofVirtual().start(this::connectOften));
    }
    for (int i = 0; i < 20; i++) {
      NbdServer.Removal removal = server.server.remove(new ExportName("disk")).orElseThrow();
      assertThat(removal).isEqualTo(new NbdServer.Removal(0, 0));
      server.with("disk", server.disk);
    }
    for (Thread client : storm) {
      client.join();
    }
    awaitClients(0);
    try (RawClient after = server.simple("disk")) {
      assertThat(after.isServed()).isTrue();
    }
  }

  private void connectOften() {
    for (int i = 0; i < 50; i++) {
      try (RawClient client = server.greeted()) {
        client.option(Wire.OPTION_GO, RawClient.infoData("disk"));
        if (client.replies().getLast().type() == Wire.REPLY_ACK) {
          client.ask(0, Command.READ, 0, 512);
          client.read(16);
        }
      } catch (RawClient.Closed e) {
        assertThat(e).hasCauseInstanceOf(IOException.class);
      }
    }
  }

  private void awaitSent(TestServer other) {
    await(() -> other.server.clients().getFirst().traffic().reads() > 0);
  }

  private void awaitClients(int count) {
    await(() -> server.server.clients().size() == count);
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
